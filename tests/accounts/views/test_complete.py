from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from qsessions.models import Session

from accounts.models import AsanaAccount, AuditEntry, User
from accounts.sign_in import failures
from tests.accounts.provider import MISSING, TOKEN
from tests.accounts.sign_ins import Outcome, sign_in
from tests.people import authorize_url, path_of
from tests.stand_in import ADA


@pytest.mark.parametrize(
    ("callback", "failure"),
    [
        pytest.param({"code": MISSING}, failures.BAD_REQUEST, id="no code"),
        pytest.param({"code": ""}, failures.BAD_REQUEST, id="empty code"),
        pytest.param({"code": "c" * 5000}, failures.BAD_REQUEST, id="long code"),
        pytest.param({"code": ["a", "b"]}, failures.BAD_REQUEST, id="two codes"),
        pytest.param({"state": MISSING}, failures.BAD_REQUEST, id="no state"),
        pytest.param({"state": ""}, failures.BAD_REQUEST, id="empty state"),
        pytest.param({"state": ["a", "b"]}, failures.BAD_REQUEST, id="two states"),
        pytest.param({"state": "tampered"}, failures.SESSION, id="another state"),
        pytest.param({"state": "s" * 5000}, failures.SESSION, id="long state"),
        pytest.param({"state": "\0ž"}, failures.SESSION, id="state beyond ASCII"),
        pytest.param({"iss": "https://elsewhere.example"}, failures.BAD_REQUEST, id="wrong iss"),
        pytest.param({"iss": ""}, failures.BAD_REQUEST, id="empty iss"),
        pytest.param({"iss": ["{issuer}", "{issuer}"]}, failures.BAD_REQUEST, id="two iss"),
        pytest.param({"error": "", "code": MISSING}, failures.BAD_REQUEST, id="an empty error"),
        pytest.param({"error": ["a", "b"]}, failures.BAD_REQUEST, id="two errors"),
        pytest.param({"error": "access_denied"}, failures.DENIED, id="denied"),
        pytest.param({"error": "access_denied", "state": "x"}, failures.DENIED, id="denied there"),
        pytest.param({"error": "forbidden_scopes"}, failures.SCOPES, id="forbidden scopes"),
        pytest.param({"error": "invalid_scope"}, failures.SCOPES, id="invalid scope"),
        pytest.param({"error": "server_error"}, failures.UNREACHABLE, id="server error"),
        pytest.param({"error": "temporarily_unavailable"}, failures.UNREACHABLE, id="down"),
        pytest.param({"error": "unauthorized_client"}, failures.SETUP, id="app not allowed"),
        pytest.param({"error": "<script>"}, failures.UNTRUSTED, id="some error"),
        pytest.param(
            {"error": "access_denied", "iss": "https://elsewhere.example"},
            failures.BAD_REQUEST,
            id="denied by somebody else",
        ),
    ],
)
def test_it_refuses_a_callback_before_it_sends_any_secret(op, callback, failure):
    op.callback = {name: _with_issuer(value, op.issuer) for name, value in callback.items()}
    outcome = sign_in(op)
    outcome.is_refused(failure)
    assert "<script>" not in outcome.response.content.decode()
    assert not op.asked(TOKEN)


def _with_issuer(value, issuer):
    if isinstance(value, list):
        return [each.replace("{issuer}", issuer) for each in value]
    return value


def test_the_right_issuer_is_welcome(op):
    op.callback["iss"] = op.issuer
    sign_in(op).is_signed_in()


@pytest.mark.parametrize("callback", [{}, {"error": "access_denied"}])
def test_a_provider_that_says_it_names_itself_has_to(op, callback):
    op.discovery["authorization_response_iss_parameter_supported"] = True
    op.callback = {"iss": MISSING, **callback}
    sign_in(op).is_refused(failures.BAD_REQUEST)
    assert not op.asked(TOKEN)


def test_and_is_welcome_if_it_does(op):
    op.discovery["authorization_response_iss_parameter_supported"] = True
    op.callback["iss"] = op.issuer
    sign_in(op).is_signed_in()


def test_a_code_of_another_session_is_worth_nothing(op, nobody):
    """PKCE: the thief's verifier is not the one that the code was asked with."""
    stolen = op.allow(authorize_url(Client()))
    op.callback["code"] = stolen.partition("code=")[2].partition("&")[0]
    outcome = sign_in(op, nobody)
    outcome.is_refused(failures.CODE_REJECTED)


def test_a_callback_works_in_the_browser_that_began_only(op, nobody):
    url = op.allow(authorize_url(Client()))
    Outcome(op, nobody, nobody.get(url)).is_refused(failures.SESSION)
    assert not op.asked(TOKEN)


def test_a_callback_works_once(op):
    client = Client()
    url = op.allow(authorize_url(client))
    assert client.get(url).status_code == 302
    response = client.get(url)
    assert response["Location"] == "/tasks/"
    assert len(op.asked(TOKEN)) == 1
    assert "_auth_user_id" in client.session


