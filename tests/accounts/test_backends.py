"""Token answers and userinfo as no provider should give them."""

import json
import tracemalloc
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import tokens
from accounts.sign_in import failures
from tests.accounts import replies
from tests.accounts.provider import AUTHORIZE, KEYS, MISSING, REVOKE, TOKEN, USERINFO
from tests.accounts.sign_ins import sign_in


@pytest.mark.parametrize("token_type", ["bearer", "Bearer", "BEARER"])
def test_a_bearer_token_is_one_in_any_case(op, token_type):
    op.token_response["token_type"] = token_type
    sign_in(op).is_signed_in()


@pytest.mark.parametrize(
    "response",
    [
        pytest.param({"token_type": "mac"}, id="mac token"),
        pytest.param({"token_type": MISSING}, id="no token type"),
        pytest.param({"token_type": ["bearer"]}, id="token type in a list"),
        pytest.param({"access_token": MISSING}, id="no access token"),
        pytest.param({"access_token": ""}, id="empty access token"),
        pytest.param({"access_token": None}, id="access token is null"),
        pytest.param({"access_token": 7}, id="access token is a number"),
        pytest.param({"access_token": {"a": 1}}, id="access token is an object"),
        pytest.param({"access_token": "ž", "id_token": MISSING}, id="access token beyond ASCII"),
        pytest.param({"access_token": "中", "id_token": MISSING}, id="access token beyond Latin"),
        pytest.param({"access_token": "\ud800", "id_token": MISSING}, id="half a character"),
        pytest.param({"access_token": "a\r\nX: y", "id_token": MISSING}, id="a header in it"),
        pytest.param({"refresh_token": 7}, id="refresh token is a number"),
        pytest.param({"refresh_token": ["a"]}, id="refresh token in a list"),
        pytest.param({"refresh_token": "\ud800"}, id="refresh token is half a character"),
        pytest.param({"refresh_token": "\0"}, id="refresh token is NUL"),
    ],
)
def test_it_refuses_a_token_response(op, response):
    op.token_response.update(response)
    sign_in(op).is_refused(failures.UNTRUSTED)


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [
        pytest.param(3600, 3600, id="an hour"),
        pytest.param("7200", 7200, id="digits"),
        pytest.param("soon", 3600, id="a word"),
        pytest.param(MISSING, 3600, id="absent"),
        pytest.param(None, 3600, id="null"),
        pytest.param([], 3600, id="a list"),
        pytest.param(float("nan"), 3600, id="not a number"),
        pytest.param(float("inf"), 86400, id="endless"),
        pytest.param(10**30, 86400, id="ages"),
        pytest.param(10**400, 3600, id="beyond any float"),
        pytest.param(-5, 0, id="negative"),
        pytest.param(float("-inf"), 0, id="endlessly negative"),
    ],
)
def test_it_makes_sense_of_expires_in(op, expires_in, seconds):
    op.token_response["expires_in"] = expires_in
    account = sign_in(op).is_signed_in()
    assert account.access_token_expires_at
    left = account.access_token_expires_at - timezone.now()
    assert timedelta(seconds=seconds - 10) < left <= timedelta(seconds=seconds)


@pytest.mark.parametrize("refresh_token", [None, MISSING, ""], ids=["null", "absent", "empty"])
def test_a_later_sign_in_without_a_refresh_token_keeps_the_old_one(op, refresh_token):
    before = sign_in(op).is_signed_in()
    op.token_response["refresh_token"] = refresh_token
    after = sign_in(op).is_signed_in()
    assert after.encrypted_refresh_token == before.encrypted_refresh_token != ""
    assert after.encrypted_access_token != before.encrypted_access_token


