"""A sign-in that is watched: what is noted of it, and that it is nothing secret."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AsanaAccount, ProviderDocument, WatchedSignIn
from accounts.oidc import recorder
from accounts.sign_in import failures
from tests.accounts import replies
from tests.accounts.provider import DISCOVERY, MISSING, TOKEN, USERINFO, b64
from tests.accounts.sign_ins import sign_in, try_to_start


@pytest.fixture
def watched(op) -> WatchedSignIn:
    return WatchedSignIn.objects.create(ends_at=timezone.now() + timedelta(minutes=10))


def seen(watched: WatchedSignIn) -> dict:
    watched.refresh_from_db()
    return watched.seen


def test_names_and_kinds_are_noted(op, watched):
    op.token_response["scope"] = "openid email profile users:read workspaces:read tasks:read"
    account = sign_in(op).is_signed_in()
    assert seen(watched) == {
        "token_response": {
            "names": [
                *("access_token", "expires_in", "id_token", "refresh_token", "scope", "token_type"),
            ],
            "token_type": "bearer",
            "expires_in": 3600,
            "scope": "as asked",
            "missing_scopes": [],
            "other_scopes": [],
            "refresh_token": True,
            "id_token": {
                "readable": True,
                "alg": "RS256",
                "kid": True,
                "claims": ["at_hash", "aud", "email", "exp", "iat", "iss", "name", "nonce", "sub"],
            },
        },
        "userinfo": ["email", "name", "sub"],
    }
    assert watched.account == account
    assert watched.ends_at <= timezone.now()


def test_no_value_of_a_token_or_a_claim_is(op, watched):
    sign_in(op).is_signed_in()
    noted = json.dumps(seen(watched))
    for secret in (*op.secrets, "Pia Lind", "pia@example.org", "1300000000000001", op.issuer):
        assert secret not in noted


@pytest.mark.parametrize(
    ("wrong", "name", "value"),
    [
        ({"id_token": MISSING}, "id_token", None),
        ({"id_token": None}, "id_token", None),
        ({"scope": "openid"}, "scope", "differs from what was asked"),
        ({"scope": 7}, "scope", "not text"),
        ({"expires_in": MISSING}, "expires_in", "absent"),
        ({"expires_in": "3600"}, "expires_in", "not a number of seconds"),
        ({"expires_in": 10**30}, "expires_in", "not a number of seconds"),
        ({"expires_in": -1}, "expires_in", "not a number of seconds"),
        ({"refresh_token": MISSING}, "refresh_token", False),
        ({"token_type": "Bearer"}, "token_type", "bearer"),
    ],
)
def test_what_is_unusual_but_tolerated(op, watched, wrong, name, value):
    op.token_response.update(wrong)
    sign_in(op).is_signed_in()
    assert seen(watched)["token_response"][name] == value


READING = "users:read workspaces:read tasks:read"


@pytest.mark.parametrize(
    ("scope", "missing", "besides"),
    [
        ("openid", ["email", "profile", *sorted(READING.split())], []),
        (f"openid email profile {READING} tasks:write", [], ["tasks:write"]),
        (f"email profile {READING} default", ["openid"], ["default"]),
        ("", ["email", "openid", "profile", *sorted(READING.split())], []),
        (f"openid email profile {READING} eyJhbGciOi.J9", [], ["one of its own"]),
        (f"openid email profile {READING} Tasks:Read \x1b[31m " + "x" * 99, [], ["one of its own"]),
    ],
)
def test_scopes_that_differ_are_named(op, watched, scope, missing, besides):
    op.token_response["scope"] = scope
    sign_in(op).is_signed_in()
    response = seen(watched)["token_response"]
    assert response["scope"] == "differs from what was asked"
    assert (response["missing_scopes"], response["other_scopes"]) == (missing, besides)


def test_a_great_many_scopes_are_cut_short(op, watched):
    names = [f"scope_{chr(97 + number % 26)}{'z' * (number // 26)}" for number in range(300)]
    op.token_response["scope"] = " ".join(names)
    sign_in(op).is_signed_in()
    assert len(seen(watched)["token_response"]["other_scopes"]) == recorder.MAX_NAMES


def test_a_scope_that_is_a_secret_is_not_noted(op, watched):
    op.token_response["scope"] = f"openid {op.client_secret}"
    sign_in(op).is_signed_in()
    assert seen(watched)["token_response"]["other_scopes"] == ["one of its own"]


@pytest.mark.parametrize(
    ("wrong", "name", "value"),
    [
        ({"token_type": "mac"}, "token_type", "another"),
        ({"token_type": MISSING}, "token_type", "absent"),
        ({"id_token": "x.y.z"}, "id_token", {"readable": False}),
        ({"id_token": 7}, "id_token", {"readable": False}),
        ({"id_token": "." * 100_000}, "id_token", {"readable": False}),
        ({"id_token": "é.é.é"}, "id_token", {"readable": False}),
        ({"id_token": b64(b"[" * 40_000) + ".e30."}, "id_token", {"readable": False}),
        (
            {"id_token": b64(b'{"alg": "none"}') + ".e30."},
            "id_token",
            {"readable": True, "alg": "none", "kid": False, "claims": []},
        ),
        (
            {"id_token": b64(json.dumps({"alg": ["\n" * 99]}).encode()) + ".e30."},
            "id_token",
            {"readable": True, "alg": "['" + "\\n" * 19, "kid": False, "claims": []},
        ),
    ],
)
def test_what_is_refused_is_noted_before(op, watched, wrong, name, value):
    op.token_response.update(wrong)
    sign_in(op).is_refused(failures.UNTRUSTED)
    assert seen(watched)["token_response"][name] == value
    assert seen(watched)["refused"]["code"]
    assert watched.account is None


def test_a_great_many_names_are_cut_short(op, watched):
    op.userinfo.update({f"claim-{number}" + "x" * 1000: 1 for number in range(1000)})
    sign_in(op).is_signed_in()
    assert len(seen(watched)["userinfo"]) == recorder.MAX_NAMES
    assert max(map(len, seen(watched)["userinfo"])) <= recorder.MAX_NAME_LENGTH


def test_strict_refusals_are_noted_with_what_was_missing(op, watched, settings):
    settings.ASANA_OIDC_STRICT = True
    op.token_response["id_token"] = MISSING
    sign_in(op).is_refused(failures.UNTRUSTED)
    assert seen(watched)["refused"]["claim"] == "id_token"
    assert seen(watched)["token_response"]["id_token"] is None


@pytest.mark.parametrize(
    ("path", "reply", "code"),
    [
        (TOKEN, replies.says({"error": "invalid_client"}, 401), "invalid_client"),
        (TOKEN, replies.drops_the_connection, "connection_failed"),
        (USERINFO, replies.says([]), "malformed_response"),
        (USERINFO, replies.says({}, 500), "unavailable"),
    ],
)
def test_troubles_are_noted(op, watched, path, reply, code):
    op.replies[path] = reply
    assert sign_in(op).response.status_code >= 400
    assert code in seen(watched)["refused"].values()


def test_of_a_providers_own_error_no_more_is_noted_than_a_name(op, watched):
    """It can say the very secret it was sent."""
    op.replies[TOKEN] = replies.says({"error": op.client_secret}, 400)
    assert sign_in(op).response.status_code >= 400
    assert seen(watched)["refused"]["provider_code"] == "own_error"


def test_one_that_nobody_finishes_is_none(op, watched):
    """Whoever has no state of ours can't use up the watch."""
    op.callback["state"] = "made-up"
    sign_in(op)
    op.callback = {"error": "access_denied"}
    sign_in(op)
    assert seen(watched) == {}
    assert watched.ends_at > timezone.now()


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (replies.says({}, 503), "unavailable"),
        (replies.drops_the_connection, "connection_failed"),
        (replies.says({"issuer": "https://x.example"}), "malformed_response"),
    ],
)
def test_a_start_that_fails_is_noted(op, watched, reply, code):
    op.replies[DISCOVERY] = reply
    assert try_to_start(op).response.status_code >= 400
    refused = seen(watched)["refused"]
    assert (refused["code"], refused["stage"]) == (code, "begin")
    assert watched.ends_at <= timezone.now()