def test_back_to_asana_and_allow_again_leads_to_the_list(owner, asana):
    """The page of Asana is still there: Allow sends a new code with the old state."""
    client = Client()
    url = authorize_url(client)
    assert client.get(path_of(asana.allow(url, ADA))).status_code == 302
    response = client.get(path_of(asana.allow(url, ADA)), follow=True)
    assert response.redirect_chain == [("/tasks/", 302)]
    assert "You are signed in already" in response.content.decode()


def test_of_two_sign_ins_in_two_tabs_both_lead_to_the_list(owner, asana):
    client = Client()
    first, second = authorize_url(client), authorize_url(client)
    for url in (first, second, first):
        response = client.get(path_of(asana.allow(url, ADA)))
        assert response["Location"].startswith("/tasks/")
    assert AsanaAccount.objects.count() == 1


def test_a_callback_is_not_tried_again_after_a_failure(op):
    client = Client()
    op.claims["sub"] = MISSING
    url = op.allow(authorize_url(client))
    assert client.get(url).status_code == 502
    op.claims.clear()
    Outcome(op, client, client.get(url)).is_refused(failures.SESSION)


@pytest.mark.parametrize(("minutes", "status"), [(29, 302), (31, 403)])
def test_a_start_is_good_for_half_an_hour(op, nobody, minutes, status):
    url = authorize_url(nobody)
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=True):
        assert nobody.get(op.allow(url)).status_code == status


def test_without_a_cookie_it_explains(op, nobody):
    url = op.allow(authorize_url(nobody))
    nobody.cookies.clear()
    response = nobody.get(url)
    assert response.status_code == 403
    assert "allow cookies" in response.content.decode()


@pytest.mark.parametrize("method", ["post", "head", "put", "delete"])
def test_it_is_a_page_to_arrive_at(op, nobody, method):
    assert getattr(nobody, method)(op.allow(authorize_url(nobody))).status_code == 405
    assert not op.asked(TOKEN)


@pytest.mark.parametrize("fault", [None, "denied"])
def test_nobody_keeps_or_passes_on_the_address_with_the_code(op, fault):
    if fault:
        op.callback["error"] = "access_denied"
    response = sign_in(op).response
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Frame-Options"] == "DENY"


def test_the_page_of_a_failure_loads_nothing_from_elsewhere(op):
    op.callback["error"] = "access_denied"
    page = sign_in(op).response.content.decode()
    assert "http://" not in page
    assert "https://" not in page


def test_the_session_is_a_new_one_afterwards(op, nobody):
    url = op.allow(authorize_url(nobody))
    before = nobody.session.session_key
    nobody.get(url)
    assert nobody.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_what_the_flow_needed_is_gone_from_the_session_afterwards(op, nobody):
    sign_in(op, nobody).is_signed_in()
    left = dict(nobody.session.items())
    assert not [name for name in left if name.startswith("asana")]
    (seen,) = op.asked(TOKEN)
    assert seen.form["code_verifier"] not in str(left)


@pytest.mark.parametrize("order", [{"sub": MISSING}, {"nonce": "another"}], ids=["502", "403"])
def test_that_is_so_after_a_failure_too(op, nobody, order):
    op.claims.update(order)
    sign_in(op, nobody)
    left = dict(nobody.session.items())
    assert not [name for name in left if name.startswith("asana")]
    (seen,) = op.asked(TOKEN)
    assert seen.form["code_verifier"] not in str(left)


def test_somebody_who_is_switched_off_gets_a_page_and_no_loop(op, nobody):
    sign_in(op).is_signed_in()
    User.objects.update(is_active=False)
    response = sign_in(op, nobody).response
    page = nobody.get(response["Location"])
    assert page.status_code == 403
    assert failures.INACTIVE.title in page.content.decode()
    assert "_auth_user_id" not in nobody.session


# At the stand-in for Asana


@pytest.mark.parametrize("debug", [False, True])
def test_deny_is_told_plainly(asana, nobody, db, settings, debug):
    settings.DEBUG = debug
    response = nobody.get(path_of(asana.deny(authorize_url(nobody), ADA)))
    assert response.status_code == 403
    assert "pressed Deny" in response.content.decode()
    assert not User.objects.exists()


def test_scopes_that_were_not_registered_are_told_to_whom_it_concerns(asana, nobody, db, settings):
    settings.ASANA_APP_PERMISSIONS = "full"
    response = nobody.get(path_of(asana.allow(authorize_url(nobody), ADA)))
    assert response.status_code == 502
    assert "ASANA_APP_PERMISSIONS" in response.content.decode()


def test_an_address_that_is_opened_again_and_again_writes_once(owner):
    """Any page can lead there whoever is signed in here."""
    for _ in range(3):
        owner.get("/complete/asana/", data={"error": "access_denied"})
    refused = owner.user.history.filter(event=AuditEntry.Event.SIGN_IN_REFUSED)
    assert refused.count() == 1


def test_no_pipeline_of_social_auth_is_looked_for(nobody, db, asana):
    with CaptureQueriesContext(connection) as queries:
        response = nobody.get("/complete/asana/", {"partial_token": "a\0b", "state": "x"})
    assert response.status_code == 400
    assert "social_auth_partial" not in str(queries.captured_queries)
