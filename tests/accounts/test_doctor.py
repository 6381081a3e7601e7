"""Each finding with what brings it about; and that it is found whatever else is down."""

import io
import json
import subprocess
import sys
from datetime import timedelta
from email.utils import format_datetime

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import OperationalError, ProgrammingError
from django.test import override_settings
from django.utils import timezone

from accounts import cleaning, doctor, tokens
from accounts.doctor import State, database, keys, mail, people, provider, site
from accounts.doctor.system_checks import system_checks
from accounts.models import AsanaAccount, AuditEntry, ProviderDocument, Revocation
from tests.accounts import replies
from tests.accounts.parallel import environment
from tests.accounts.provider import API, DISCOVERY, KEYS, MISSING, TOKEN, public_jwk, rsa_key
from tests.accounts.sign_ins import sign_in
from tests.environment import free_port
from tests.stand_in import ROOT

OK, WARNING, PROBLEM = State.OK, State.WARNING, State.PROBLEM
SECURE = {
    "SECURE": True,
    "IS_LOCAL": False,
    "SITE_URL": "https://tasks.example.com",
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "SESSION_COOKIE_NAME": "__Host-onelist",
    "CSRF_COOKIE_NAME": "__Host-csrftoken",
}
HTTPS = {"SECURE_SSL_REDIRECT": True, "SECURE_HSTS_SECONDS": 31536000}


@pytest.fixture(autouse=True)
def as_if_deployed(settings) -> None:
    """What tests alone set would be found each time: DJANGO_ALLOW_ASYNC_UNSAFE, STATIC_ROOT."""
    silenced = [*settings.SILENCED_SYSTEM_CHECKS, "async.E001", "staticfiles.E002"]
    settings.SILENCED_SYSTEM_CHECKS = silenced


def examined(check) -> dict[str, doctor.Finding]:
    return {finding.about: finding for finding in doctor.examine((check,))}


def is_found(check, state: State, words: str, about: str | None = None) -> None:
    findings = examined(check)
    finding = findings[about] if about else next(iter(findings.values()))
    assert finding.state == state, finding
    assert words in f"{finding.says} {finding.advice}", finding
    assert bool(finding.advice) == (state != OK)


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


# Settings


@pytest.mark.parametrize(
    ("check", "changes", "state", "words"),
    [
        (system_checks, {}, OK, "find nothing"),
        (system_checks, {"SECRET_KEY": "x"}, WARNING, "less than 50 characters"),
        (system_checks, {"SECURE_REFERRER_POLICY": "x"}, PROBLEM, "Valid values are"),
        (system_checks, {"SECURE_CONTENT_TYPE_NOSNIFF": False}, WARNING, "security.W006"),
        (system_checks, {"DEBUG": True}, OK, "find nothing"),
        (system_checks, SECURE | HTTPS, OK, "find nothing"),
        (system_checks, SECURE | HTTPS | {"SECRET_KEY": "x"}, WARNING, "less than 50"),
        (system_checks, SECURE | HTTPS | {"SECURE_HSTS_SECONDS": 0}, WARNING, "W004"),
        (system_checks, SECURE | HTTPS | {"SECURE_SSL_REDIRECT": False}, WARNING, "W008"),
        (system_checks, SECURE | HTTPS | {"CSRF_COOKIE_SECURE": False}, OK, "find nothing"),
        (site.debug, {}, OK, "off"),
        (site.debug, {"DEBUG": True}, WARNING, "DEBUG=off"),
        (site.debug, {**SECURE, "DEBUG": True}, PROBLEM, "others can reach"),
        (site.address, {}, WARNING, "this machine only"),
        (site.address, SECURE, OK, "https://tasks.example.com"),
        (site.redirect_address, SECURE, OK, "https://tasks.example.com/complete/asana/"),
        (site.proxies, {}, OK, "0"),
        (site.proxies, SECURE, WARNING, "TRUSTED_PROXIES=1"),
        (site.proxies, {**SECURE, "TRUSTED_PROXIES": 1}, OK, "1"),
        (site.cookies, {}, OK, "Lax"),
        (site.cookies, SECURE, OK, "__Host-"),
        (site.cookies, {"SESSION_COOKIE_SAMESITE": "Strict"}, PROBLEM, "SESSION_COOKIE"),
        (site.cookies, {"CSRF_COOKIE_SAMESITE": None}, PROBLEM, "CSRF_COOKIE"),
        (site.cookies, {"SESSION_COOKIE_HTTPONLY": False}, PROBLEM, "SESSION_COOKIE"),
        (site.cookies, {**SECURE, "SESSION_COOKIE_SECURE": False}, PROBLEM, "SESSION_COOKIE"),
        (site.cookies, {**SECURE, "CSRF_COOKIE_NAME": "csrftoken"}, PROBLEM, "CSRF_COOKIE"),
        (site.sessions, {}, OK, "database"),
        *(
            (
                site.sessions,
                {"SESSION_ENGINE": f"django.contrib.sessions.backends.{engine}"},
                PROBLEM,
                "SESSION_ENGINE",
            )
            for engine in ("cache", "cached_db", "file", "signed_cookies")
        ),
        (mail.server, {"SENDS_MAIL": False}, OK, "none is sent"),
        (people.who_may_come_in, {}, OK, "open to everybody"),
        (people.who_may_come_in, {"ALLOWED_WORKSPACES": ["1", "2"]}, OK, "members of 2 workspaces"),
        (people.who_may_come_in, {"ALLOWED_WORKSPACES": ["1"]}, OK, "members of 1 workspace"),
        (people.who_may_come_in, {"SIGNUPS": "closed"}, WARNING, "SIGNUPS=open"),
    ],
)
def test_settings(db, check, changes, state, words):
    with override_settings(**changes):
        is_found(check, state, words)


