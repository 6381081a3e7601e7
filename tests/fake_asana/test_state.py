import stat

import pytest

from fake_asana.options import Options
from fake_asana.storage import StateError
from fake_asana.world import World
from tests.fake_asana.app import App
from tests.stand_in import ADA, StandIn

PLAN = "/tasks/1300101000000007"


@pytest.fixture
def flag(tmp_path):
    return f"--state={tmp_path / 'state.json'}"


def test_grants_keys_and_changes_survive_a_restart(flag, tmp_path):
    with StandIn.start(flag) as before:
        app = App(before)
        token, code = app.sign_in(ADA), app.code(ADA)
        revoked = app.sign_in(ADA)["refresh_token"]
        app.revoke(revoked)
        app.api(ADA).put(PLAN, {"data": {"completed": True}})
        before.delete_task("1300101000000008")
        keys = app.http.get(f"{before.issuer}/openid_connect/jwks").json()
        app.http.close()
    assert stat.S_IMODE((tmp_path / "state.json").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]
    with StandIn.start(flag) as after:
        app = App(after)
        headers = {"Authorization": f"Bearer {token['access_token']}"}
        task = app.http.get(after.issuer + PLAN, headers=headers).json()["data"]
        assert task["completed"] is True
        gone = app.http.get(f"{after.issuer}/tasks/1300101000000008", headers=headers)
        assert gone.status_code == 404
        assert app.refresh(token["refresh_token"]).status_code == 200
        assert app.refresh(revoked).status_code == 400
        assert app.exchange(code).status_code == 200
        assert app.http.get(f"{after.issuer}/openid_connect/jwks").json() == keys
        app.http.close()


@pytest.mark.parametrize(
    "content",
    [
        "no json",
        "[]",
        '{"version": 7}',
        '{"version": 1}',
        '{"version": 1, "grants": {"grants": 7}, "task_changes": {}, "key": {}}',
        '{"version": 1, "grants": {"grants": [], "codes": [], "tokens": [{}]}}',
        '{"version": 1, "grants": {"grants": [], "codes": [], "tokens": []}, '
        '"task_changes": {}, "key": {"kty": "RSA"}}',
    ],
)
def test_a_file_that_makes_no_sense_is_refused_and_kept(tmp_path, content):
    path = tmp_path / "state.json"
    path.write_text(content)
    with pytest.raises(StateError, match="is not one that Fake Asana can read"):
        World(Options("id", "secret", (), state=path), "http://127.0.0.1:1")
    assert path.read_text() == content


def test_a_place_that_cannot_be_written_stops_the_start(tmp_path, capfd):
    with pytest.raises(RuntimeError, match="exit code 2"):
        StandIn.start(f"--state={tmp_path / 'nowhere' / 'state.json'}")
    assert "cannot be written: No such file or directory." in capfd.readouterr().err