BROKEN = [
    pytest.param(replies.says(b"<html>no"), failures.UNTRUSTED, id="not JSON"),
    pytest.param(replies.says(b""), failures.UNTRUSTED, id="nothing"),
    pytest.param(replies.says(b"\xff\xfe\x00"), failures.UNTRUSTED, id="not text"),
    pytest.param(replies.says([1]), failures.UNTRUSTED, id="a list"),
    pytest.param(replies.says("yes"), failures.UNTRUSTED, id="a word"),
    pytest.param(replies.says(b"e30.e30.e30"), failures.UNTRUSTED, id="a JWT (userinfo-signed)"),
    pytest.param(replies.says(None), failures.UNTRUSTED, id="null"),
    pytest.param(replies.says(b"[" * 100_000), failures.UNTRUSTED, id="deeply nested"),
    pytest.param(replies.says(b"1" * 5000), failures.UNTRUSTED, id="a huge number"),
    pytest.param(replies.redirects_elsewhere, failures.UNTRUSTED, id="redirect elsewhere"),
    pytest.param(replies.redirects_here, failures.UNTRUSTED, id="redirect to itself"),
    pytest.param(replies.sends_48_megabytes, failures.UNTRUSTED, id="48 MB"),
    pytest.param(replies.sends_a_gzip_bomb, failures.UNTRUSTED, id="gzip bomb"),
    pytest.param(replies.says(b"{}", Content_Encoding="gzip"), failures.UNREACHABLE, id="no gzip"),
    pytest.param(replies.drips_headers, failures.UNREACHABLE, id="dripping headers"),
    pytest.param(replies.drips_a_body, failures.UNREACHABLE, id="dripping body"),
    pytest.param(replies.drops_the_connection, failures.UNREACHABLE, id="dropped"),
    pytest.param(replies.sends_half, failures.UNREACHABLE, id="half an answer"),
    pytest.param(replies.says({}, 500), failures.UNREACHABLE, id="500"),
    pytest.param(replies.says(b"down", 503), failures.UNREACHABLE, id="503"),
    pytest.param(replies.says({}, 429, Retry_After="30"), failures.UNREACHABLE, id="429"),
    pytest.param(replies.says([], 400), failures.UNTRUSTED, id="400 with a list"),
    pytest.param(replies.says(b"[" * 100_000, 400), failures.UNTRUSTED, id="400, deeply nested"),
    pytest.param(replies.says({"error": {}}, 400), failures.UNTRUSTED, id="400 with an object"),
]


@pytest.mark.parametrize("path", [TOKEN, USERINFO, KEYS])
@pytest.mark.parametrize(("reply", "failure"), BROKEN)
def test_it_survives(op, hasty, path, reply, failure):
    op.replies[path] = reply
    sign_in(op).is_refused(failure)


@pytest.mark.parametrize(
    ("error", "status", "failure"),
    [
        pytest.param("invalid_grant", 400, failures.CODE_REJECTED, id="code used or too old"),
        pytest.param("invalid_client", 401, failures.SETUP, id="wrong secret"),
        pytest.param("unauthorized_client", 400, failures.SETUP, id="app not allowed"),
        pytest.param("invalid_scope", 400, failures.SCOPES, id="scopes not registered"),
        pytest.param("temporarily_unavailable", 400, failures.UNREACHABLE, id="down for now"),
        pytest.param("invalid_grant", 200, failures.CODE_REJECTED, id="an error that says 200"),
    ],
)
def test_it_says_what_an_error_of_the_token_endpoint_means(op, error, status, failure):
    op.replies[TOKEN] = replies.says({"error": error, "error_description": "<b>!"}, status)
    outcome = sign_in(op)
    outcome.is_refused(failure)
    assert "<b>!" not in outcome.response.content.decode()


@pytest.mark.parametrize("error", ["", None, []], ids=["empty", "null", "a list"])
def test_an_error_that_names_none_hides_no_other_fault(op, error):
    op.token_response.update(error=error, token_type="mac")
    sign_in(op).is_refused(failures.UNTRUSTED)