def test_djangos_checks_are_one_line_each_worst_first_and_can_be_silenced(settings):
    settings.SECRET_KEY = settings.SECURE_REFERRER_POLICY = "x"
    settings.SECURE_CROSS_ORIGIN_OPENER_POLICY = settings.X_FRAME_OPTIONS = "x"
    settings.SECURE_CONTENT_TYPE_NOSNIFF = False
    found = list(doctor.examine((system_checks,)))
    lines = [f"{finding.says} {finding.advice}" for finding in found]
    worst_first = [f"security.{number}" for number in ("E023", "E024", "W006", "W009", "W019")]
    named = [next(check for check in worst_first if check in line) for line in lines]
    assert named == worst_first
    assert [finding.state for finding in found] == [PROBLEM] * 2 + [WARNING] * 3
    assert not any("\n" in line for line in lines)
    settings.SILENCED_SYSTEM_CHECKS += worst_first
    is_found(system_checks, OK, "find nothing")


@pytest.mark.parametrize(
    ("token_keys", "state", "words"),
    [
        (["a", "b"], OK, "2 in TOKEN_KEYS"),
        (["a", "a"], WARNING, "twice"),
        (["the-secret-key"], PROBLEM, "SECRET_KEY"),
    ],
)
def test_token_keys(settings, token_keys, state, words):
    settings.SECRET_KEY, settings.TOKEN_KEYS = "the-secret-key", token_keys
    is_found(keys.token_keys, state, words)


def test_a_cache_that_is_down(settings):
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": settings.REDIS_URL,
        }
    }
    is_found(site.cache_, PROBLEM, "Redis isn't answering")


def test_a_cache_that_answers(settings):
    settings.REDIS_URL = "redis://somewhere"
    is_found(site.cache_, OK, "Redis answers")
    settings.REDIS_URL = ""
    is_found(site.cache_, OK, "its own")


def test_a_mail_server_that_is_down(settings):
    settings.SENDS_MAIL, settings.EMAIL_BACKEND = (
        True,
        "django.core.mail.backends.smtp.EmailBackend",
    )
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    settings.EMAIL_HOST_PASSWORD = "hush-hush"
    is_found(mail.server, PROBLEM, "EMAIL_URL")
    assert "hush" not in str(examined(mail.server))


def test_a_mail_server_that_lets_us_in(settings):
    settings.SENDS_MAIL = True
    is_found(mail.server, OK, "lets us in")


