"""`asana_doctor --sign-in`, run as a program that waits while a user signs in."""

import json
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.doctor import State, sign_in
from accounts.models import AsanaAccount, WatchedSignIn
from tests.accounts.parallel import environment, fails, unmigrated
from tests.people import authorize_url, path_of
from tests.people import sign_in as sign_in_at
from tests.stand_in import ADA, ROOT


class Doctor:
    def __init__(self, *args: str, **environ: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "asana_doctor", "--sign-in", *args],
            cwd=ROOT,
            env=environment(**environ),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.asks = self.process.stderr.readline()

    def findings(self) -> dict[str, str]:
        """Return the text of each finding by `name:state`, once the program has ended."""
        out, self.error = self.process.communicate(timeout=60)
        assert "Traceback" not in self.error
        return {line[9:26].strip() + ":" + line[:8].strip(): line[27:] for line in out.splitlines()}


def findings_of(asana, *faults: str, **environ: str) -> dict[str, str]:
    doctor = Doctor(**environ)
    for fault in faults:
        asana.order(fault)
    sign_in_at(Client(), asana, ADA)
    return doctor.findings()


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_it_says_where_to_sign_in(asana, settings):
    doctor = Doctor()
    assert f"Open {settings.SITE_URL}/login/ " in doctor.asks
    doctor.process.terminate()
    doctor.process.communicate(timeout=30)


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_it_tells_what_this_app_returns(asana):
    told = findings_of(asana)
    assert "access_token" in told["token response:ok"]
    assert "RS256, with kid" in told["id_token:ok"] or "without one" in told["id_token:ok"]
    assert told["nonce:ok"].startswith("is there")
    assert told["at_hash:ok"].startswith("is there")
    assert told["expires_in:ok"].startswith("3600 s")
    assert told["scope:ok"].startswith("absent")
    assert told["client:ok"].startswith("the client ID and its secret are accepted")
    assert "sub" in told["userinfo:ok"]
    assert told["refreshing:ok"].startswith("keeps the refresh token")
    assert "ASANA_OIDC_STRICT=on is safe" in told["strict:ok"]


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("fault", "about", "words"),
    [
        ("omit_id_token", "strict:ok", "the ID token is missing"),
        ("omit_nonce", "strict:ok", "the nonce is missing"),
        ("omit_nonce", "nonce:ok", "is absent"),
        ("rotate_refresh_tokens", "refreshing:ok", "a new refresh token each time"),
        ("no_refresh_token", "refresh_token:WARNING", "did not come"),
        ("short_token", "expires_in:ok", "5 s"),
    ],
)
def test_it_tells_apps_apart(asana, fault, about, words):
    assert words in findings_of(asana, fault)[about]


ANSWER = {
    "names": ["access_token"],
    "token_type": "bearer",
    "expires_in": 3600,
    "scope": "differs from what was asked",
    "refresh_token": True,
    "id_token": None,
}


@pytest.mark.parametrize(
    ("missing", "others", "state", "words"),
    [
        (["tasks:read"], [], State.WARNING, "tasks:read is missing"),
        (["tasks:read", "users:read"], [], State.WARNING, "tasks:read, users:read are missing"),
        (["tasks:read"], [], State.WARNING, "Tick openid, email, profile, users:read"),
        (["tasks:read", "openid"], ["default"], State.OK, "default came besides"),
        (["openid", "email"], [], State.OK, "openid, email are missing"),
        (["tasks:write"], [], State.OK, "tasks:write is missing"),
        ([], ["tasks:write", "projects:read"], State.OK, "tasks:write, projects:read came besides"),
        ([], [], State.OK, "differs from what was asked"),
    ],
)
def test_scopes_are_named(db, missing, others, state, words):
    response = ANSWER | {"missing_scopes": missing, "other_scopes": others}
    findings = sign_in.report(WatchedSignIn(seen={"token_response": response}))
    (scope,) = [finding for finding in findings if finding.about == "scope"]
    assert scope.state == state
    assert words in f"{scope.says}. {scope.advice}"


def test_of_a_great_many_scopes_a_few_are_named(db):
    response = ANSWER | {"missing_scopes": [], "other_scopes": [f"s{n}" for n in range(40)]}
    findings = sign_in.report(WatchedSignIn(seen={"token_response": response}))
    (scope,) = [finding for finding in findings if finding.about == "scope"]
    assert scope.says.endswith("s8, s9 and more came besides")


