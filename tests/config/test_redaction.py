"""Every secret of the site, sent through every logger, in every way, in both formats."""

import json
import logging
from base64 import b64encode
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.test import Client

from config import logs, redaction
from config.redaction import redacted_text
from tests.log_lines import written
from tests.people import authorize_url, path_of
from tests.stand_in import ADA

KNOWN = {
    "SECRET_KEY": "only-for-tests-" + "x" * 50,
    "TOKEN_KEYS": "A" * 43 + "=",
    "client secret": "hush hush/änd+more",
    "METRICS_TOKEN": "metrics.token.metrics.token.metrics!",
    "database": "d@tabase/p:ss\"w'ord",
    "Redis": "redis pass\\word",
    "broker": "broker-password",
    "mail": "m@il password",
    "proxy": "proxy&password",
}
LOOK_RANDOM = {
    "session key": "k3v0qz8m1h5t2c7x9b4n6d0s8f3g1j5l",
    "JWT of Asana": "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjAwIn0.c2ln",
    "personal token": "2/1200000000000001/1204000000000001:5a8f3b0c9d1e7f2a4b6c8d0e1f3a5b7c",
    "authorization code": "0/5a8f3b0c9d1e7f2a4b6c8d0e1f3a5b7c",
    "code_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    "token without a digit": "abcdefGHIJKLmnopqrSTUVWXyz_abcdefGHIJKLmnop",
}


@pytest.fixture
def known(settings, monkeypatch) -> Iterator[None]:
    settings.SECRET_KEY = KNOWN["SECRET_KEY"]
    settings.TOKEN_KEYS = [KNOWN["TOKEN_KEYS"]]
    settings.ASANA_CLIENT_SECRET = KNOWN["client secret"]
    settings.METRICS_TOKEN = KNOWN["METRICS_TOKEN"]
    monkeypatch.setitem(settings.DATABASES["default"], "PASSWORD", KNOWN["database"])
    settings.REDIS_URL = f"redis://:{quote(KNOWN['Redis'], safe='')}@localhost/0"
    settings.CELERY_BROKER_URL = f"amqp://onelist:{KNOWN['broker']}@localhost//"
    settings.EMAIL_HOST_PASSWORD = KNOWN["mail"]
    settings.HTTPS_PROXY_URL = f"http://me:{quote(KNOWN['proxy'], safe='')}@proxy:3128"
    redaction._known.cache_clear()  # noqa: SLF001
    yield
    redaction._known.cache_clear()  # noqa: SLF001


def raise_it(logger: logging.Logger, secret: str) -> None:
    error = ValueError(secret)
    try:
        raise error
    except ValueError:
        logger.exception("It broke")


WAYS: dict[str, Callable[[logging.Logger, str], None]] = {
    "message": lambda logger, secret: logger.error(secret.replace("%", "%%")),
    "argument": lambda logger, secret: logger.error("Got %s.", secret),
    "repr": lambda logger, secret: logger.error("Got %r.", {"what": secret}),
    "JSON": lambda logger, secret: logger.error("Got %s.", json.dumps([secret])),
    "URL": lambda logger, secret: logger.error("GET /x?y=%s", quote(secret, safe="")),
    "header": lambda logger, secret: logger.error("Authorization: Bearer %s", secret),
    "wrong argument": lambda logger, secret: logger.error("%d", secret),
    "exception": raise_it,
    "extra": lambda logger, secret: logger.error("Got it", extra={"what": secret}),
    "deep extra": lambda logger, secret: logger.error("Got", extra={"what": {"a": [(secret,)]}}),
    "name of an extra": lambda logger, secret: logger.error("Got", extra={"access_token": secret}),
}


def loggers() -> list[logging.Logger]:
    """Return every logger that is configured or in use."""
    names = {"", *logs.configuration("json")["loggers"], *logging.Logger.manager.loggerDict}
    return [logging.getLogger(name) for name in sorted(names)]


