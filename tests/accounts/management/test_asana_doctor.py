import io
import json
import subprocess
import sys

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from accounts import cleanup, doctor, tokens
from accounts.models import AsanaAccount
from asana_tasks.models import Worker
from scripts.ports import free_port
from tests.accounts.parallel import environment
from tests.stand_in import ROOT

pytestmark = pytest.mark.usefixtures("as_if_deployed")


@pytest.fixture(autouse=True)
def somebody_works(db) -> None:
    Worker.objects.create(name="here", kind=Worker.Kind.EMBEDDED)


def run(*args: str) -> str:
    out = io.StringIO()
    call_command("asana_doctor", *args, stdout=out)
    return out.getvalue()


def finds_problems(*args: str) -> str:
    out = io.StringIO()
    with pytest.raises(CommandError, match=r"problems? (was|were) found") as caught:
        call_command("asana_doctor", *args, stdout=out)
    assert caught.value.returncode == 1
    return out.getvalue()


def test_all_is_well_but_for_the_clean_up(asana, db):
    told = run()
    assert "PROBLEM" not in told
    assert "WARNING  clean-up" in told
    cleanup.clean_up()
    assert "ok       clean-up" in run()


def test_a_line_for_each_finding_in_order(asana, db):
    lines = run().splitlines()
    findings = list(doctor.examine())
    assert [line.split(maxsplit=1)[0].lower() for line in lines] == [
        finding.state.value for finding in findings
    ]


def test_machines_get_json(asana, db, settings):
    settings.DEBUG = True
    told = json.loads(run("--json"))
    assert {"about", "state", "says", "advice"} == set(told[0])
    assert told[1] == {
        "about": "debug",
        "state": "warning",
        "says": "on",
        "advice": "Set DEBUG=off unless you are at work on Onelist itself.",
    }


def test_a_problem_ends_with_exit_code_1(asana, db):
    asana.order("server_error", path="/api/1.0/users/me")
    assert "PROBLEM  REST API" in finds_problems()
    with pytest.raises(CommandError, match=r"^1 problem was found$"):
        run()
    assert json.loads(finds_problems("--json"))


@pytest.mark.process
def test_with_database_and_asana_down_it_finds_the_rest(db, tmp_path):
    elsewhere = f"http://127.0.0.1:{free_port()}/api/1.0"
    done = subprocess.run(
        [sys.executable, "manage.py", "asana_doctor"],
        cwd=ROOT,
        env=environment(
            DATABASE_URL=f"sqlite:///{tmp_path / 'missing' / 'database'}",
            ASANA_OIDC_ENDPOINT=elsewhere,
            ASANA_OIDC_ISSUER=elsewhere,
            ASANA_API_URL=elsewhere,
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    assert "PROBLEM  database" in done.stdout
    assert "PROBLEM  discovery" in done.stdout
    assert "ok       cookies" in done.stdout
    assert "PROBLEM  not checked       migrations, tokens, clean-up, " in done.stdout
    assert done.stdout.count("the database fails") == 1
    assert "problems were found" in done.stderr


def test_no_secret_is_ever_told(owner, asana, settings):
    token = tokens.access_token_for(owner.account)
    settings.TOKEN_KEYS = [*settings.TOKEN_KEYS, Fernet.generate_key().decode()]
    secrets = [token, settings.SECRET_KEY, settings.ASANA_CLIENT_SECRET, *settings.TOKEN_KEYS]
    account = AsanaAccount.objects.get()
    secrets += [account.encrypted_access_token, account.encrypted_refresh_token]
    for args in ([], ["--json"]):
        told = run(*args)
        assert not any(secret in told for secret in secrets)