def test_full_permissions_that_did_not_come_are_told(db, settings):
    settings.ASANA_APP_PERMISSIONS = "full"
    response = ANSWER | {"missing_scopes": ["default"], "other_scopes": ["tasks:read"]}
    findings = sign_in.report(WatchedSignIn(seen={"token_response": response}))
    (scope,) = [finding for finding in findings if finding.about == "scope"]
    assert scope.state == State.WARNING
    assert "Give the app full permissions" in scope.advice


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_the_account_works_on_after_it(asana):
    findings_of(asana, "rotate_refresh_tokens")
    account = AsanaAccount.objects.get(gid=ADA)
    assert not account.needs_reconnecting
    tokens.refresh_now(account)
    assert not WatchedSignIn.objects.exists()


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("fault", "words"), [("omit_id_token", "the ID token"), ("omit_nonce", "the nonce")]
)
def test_it_sees_why_strict_refuses(asana, settings, fault, words):
    settings.ASANA_OIDC_STRICT = True
    told = findings_of(asana, fault, ASANA_OIDC_STRICT="on")
    assert "was refused" in told["sign-in:PROBLEM"]
    assert words in told["strict:PROBLEM"]
    assert "ASANA_OIDC_STRICT=off" in told["strict:PROBLEM"]
    assert not AsanaAccount.objects.exists()


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("strict", "words"), [("off", "STRICT=on is safe"), ("on", "STRICT is on")]
)
def test_a_refusal_by_policy_says_nothing_against_the_id_token(asana, settings, strict, words):
    settings.ALLOWED_WORKSPACES = ["1"]
    settings.ASANA_OIDC_STRICT = strict == "on"
    told = findings_of(asana, ASANA_OIDC_STRICT=strict)
    assert "code not_a_member" in told["sign-in:PROBLEM"]
    assert words in told["strict:ok"]
    assert "ID token and nonce came and were right; the sign-in was refused" in told["strict:ok"]


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_a_wrong_secret_is_told_with_what_to_do(asana, settings):
    settings.SOCIAL_AUTH_ASANA_SECRET = "not-the-secret"
    told = findings_of(asana)
    assert "provider_code invalid_client" in told["sign-in:PROBLEM"]
    assert "Compare ASANA_CLIENT_ID and ASANA_CLIENT_SECRET" in told["sign-in:PROBLEM"]
    assert len(told) == 1


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_an_outage_is_told_with_what_to_do(asana):
    doctor, client = Doctor(), Client()
    callback = path_of(asana.allow(authorize_url(client), ADA))
    asana.order("server_error", value=503, path="/-/oauth_token")
    client.get(callback)
    told = doctor.findings()
    assert "Try again later" in told["sign-in:PROBLEM"]
    assert len(told) == 1


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_a_start_that_fails_is_told_at_once(asana):
    doctor = Doctor()
    asana.order("server_error", value=503, path="/api/1.0/.well-known")
    assert Client().post("/login/asana/").status_code == 503
    told = doctor.findings()
    assert "code unavailable, stage begin" in told["sign-in:PROBLEM"]
    assert "Try again later" in told["sign-in:PROBLEM"]


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_scopes_that_asana_forbids_are_told(asana, settings):
    settings.ASANA_APP_PERMISSIONS = "full"
    told = findings_of(asana, ASANA_APP_PERMISSIONS="full")
    assert "provider_code forbidden_scopes" in told["sign-in:PROBLEM"]
    assert "ASANA_APP_PERMISSIONS=scoped" in told["sign-in:PROBLEM"]


REFUSALS = [
    ({"code": "invalid_parameter", "parameter": "iss"}, "ASANA_OIDC_ISSUER"),
    ({"code": "invalid_setting", "provider_code": "unauthorized_client"}, "ASANA_CLIENT_SECRET"),
    ({"code": "authorization_code_rejected", "provider_code": "invalid_grant"}, "/complete/asana/"),
    ({"code": "http_error", "provider_code": "redirect_uri_mismatch"}, "/complete/asana/"),
    ({"code": "invalid_setting", "provider_code": "invalid_request"}, "to the letter"),
    ({"code": "invalid_setting", "provider_code": "invalid_scope"}, "ASANA_APP_PERMISSIONS"),
    ({"code": "http_error", "provider_code": "forbidden_scopes"}, "tasks:read"),
    ({"code": "missing_permission", "provider_code": ""}, "workspaces:read"),
    *(
        ({"code": code}, "Try again later")
        for code in ("unavailable", "timeout", "connection_failed", "rate_limited")
    ),
    ({"code": "rate_limited", "provider_code": "own_error"}, "Try again later"),
    ({"code": "tls_error"}, "certificates"),
    ({"code": "response_expired", "claim": "iat"}, "clock"),
    ({"code": "not_a_member"}, "ALLOWED_WORKSPACES"),
    ({"code": "signups_closed"}, "SIGNUPS=open"),
    ({"code": "another_person"}, "private window"),
    ({"code": "state_mismatch"}, "private window"),
    ({"code": "malformed_response", "stage": "begin"}, "Run `manage.py asana_doctor`"),
    ({"code": "something_new", "provider_code": "brand_new"}, "Run `manage.py asana_doctor`"),
    ({"error": "ValueError"}, "log"),
]