# Our database


def test_a_database_that_answers(db):
    is_found(database.reachable, OK, "answers")
    is_found(database.migrations, OK, "none wait")


def test_sqlite_is_not_for_many(db):
    with override_settings(**SECURE):
        assert examined(database.reachable)["database"].state in {OK, WARNING}


@pytest.mark.django_db(transaction=True)
def test_a_migration_that_waits():
    call_command("migrate", "asana_tasks", "0001", verbosity=0)
    try:
        is_found(database.migrations, PROBLEM, "manage.py migrate")
    finally:
        call_command("migrate", "asana_tasks", verbosity=0)


@pytest.mark.parametrize(
    ("hours", "state", "words"),
    [
        (None, WARNING, "housekeeping"),
        (1, OK, "1 hour ago"),
        (47, OK, "ago"),
        (49, PROBLEM, "manage.py housekeeping"),
    ],
)
def test_the_age_of_the_last_clean_up(db, hours, state, words):
    if hours is not None:
        cleaning.clean_up()
        AuditEntry.objects.update(at=timezone.now() - timedelta(hours=hours))
    is_found(database.clean_up, state, words)


@pytest.mark.parametrize(("minutes", "state"), [(0, OK), (10, OK), (20, PROBLEM)])
def test_whether_anybody_keeps_house(db, minutes, state):
    Revocation.objects.create(next_attempt_at=timezone.now() - timedelta(minutes=minutes))
    is_found(database.chores, state, "1 is long due" if state == PROBLEM else "nothing")
    is_found(database.revocations, WARNING, "1 waits for Asana")
    Revocation.objects.create(next_attempt_at=timezone.now() - timedelta(minutes=minutes))
    is_found(database.chores, state, "2 are long due" if state == PROBLEM else "nothing")
    is_found(database.revocations, WARNING, "2 wait for Asana")


def test_no_revocation_waits(db):
    is_found(database.revocations, OK, "none")


def test_rows_on_old_keys_and_unreadable_ones(op, settings):
    is_found(keys.rows, OK, "newest key")
    sign_in(op).is_signed_in()
    is_found(keys.rows, OK, "newest key")
    settings.TOKEN_KEYS = [Fernet.generate_key().decode(), *settings.TOKEN_KEYS]
    is_found(keys.rows, WARNING, "rotate_token_keys")
    settings.TOKEN_KEYS = settings.TOKEN_KEYS[:1]
    is_found(keys.rows, PROBLEM, "Put back the key")


def test_accounts_given_up_for_a_key_that_is_back(op, settings):
    account = sign_in(op).is_signed_in()
    key, another = settings.TOKEN_KEYS[0], Fernet.generate_key().decode()
    settings.TOKEN_KEYS = [another]
    with pytest.raises(tokens.NeedsReconnecting):
        tokens.access_token_for(account)
    for settings.TOKEN_KEYS in ([key], [another, key]):
        is_found(keys.rows, PROBLEM, "1 account was given up")
        is_found(keys.rows, PROBLEM, "Run `manage.py rotate_token_keys`")
    Revocation.objects.create(encrypted_refresh_token="0123abcd.gAAAAA")
    unreadable, given_up = doctor.examine((keys.rows,))
    assert "1 row can't be read" in unreadable.says
    assert "1 account was given up" in given_up.says
    Revocation.objects.all().delete()
    call_command("rotate_token_keys", stdout=io.StringIO())
    is_found(keys.rows, OK, "newest key")


def test_closed_sign_ups_with_somebody_here(op, settings):
    sign_in(op).is_signed_in()
    settings.SIGNUPS = "closed"
    is_found(people.who_may_come_in, OK, "closed")
    is_found(people.accounts, OK, "1 connected, 0 needs reconnecting")


# Asana


def date(seconds: float) -> str:
    return format_datetime(timezone.now() + timedelta(seconds=seconds), usegmt=True)