@pytest.mark.parametrize(
    "userinfo",
    [
        pytest.param({"sub": MISSING}, id="no sub"),
        pytest.param({"sub": None}, id="sub is null"),
        pytest.param({"sub": 1300000000000001}, id="sub is a number"),
        pytest.param({"sub": ""}, id="empty sub"),
    ],
)
@pytest.mark.parametrize("response", [{}, {"id_token": MISSING}], ids=["ID token", "no ID token"])
def test_it_refuses_userinfo_that_names_nobody(op, userinfo, response):
    op.userinfo.update(userinfo)
    op.token_response.update(response)
    sign_in(op).is_refused(failures.UNTRUSTED)


@pytest.mark.parametrize("sub", ["1300000000000002", "1300000000000001 ", "1300000000000001\n"])
def test_it_refuses_userinfo_that_names_somebody_else(op, sub):
    op.userinfo["sub"] = sub
    sign_in(op).is_refused(failures.UNTRUSTED)


def test_userinfo_cannot_replace_what_the_token_response_says(op):
    op.token_response["expires_in"] = 7200
    op.userinfo.update(
        access_token="theirs",
        refresh_token="theirs",
        id_token="theirs",
        expires_in=1,
        token_type="mac",
        scope="everything",
    )
    account = sign_in(op).is_signed_in()
    assert tokens.access_token_for(account).startswith("access-")
    assert account.access_token_expires_at
    assert account.access_token_expires_at - timezone.now() > timedelta(hours=1)
    assert "everything" not in account.scope
    account.access_token_expires_at = timezone.now()
    account.save()
    tokens.access_token_for(account)
    assert op.asked(TOKEN)[-1].form["refresh_token"].startswith("refresh-")


@pytest.mark.parametrize(
    "about",
    [
        pytest.param({"name": 7, "email": ["a"], "picture": {}}, id="other types"),
        pytest.param({"name": None, "email": None, "picture": None}, id="null"),
        pytest.param({"name": "N" * 5000, "email": "e" * 5000 + "@example.org"}, id="long"),
        pytest.param({"picture": "https://example.org/" + "p" * 5000}, id="long picture"),
        pytest.param({"name": "a\0b", "email": "\0@example.org"}, id="NUL"),
        pytest.param({"name": "a\ud800b", "email": "\ud800@e.org"}, id="half a character"),
        pytest.param({"picture": "https://example.org/\ud800"}, id="half a picture"),
        pytest.param({"picture": "javascript:alert(1)"}, id="a picture that is none"),
        pytest.param({"_claim_names": {"name": "a"}, "_claim_sources": {"a": {}}}, id="elsewhere"),
        pytest.param({"name": "<script>alert(1)</script>"}, id="markup"),
    ],
)
def test_what_userinfo_says_fits_our_columns(op, about):
    op.userinfo.update(about)
    outcome = sign_in(op)
    account = outcome.is_signed_in()
    account.full_clean(exclude=["user", "name", "email", "picture_url"])
    page = outcome.client.get("/accounts/")
    assert page.status_code == 200
    assert b"javascript:" not in page.content
    assert b"<script>alert" not in page.content


def test_the_client_secret_goes_to_the_token_endpoint_alone(op):
    sign_in(op).is_signed_in()
    for seen in op.seen:
        holds_it = op.client_secret in json.dumps(vars(seen))
        assert holds_it == (seen.path == TOKEN)


def test_nothing_is_asked_of_the_provider_but_what_the_flow_needs(op):
    """No front-channel request is ours to make, and nothing is revoked by signing in."""
    sign_in(op).is_signed_in()
    assert {seen.path for seen in op.seen}.isdisjoint({AUTHORIZE, REVOKE})


@pytest.mark.parametrize("reply", [replies.sends_48_megabytes, replies.sends_a_gzip_bomb])
def test_a_huge_response_is_never_held(op, reply):
    sign_in(op).is_signed_in()  # what is imported on the way is not what we measure
    op.reset()
    op.replies[TOKEN] = reply
    tracemalloc.start()
    try:
        sign_in(op)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 16 * replies.MEGABYTE
    assert op.bytes_sent < 40 * replies.MEGABYTE