def test_a_start_of_whom_connects_is_too(op, watched):
    client = Client()
    sign_in(op, client).is_signed_in()
    again = WatchedSignIn.objects.create(ends_at=timezone.now() + timedelta(minutes=10))
    ProviderDocument.objects.all().delete()
    op.replies[DISCOVERY] = replies.says({}, 503)
    assert client.post("/accounts/connect/").status_code == 503
    assert seen(again)["refused"]["stage"] == "begin"


@pytest.mark.parametrize(
    ("callback", "name", "value"),
    [
        ({"error": "forbidden_scopes"}, "provider_code", "forbidden_scopes"),
        ({"error": "server_error"}, "code", "unavailable"),
        ({"iss": "https://x.example"}, "parameter", "iss"),
    ],
)
def test_what_asana_refuses_before_there_is_a_code_is_noted(op, watched, callback, name, value):
    op.callback = callback
    assert sign_in(op).response.status_code >= 400
    assert seen(watched)["refused"][name] == value
    assert seen(watched)["refused"]["stage"] == "callback"


def test_who_may_not_even_come_back_uses_up_no_watch(op, watched):
    op.callback = {"error": "forbidden_scopes", "state": "made-up"}
    sign_in(op)
    assert seen(watched) == {}


def test_the_first_is_watched_and_no_other(op, watched):
    sign_in(op).is_signed_in()
    before = seen(watched)
    op.token_response["id_token"] = MISSING
    sign_in(op).is_signed_in()
    assert seen(watched) == before


@pytest.mark.parametrize("exists", [False, True])
def test_without_a_watch_it_costs_one_query(op, exists):
    if exists:
        WatchedSignIn.objects.create(ends_at=timezone.now() - timedelta(seconds=1))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        sign_in(op).is_signed_in()
    ours = [each for each in queries if "watchedsignin" in each["sql"]]
    assert len(ours) == 1
    assert all(row.seen == {} for row in WatchedSignIn.objects.all())


def test_the_account_may_go_meanwhile(op, watched):
    sign_in(op).is_signed_in()
    AsanaAccount.objects.get().delete()
    assert seen(watched)
    assert watched.account is None
