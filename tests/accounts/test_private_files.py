from pathlib import Path

import pytest

from accounts.private_files import make_private


@pytest.fixture
def var(settings, tmp_path) -> Path:
    var = tmp_path / "var"
    (var / "static").mkdir(parents=True)
    settings.VAR, settings.ENV_FILE = var, str(tmp_path / ".env")
    return var


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_what_others_could_read_is_said_and_mended(var, tmp_path):
    important = [tmp_path / ".env", *(var / f"site.sqlite3{end}" for end in ("", "-wal", "-shm"))]
    for path in important:
        path.touch()
        path.chmod(0o644)
    assert list(make_private(str(var / "site.sqlite3"))) == [
        f"{path} could be read by others: now they can't." for path in important
    ]
    assert {mode(path) for path in important} == {0o600}
    assert list(make_private(str(var / "site.sqlite3"))) == []


def test_everything_in_var_is_mended(var):
    files = [var / "demo.env", var / "static" / "base.css"]
    for path in files:
        path.touch()
        path.chmod(0o664)
    assert list(make_private(str(var / "site.sqlite3"))) == []
    assert {mode(path) for path in files} == {0o600}
    assert {mode(path) for path in (var, var / "static")} == {0o700}


def test_a_link_leads_nowhere(var, tmp_path):
    other = tmp_path / "other"
    other.touch()
    other.chmod(0o644)
    (var / "link").symlink_to(other)
    list(make_private(str(var / "site.sqlite3")))
    assert mode(other) == 0o644


def test_what_belongs_to_somebody_else_is_said(var, settings):
    settings.ENV_FILE = path = str(Path("/proc/self/status").resolve())  # nobody may change it
    assert list(make_private(str(var / "site.sqlite3"))) == [
        f"{path} could be read by others: they still can, since this user may not change that."
    ]