@pytest.mark.parametrize(("refused", "words"), REFUSALS)
def test_every_refusal_says_what_to_do(refused, words):
    first, *_ = sign_in.report(WatchedSignIn(seen={"refused": refused}))
    assert (first.about, first.state) == ("sign-in", State.PROBLEM)
    assert words in first.advice


def test_a_refusal_that_has_no_name_leads_to_what_was_seen(db):
    seen = {"refused": {"code": "nonce_mismatch"}, "token_response": {"names": [], "kind": "list"}}
    first, *_ = sign_in.report(WatchedSignIn(seen=seen))
    assert "What Asana returned follows" in first.advice


def test_a_refusal_names_the_permissions_of_a_full_app(settings):
    settings.ASANA_APP_PERMISSIONS = "full"
    refused = {"code": "http_error", "provider_code": "forbidden_scopes"}
    (only,) = sign_in.report(WatchedSignIn(seen={"refused": refused}))
    assert "full permissions" in only.advice
    assert "ASANA_APP_PERMISSIONS=scoped" in only.advice


def test_a_refused_id_token_is_not_called_right(db):
    id_token = {"readable": True, "alg": "RS256", "kid": True, "claims": ["nonce", "sub"]}
    response = {
        "names": ["access_token"],
        "token_type": "bearer",
        "expires_in": 3600,
        "scope": "absent",
        "refresh_token": True,
        "id_token": id_token,
    }
    refused = {"code": "nonce_mismatch", "stage": "token_validation"}
    watched = WatchedSignIn(
        ends_at=timezone.now() + timedelta(minutes=1),
        seen={"token_response": response, "refused": refused},
    )
    *_, last = sign_in.report(watched)
    assert (last.about, last.state) == ("strict", State.WARNING)
    assert "were not accepted" in last.says


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_strict_with_an_app_that_returns_everything(asana, settings):
    settings.ASANA_OIDC_STRICT = True
    assert "returns all it takes" in findings_of(asana, ASANA_OIDC_STRICT="on")["strict:ok"]


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_who_presses_deny_is_waited_for(asana):
    doctor, client = Doctor(), Client()
    client.get(path_of(asana.deny(authorize_url(client), ADA)))
    sign_in_at(client, asana, ADA)
    assert "sign-in:ok" in doctor.findings()


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_machines_get_json(asana):
    doctor = Doctor("--json")
    sign_in_at(Client(), asana, ADA)
    out, _ = doctor.process.communicate(timeout=60)
    assert {"about": "sign-in", "state": "ok", "says": "worked", "advice": ""} in json.loads(out)


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_it_does_not_wait_for_ever(asana, settings):
    doctor = Doctor("--timeout", "0.5")
    doctor.findings()
    assert doctor.process.returncode == 1
    assert "Nobody signed in" in doctor.error
    assert f"{settings.SITE_URL}/complete/asana/, to the letter" in doctor.error
    assert "`manage.py asana_doctor`" in doctor.error
    assert not WatchedSignIn.objects.exists()


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_it_can_be_stopped(asana):
    doctor = Doctor()
    doctor.process.send_signal(signal.SIGINT)
    doctor.findings()
    assert doctor.process.returncode == 130
    assert "Stopped" in doctor.error


@pytest.mark.parametrize("timeout", ["0", "-1", "nan", "99999"])
def test_a_wait_that_makes_no_sense_is_refused(timeout):
    with pytest.raises(CommandError, match="--timeout"):
        call_command("asana_doctor", "--sign-in", f"--timeout={timeout}")


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_down_is_one_sentence(tmp_path):
    doctor = Doctor(DATABASE_URL=f"sqlite:///{tmp_path / 'missing' / 'database'}")
    doctor.findings()
    assert doctor.process.returncode == 1
    assert "database isn't answering" in doctor.asks + doctor.error


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_a_migration_that_waits_is_told_from_that(tmp_path):
    told = fails("asana_doctor", "--sign-in", DATABASE_URL=unmigrated(tmp_path))
    assert "waits for a migration: run `manage.py migrate`. Nothing can be watched" in told


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_no_secret_is_told(asana):
    doctor = Doctor()
    sign_in_at(Client(), asana, ADA)
    out, error = doctor.process.communicate(timeout=60)
    account = AsanaAccount.objects.get(gid=ADA)
    secrets = [
        tokens.access_token_for(account),
        asana.client_secret,
        account.encrypted_refresh_token,
    ]
    for secret in (*secrets, ADA, account.email, account.name):
        assert secret not in out + error + doctor.asks


def test_an_answer_without_anything_is_reported(db):
    """A report can be made from anything that was recorded."""
    for seen in (
        {"refused": {"code": "timeout"}},
        {
            "token_response": {"names": [], "kind": "list"},
            "refused": {"code": "malformed_response"},
        },
    ):
        watched = WatchedSignIn(ends_at=timezone.now() + timedelta(minutes=1), seen=seen)
        states = [finding.state for finding in sign_in.report(watched)]
        assert states[0] == State.PROBLEM