PROVIDERS = [
    ({}, "discovery", OK, "names our issuer"),
    ({}, "clock", OK, "agrees"),
    ({}, "keys of Asana", OK, "1 of 1"),
    ({}, "client", OK, "knows the client"),
    ({}, "abilities", OK, "S256"),
    ({"discovery": {"issuer": MISSING}}, "discovery", PROBLEM, "another issuer"),
    ({"discovery": {"issuer": "https://x.example"}}, "discovery", PROBLEM, "https://x.example"),
    ({"discovery": {"issuer": ["x"]}}, "discovery", PROBLEM, "another issuer"),
    (
        {"discovery": {"token_endpoint": "https://x.example/token"}},
        "discovery",
        PROBLEM,
        "token_endpoint is not on",
    ),
    ({"discovery": {"jwks_uri": MISSING}}, "discovery", PROBLEM, "jwks_uri is not on"),
    (
        {"discovery": {"revocation_endpoint": "http://x.example"}},
        "discovery",
        PROBLEM,
        "revocation_endpoint",
    ),
    (
        {"discovery": {"code_challenge_methods_supported": ["plain"]}},
        "abilities",
        WARNING,
        "S256 is not among",
    ),
    (
        {"discovery": {"token_endpoint_auth_methods_supported": ["client_secret_basic"]}},
        "abilities",
        WARNING,
        "client_secret_post",
    ),
    ({"discovery": {"code_challenge_methods_supported": MISSING}}, "abilities", OK, "S256"),
    ({"replies": {DISCOVERY: replies.says({}, 500)}}, "discovery", PROBLEM, "answers with 500"),
    ({"replies": {DISCOVERY: replies.says({}, 404)}}, "discovery", PROBLEM, "answers with 404"),
    ({"replies": {DISCOVERY: replies.says(b"<p>")}}, "discovery", PROBLEM, "not JSON"),
    ({"replies": {DISCOVERY: replies.says([])}}, "discovery", PROBLEM, "not an object"),
    ({"replies": {DISCOVERY: replies.redirects_elsewhere}}, "discovery", PROBLEM, "redirect"),
    ({"replies": {DISCOVERY: replies.drops_the_connection}}, "discovery", PROBLEM, "answering"),
    ({"replies": {DISCOVERY: replies.sends_48_megabytes}}, "discovery", PROBLEM, "too large"),
    ({"jwks": []}, "keys of Asana", PROBLEM, "none of 0"),
    ({"jwks": [{"kty": "EC"}]}, "keys of Asana", PROBLEM, "none of 1"),
    ({"jwks": [public_jwk(rsa_key("short", 1024))]}, "keys of Asana", PROBLEM, "2048 bits"),
    (
        {"jwks": [public_jwk(rsa_key("first")), {"kty": "oct"}]},
        "keys of Asana",
        OK,
        "1 of 2 can be used",
    ),
    ({"replies": {KEYS: replies.says({}, 503)}}, "keys of Asana", PROBLEM, "answers with 503"),
    ({"replies": {KEYS: replies.says([1])}}, "keys of Asana", PROBLEM, "key set"),
    ({"replies": {TOKEN: replies.says({}, 500)}}, "client", WARNING, "answers 500"),
    ({"replies": {TOKEN: replies.says(b"<p>", 400)}}, "client", WARNING, "answers 400"),
    (
        {"replies": {TOKEN: replies.says({"error": "invalid_client"}, 400)}},
        "client",
        PROBLEM,
        "ASANA_CLIENT_SECRET",
    ),
    ({"replies": {TOKEN: replies.says({}, 401)}}, "client", PROBLEM, "ASANA_CLIENT_ID"),
    ({"replies": {TOKEN: replies.redirects_elsewhere}}, "client", PROBLEM, "redirect"),
]


@pytest.mark.parametrize(("wrong", "about", "state", "words"), PROVIDERS)
def test_the_provider(op, wrong, about, state, words):
    for name, value in wrong.items():
        setattr(op, name, value)
    is_found(provider.sign_in, state, words, about)
    assert not ProviderDocument.objects.exists()  # it changes nothing