def readable(secret: str, text: str) -> bool:
    forms = {secret, quote(secret), quote(secret, safe=""), json.dumps(secret)[1:-1]}
    return any(form in text for form in forms | {repr(secret)[1:-1]})


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("log_format", ["text", "json"])
@pytest.mark.parametrize("way", WAYS)
def test_no_logger_writes_a_secret(log_format, way):
    for kind, secret in (KNOWN | LOOK_RANDOM).items():
        with written(log_format) as lines:
            for logger in loggers():
                WAYS[way](logger, secret)
        assert len(lines()) > 20
        assert not readable(secret, "\n".join(lines())), kind


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_nor_one_that_was_really_issued(db, asana, log_format):
    client = Client()
    url = authorize_url(client)
    verifiers = [
        each["code_verifier"]
        for each in client.session.values()
        if isinstance(each, dict) and "code_verifier" in each
    ]
    (code,) = parse_qs(urlsplit(path_of(asana.allow(url, ADA))).query)["code"]
    granted = asana.grant(ADA, "openid email profile tasks:read")
    issued = [code, *verifiers, granted["access_token"], granted["refresh_token"]]
    issued.append(asana.client_secret)
    assert len(issued) == 5
    with written(log_format) as lines:
        for secret in issued:
            for way in WAYS.values():
                way(logging.getLogger("django"), secret)
    assert [secret for secret in issued if readable(secret, "\n".join(lines()))] == []


@pytest.mark.parametrize("way", WAYS)
def test_without_redaction_it_would_be_read(way, monkeypatch):
    """So the tests above can fail; a message that can't be made tells nothing in any case."""
    monkeypatch.setattr("config.logs.redacted", lambda value: value)
    monkeypatch.setattr("config.logs.redacted_text", lambda text: text)
    with written("json") as lines:
        WAYS[way](logging.getLogger("django"), KNOWN["broker"])
    assert readable(KNOWN["broker"], "\n".join(lines())) == (way != "wrong argument")


@pytest.mark.parametrize(
    ("said", "written_as"),
    [
        ("postgres://me:a@b/c@db:5432/x", "postgres://***@db:5432/x"),
        ("/complete/asana/?code=ab12&state=x y", "/complete/asana/?code=***&state=*** y"),
        ("next=%3Fcode%3Dab12", "next=%3Fcode%3D***"),
        ("{'refresh_token': 'short'}", "{'refresh_token': '***'}"),
        ('{"password": "short", "a": 1}', '{"password": "***", "a": 1}'),
        ("grant_type=x&client_secret=a%20b&y=1", "grant_type=x&client_secret=***&y=1"),
        ("Cookie: onelist=abc", "Cookie: ***"),
    ],
)
def test_what_stands_where_a_secret_stands_is_removed(said, written_as):
    assert redacted_text(said) == written_as


@pytest.mark.parametrize(
    "said",
    [
        "Sign-in failed: code=authorization_declined stage=callback parameter=None",
        "The sync of account 1200000000000001 failed",
        "Task asana_tasks.sync[4fc1b8c6-3f6e-4a5e-9d1c-0a9b8c7d6e5f] succeeded in 0.2s",
        'File "/srv/onelist/.venv/lib/python3.11/site-packages/django/core/handlers/base.py"',
        "test_while_it_is_down_every_page_says_so_and_the_log_one_line",
        "GET /static/onelist/base.2f4a6c8e0b1d.css",
        "Bearer",
    ],
)
def test_what_people_need_to_read_stays(said):
    assert redacted_text(said) == said


@pytest.mark.parametrize(
    "hostile", ["://", "eyJ-", "a-", "token ", "%3Fcode", "aB", "bearer ", "\\", "code=&"]
)
def test_no_text_takes_long(hostile):
    """Thirty kilobytes are what the web server takes as a path; quadratic time would be minutes."""
    assert redacted_text(hostile * (30_000 // len(hostile)))


def test_base64_of_a_token_is_random_too():
    encoded = b64encode(LOOK_RANDOM["authorization code"].encode()).decode()
    assert encoded not in redacted_text(f"got {encoded}")
