"""Reports about the Content Security Policy: from anybody, limited, one line each in the log."""

import json
import random

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry

PATH = "/csp-reports/"
OLD = {
    "csp-report": {
        "document-uri": "http://localhost/complete/asana/?code=secret-code&state=x#secret-part",
        "blocked-uri": "https://evil.example/x.js?secret-query",
        "effective-directive": "script-src-elem",
        "violated-directive": "script-src-elem",
    }
}
NEW = [
    {
        "type": "csp-violation",
        "body": {
            "documentURL": "http://localhost/tasks/?q=secret-search",
            "blockedURL": "inline",
            "effectiveDirective": "style-src-attr",
            "sourceFile": "http://localhost/static/list.js",
        },
    }
]


def someone() -> str:
    return "10." + ".".join(str(random.randrange(256)) for _ in range(3))


def send(sent: object, here: str = "", **more) -> int:
    body = sent if isinstance(sent, str | bytes) else json.dumps(sent)
    about = {"content_type": "application/csp-report", "REMOTE_ADDR": here or someone()}
    strict = Client(enforce_csrf_checks=True)
    return strict.post(PATH, body, **{**about, **more}).status_code


def logged(caplog) -> list[str]:
    return [each.getMessage() for each in caplog.records if each.name.endswith("csp_reports")]


def test_the_policy_and_the_endpoint_name_it(db, nobody):
    response = nobody.get("/login/")
    policy = response["Content-Security-Policy"]
    assert f"report-uri {PATH}" in policy
    assert "report-to csp" in policy
    assert response["Reporting-Endpoints"] == f'csp="{settings.SITE_URL}{PATH}"'
    assert reverse("accounts:csp_reports") == PATH == settings.CSP_REPORTS_PATH


@pytest.mark.parametrize(
    ("sent", "line"),
    [
        (
            OLD,
            "CSP violation: directive=script-src-elem blocked=https://evil.example/x.js"
            " page=http://localhost/complete/asana/ source=-",
        ),
        (
            NEW,
            "CSP violation: directive=style-src-attr blocked=inline page=http://localhost/tasks/"
            " source=http://localhost/static/list.js",
        ),
    ],
    ids=["report-uri", "report-to"],
)
def test_either_kind_is_logged_without_queries(db, caplog, sent, line):
    assert send(sent) == 204
    assert logged(caplog) == [line]
    assert "secret" not in caplog.text
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    "sent", ["", "x", "[]", "{}", "7", "[7]", '{"csp-report": 7}', "[" * 10_000, b"\xff\xfe"]
)
def test_what_makes_no_sense_is_refused(db, caplog, sent):
    assert send(sent) == 400
    assert logged(caplog) == []


def test_values_of_other_kinds_and_lines_forge_nothing(db, caplog):
    body = {"blocked-uri": "a\nCSP violation: forged", "document-uri": ["x"]}
    body |= {"effective-directive": "http://[", "source-file": "s" * 5000}
    assert send({"csp-report": body}) == 204
    (line,) = logged(caplog)
    assert "\n" not in line
    assert "page=- " in line
    assert "directive=- " in line
    assert len(line) < 600


def test_a_long_one_is_not_read(db, caplog):
    assert send({"csp-report": {"blocked-uri": "x" * 20_000}}) == 413
    assert logged(caplog) == []


def test_a_length_that_is_none_is_refused(db):
    assert send(OLD, CONTENT_LENGTH="many") == 400


def test_one_request_fills_few_lines(db, caplog):
    assert send(NEW * 20) == 204
    assert len(logged(caplog)) == 5


def test_an_address_can_send_so_many(db, caplog):
    here = someone()
    assert [send(OLD, here) for _ in range(21)] == [204] * 20 + [429]
    assert send(OLD) == 204
    assert len(logged(caplog)) == 21


def test_all_together_so_many(db, caplog, monkeypatch):
    monkeypatch.setattr("accounts.rate_limits.ALL_CSP_REPORTS", "2/day")
    assert [send(OLD) for _ in range(3)] == [204, 204, 429]
