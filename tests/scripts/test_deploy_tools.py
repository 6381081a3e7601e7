"""Which programs the tests of deploy/ need, and what is said where one can't be installed."""

import pytest

from scripts import debian, deploy_tools


def test_what_is_missing_is_named_with_its_package(monkeypatch, tmp_path):
    (tmp_path / "caddy").touch(mode=0o755)
    monkeypatch.setattr(deploy_tools, "FOLDERS", str(tmp_path))
    monkeypatch.setattr(debian, "install", lambda _packages: None)
    assert deploy_tools.missing() == ["nginx", "systemd-analyze", "pg_dump"]
    with pytest.raises(SystemExit, match="apt install nginx-light systemd postgresql-client"):
        deploy_tools.main()


def test_what_is_there_is_not_installed(monkeypatch, tmp_path):
    for name in deploy_tools.PACKAGES:
        (tmp_path / name).touch(mode=0o755)
    monkeypatch.setattr(deploy_tools, "FOLDERS", str(tmp_path))
    monkeypatch.setattr(debian, "install", lambda _packages: pytest.fail("installed"))
    deploy_tools.main()