@pytest.mark.parametrize(
    ("headers", "state", "words"),
    [
        (lambda: {"Date": date(0)}, OK, "agrees"),
        (lambda: {"Date": date(-10)}, OK, "agrees"),
        (lambda: {"Date": date(30)}, WARNING, "NTP"),
        (lambda: {"Date": date(-30)}, WARNING, "NTP"),
        (lambda: {"Date": date(90)}, PROBLEM, "sign-ins fail"),
        (lambda: {"Date": date(-86400)}, PROBLEM, "sign-ins fail"),
        (lambda: {"Date": date(-86400), "Age": "86400"}, OK, "agrees"),
        (lambda: {"Date": "yesterday"}, WARNING, "no time"),
        (lambda: {"Date": date(0), "Age": "x"}, WARNING, "no time"),
        (dict, WARNING, "no time"),
    ],
)
def test_the_clock(op, headers, state, words):
    def answers(handler):
        handler.send_response_only(200)
        for name, value in headers().items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(b"{}")

    op.replies[DISCOVERY] = answers
    is_found(provider.sign_in, state, words, "clock")


def test_a_wrong_secret(asana, settings):
    settings.ASANA_CLIENT_SECRET = "not-the-secret"
    is_found(provider.sign_in, PROBLEM, "ASANA_CLIENT_SECRET", "client")
    assert "not-the-secret" not in str(examined(provider.sign_in))


@pytest.mark.parametrize(
    ("reply", "state", "words"),
    [
        (replies.says({"errors": []}, 401), OK, "answers"),
        (replies.says({}, 503), PROBLEM, "(503)"),
        (replies.says({}, 404), WARNING, "404"),
        (replies.says({}, 200), WARNING, "200"),
        (replies.drops_the_connection, PROBLEM, "isn't answering"),
        (replies.redirects_elsewhere, PROBLEM, "redirect"),
    ],
)
def test_the_rest_api(op, settings, reply, state, words):
    settings.ASANA_API_URL = op.url + API
    op.replies[API + "/users/me"] = reply
    is_found(provider.rest_api, state, words)


def test_an_asana_that_is_down(settings):
    settings.ASANA_OIDC_ENDPOINT = settings.ASANA_API_URL = (
        f"http://127.0.0.1:{free_port()}/api/1.0"
    )
    is_found(provider.sign_in, PROBLEM, "isn't answering", "discovery")
    is_found(provider.rest_api, PROBLEM, "isn't answering")


# The command


def test_all_is_well_but_for_the_clean_up(asana, db):
    told = run()
    assert "PROBLEM" not in told
    assert "WARNING  clean-up" in told
    cleaning.clean_up()
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


def test_what_is_not_checked_has_the_names_of_every_day(asana, db):
    for check in doctor.CHECKS:
        assert doctor.about(check) in examined(check)


def test_what_the_database_does_not_let_us_check_is_one_line(asana, db):
    def fails(error):
        raise error

    def tokens():
        yield fails(OperationalError("hush-hush"))

    def accounts():
        yield fails(ProgrammingError("hush-hush"))

    *others, last = doctor.examine((tokens, site.debug, accounts))
    assert [finding.about for finding in others] == ["debug"]
    assert (last.about, last.state) == ("not checked", PROBLEM)
    assert last.says == (
        "tokens, accounts: the database fails (OperationalError, ProgrammingError)"
    )


def test_a_check_that_breaks_breaks_no_other(caplog):
    def broken():
        yield int("hush-hush")

    first, second = doctor.examine((broken, site.debug))
    assert (first.state, second.state) == (PROBLEM, OK)
    assert "ValueError" in first.says
    assert "hush" not in first.says


def test_no_secret_is_ever_told(owner, asana, settings):
    token = tokens.access_token_for(owner.account)
    settings.TOKEN_KEYS = [*settings.TOKEN_KEYS, Fernet.generate_key().decode()]
    secrets = [token, settings.SECRET_KEY, settings.ASANA_CLIENT_SECRET, *settings.TOKEN_KEYS]
    account = AsanaAccount.objects.get()
    secrets += [account.encrypted_access_token, account.encrypted_refresh_token]
    for args in ([], ["--json"]):
        told = run(*args)
        assert not any(secret in told for secret in secrets)
