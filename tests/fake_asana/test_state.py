import json
import stat
from datetime import UTC, datetime, time

import pytest
import requests

from fake_asana.options import Options
from fake_asana.storage import StateError
from fake_asana.world import World
from tests.fake_asana.app import App
from tests.fake_asana.places import MUSEUM
from tests.stand_in import ADA, SAM, StandIn

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


def test_what_happened_to_tasks_survives_a_restart(flag):
    with StandIn.start(flag) as before:
        made = before.create_task(ADA, "Buy ink", workspace=MUSEUM, project="Ink")["gid"]
        before.rename_project(before.task(made)["projects"][0]["gid"], "Paper")
        before.change_task(made, due_on="2027-01-01")
        before.assign("1300101000200001", SAM)
        before.move_task("1300101000100002", before="1300101000100001")
        before.move_task("1300101000100001", before="1300101000100008")
        before.add_comment(PLAN.rpartition("/")[2], "Still not written.")
        told = before.tasks(ADA), before.tasks(SAM)
        page = page_of(before, PLAN)
        before.delete_task(before.create_task(ADA, "Gone", workspace=MUSEUM)["gid"])
    with StandIn.start(flag) as after:
        kept = [[without_address(task) for task in tasks] for tasks in told]
        assert [[without_address(each) for each in after.tasks(who)] for who in (ADA, SAM)] == kept
        assert page_of(after, PLAN) == page
        assert "Still not written." in page
        assert after.create_task(ADA, "Another", workspace=MUSEUM)["gid"] != made


def without_address(task):
    return {name: value for name, value in task.items() if name != "permalink_url"}


def page_of(asana, path):
    url = asana.task(path.rpartition("/")[2])["permalink_url"]
    return requests.get(url, timeout=30).text.replace(asana.url, "")


def test_a_file_of_an_older_version_is_read(tmp_path, flag):
    with StandIn.start(flag):
        pass
    state = json.loads((tmp_path / "state.json").read_text())
    del state["tasks"]
    state["task_changes"] = {"1300101000000007": {"name": "Old"}, "1300101000000008": None}
    (tmp_path / "state.json").write_text(json.dumps(state))
    with StandIn.start(flag) as after:
        assert after.task("1300101000000007")["name"] == "Old"
        assert "1300101000000008" not in {task["gid"] for task in after.tasks(ADA)}


def test_dates_that_moved_since_the_last_start_are_a_change(tmp_path, flag):
    with StandIn.start(flag) as before:
        before.change_task("1300101000000008", name="Renamed")
        renamed = before.task("1300101000000008")
        made = before.create_task(ADA, "Buy ink", workspace=MUSEUM)
    state = json.loads((tmp_path / "state.json").read_text())
    state["tasks"]["day"] = "2020-01-01"
    (tmp_path / "state.json").write_text(json.dumps(state))
    with StandIn.start(flag) as after:
        midnight = datetime.combine(datetime.now(UTC).astimezone(), time.min).astimezone()
        plan = datetime.fromisoformat(after.task("1300101000000007")["modified_at"])
        assert plan == midnight
        assert after.task("1300101000000008")["modified_at"] == renamed["modified_at"]
        assert after.task(made["gid"])["modified_at"] == made["modified_at"]


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
