"""The OpenID Foundation's tests for relying parties, under its own names.

github.com/openid/conformance-suite: the plans for basic, config and refresh token clients, and
what of the long plan concerns the code flow. Faults without a module are in test_id_tokens.py.
"""

import re
import sys
import time
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from accounts import tokens
from accounts.models import AsanaAccount
from accounts.sign_in import failures
from tests.accounts.provider import (
    DISCOVERY,
    KEYS,
    MISSING,
    REVOKE,
    TOKEN,
    USERINFO,
    b64,
    public_jwk,
    rs256,
    rsa_key,
)
from tests.accounts.sign_ins import sign_in, try_to_start
from tests.accounts.tokens_signed_wrong import es256, hs256, unsigned

# Without their prefix "oidcc-client-test-", as the suite lists them for response_type=code.
PLANS = {
    "oidcc-client-basic-certification-test-plan": [
        "client-test",
        "invalid-iss",
        "missing-sub",
        "invalid-aud",
        "missing-iat",
        "kid-absent-single-jwks",
        "kid-absent-multiple-jwks",
        "idtoken-sig-rs256",
        "idtoken-sig-none",
        "invalid-sig-rs256",
        "userinfo-invalid-sub",
        "nonce-invalid",
        "scope-userinfo-claims",
        "client-secret-basic",
    ],
    "oidcc-client-config-certification-test-plan": [
        "discovery-openid-config",
        "discovery-jwks-uri-keys",
        "discovery-issuer-mismatch",
        "idtoken-sig-none",
        "signing-key-rotation",
        "signing-key-rotation-just-before-signing",
    ],
    "oidcc-client-refreshtoken-test-plan": [
        "refresh-token",
        "refresh-token-invalid-issuer",
        "refresh-token-invalid-sub",
    ],
    "oidcc-client-test-plan": [  # the long one: what the others lack and the code flow has
        "missing-aud",
        "invalid-sig-hs256",
        "invalid-sig-es256",
        "userinfo-bearer-header",
        "userinfo-bearer-body",
    ],
}


def played_here() -> set[str]:
    """Return the modules that this file's tests name, in ids of cases or in docstrings."""
    played = set()
    for name, test in vars(sys.modules[__name__]).items():
        if name.startswith("test_"):
            played |= set(re.findall(r"[\w-]+", test.__doc__ or ""))
            cases = [mark.args[1] for mark in getattr(test, "pytestmark", []) if mark.args]
            played |= {case.id for each in cases for case in each if hasattr(case, "id")}
    return played


@pytest.mark.parametrize("plan", PLANS)
def test_every_module_of_the_plan_is_played(plan):
    assert set(PLANS[plan]) - played_here() == set()


def kid_absent(op):
    op.header["kid"] = MISSING


def two_keys_without_kid(op):
    op.header["kid"] = MISSING
    op.jwks = [public_jwk(rsa_key(name), kid=MISSING) for name in ("second", "first")]


@pytest.mark.parametrize(
    "order",
    [
        pytest.param(lambda op: None, id="client-test"),
        pytest.param(kid_absent, id="kid-absent-single-jwks"),
        pytest.param(two_keys_without_kid, id="kid-absent-multiple-jwks"),
        pytest.param(lambda op: op.header.update(alg="RS256"), id="idtoken-sig-rs256"),
        pytest.param(lambda op: op.userinfo.update(groups=[1]), id="scope-userinfo-claims"),
    ],
)
def test_it_signs_people_in(op, order):
    order(op)
    account = sign_in(op).is_signed_in()
    assert (account.gid, account.name, account.email) == (
        "1300000000000001",
        "Pia Lind",
        "pia@example.org",
    )


@pytest.mark.parametrize(
    ("order", "failure"),
    [
        pytest.param(
            lambda op: op.claims.update(iss="https://elsewhere.example"),
            failures.UNTRUSTED,
            id="invalid-iss",
        ),
        pytest.param(
            lambda op: op.claims.update(sub=MISSING), failures.UNTRUSTED, id="missing-sub"
        ),
        pytest.param(
            lambda op: op.claims.update(aud="another-client"), failures.UNTRUSTED, id="invalid-aud"
        ),
        pytest.param(
            lambda op: op.claims.update(aud=MISSING), failures.UNTRUSTED, id="missing-aud"
        ),
        pytest.param(
            lambda op: op.claims.update(iat=MISSING), failures.UNTRUSTED, id="missing-iat"
        ),
        pytest.param(
            lambda op: op.claims.update(nonce="another"), failures.SESSION, id="nonce-invalid"
        ),
        pytest.param(unsigned, failures.UNTRUSTED, id="idtoken-sig-none"),
        pytest.param(
            lambda op: setattr(op, "sign", lambda _: b"\1" * 256),
            failures.UNTRUSTED,
            id="invalid-sig-rs256",
        ),
        pytest.param(hs256, failures.UNTRUSTED, id="invalid-sig-hs256"),
        pytest.param(es256, failures.UNTRUSTED, id="invalid-sig-es256"),
    ],
)
def test_it_refuses_an_id_token_and_asks_no_further(op, order, failure):
    order(op)
    sign_in(op).is_refused(failure)
    assert op.asked(TOKEN)
    assert not op.asked(USERINFO)


def test_it_rejects_userinfo_about_somebody_else(op):
    """userinfo-invalid-sub"""
    op.userinfo["sub"] = "1300000000000002"
    sign_in(op).is_refused(failures.UNTRUSTED)


def test_userinfo_is_asked_with_the_token_in_a_header(op):
    """userinfo-bearer-header; the other way, userinfo-bearer-body, is not used."""
    sign_in(op).is_signed_in()
    (seen,) = op.asked(USERINFO)
    assert seen.headers["Authorization"].startswith("Bearer access-")
    assert (seen.query, seen.body) == ("", "")


@pytest.mark.parametrize(
    "methods",
    [
        *(MISSING, [], "client_secret_basic", None, ["private_key_jwt"]),
        *(["client_secret_post"], ["client_secret_basic", "client_secret_post"]),
    ],
    ids=["no list", "an empty list", "no list but a word", "null", "neither", "post", "both"],
)
def test_the_client_secret_is_posted_as_asana_documents(op, methods):
    op.discovery["token_endpoint_auth_methods_supported"] = methods
    sign_in(op).is_signed_in()
    (seen,) = op.asked(TOKEN)
    assert "Authorization" not in seen.headers
    assert seen.form["client_secret"] == op.client_secret


@pytest.fixture
def awkward_secret(op, settings, monkeypatch):
    """Set a secret that has to be encoded in a header."""
    settings.SOCIAL_AUTH_ASANA_SECRET = settings.ASANA_CLIENT_SECRET = "s:e c+r%t=ü"
    monkeypatch.setattr(op, "client_secret", settings.ASANA_CLIENT_SECRET)


def test_the_client_secret_is_in_a_header_where_the_provider_takes_no_other(op, awkward_secret):
    """client-secret-basic: at sign-in, refresh and revocation (RFC 6749 2.3.1, RFC 8414 2)"""
    op.discovery["token_endpoint_auth_methods_supported"] = ["client_secret_basic", "none"]
    account = sign_in(op).is_signed_in()
    tokens.refresh_now(account)
    op.discovery["revocation_endpoint_auth_methods_supported"] = MISSING
    tokens.revoke_together(tokens.set_aside_for_revocation(account, user=account.user))
    assert len(op.asked(TOKEN)) == 2
    assert op.revoked
    for seen in [*op.asked(TOKEN), *op.asked(REVOKE)]:
        assert seen.headers["Authorization"].startswith("Basic ")
        assert {"client_id", "client_secret"}.isdisjoint(seen.form)


def test_revocation_has_a_list_of_its_own(op):
    op.discovery["revocation_endpoint_auth_methods_supported"] = ["client_secret_basic"]
    account = sign_in(op).is_signed_in()
    tokens.revoke_together(tokens.set_aside_for_revocation(account, user=account.user))
    assert "client_secret" in op.asked(TOKEN)[0].form
    assert op.asked(REVOKE)[0].headers["Authorization"].startswith("Basic ")


# The config plan


def test_it_reads_discovery_and_keys(op):
    """discovery-openid-config, discovery-jwks-uri-keys"""
    sign_in(op).is_signed_in()
    assert len(op.asked(DISCOVERY)) == len(op.asked(KEYS)) == 1


def test_it_refuses_a_discovery_document_of_another_issuer(op):
    """discovery-issuer-mismatch"""
    op.discovery["issuer"] = "https://elsewhere.example"
    try_to_start(op).is_refused(failures.UNTRUSTED)


def test_it_asks_for_the_keys_again_when_they_have_been_rotated(op):
    """signing-key-rotation"""
    sign_in(op).is_signed_in()
    op.jwks = [public_jwk(rsa_key("second"), kid="second")]
    op.header["kid"], op.sign = "second", rs256(rsa_key("second"))
    sign_in(op).is_signed_in()
    assert len(op.asked(KEYS)) == 2


@pytest.mark.parametrize("kid", ["second", MISSING], ids=["new kid", "no kid"])
def test_keys_may_be_rotated_just_before_signing(op, kid):
    """signing-key-rotation-just-before-signing"""
    sign_in(op).is_signed_in()
    url = op.allow(try_to_start(op).response["Location"])  # of a browser that never comes back
    assert url
    op.jwks = [public_jwk(rsa_key("second"), kid=kid)]
    op.header["kid"], op.sign = kid, rs256(rsa_key("second"))
    sign_in(op).is_signed_in()


# The refresh plan


@pytest.fixture
def expired(op) -> AsanaAccount:
    account = sign_in(op).is_signed_in()
    AsanaAccount.objects.update(access_token_expires_at=timezone.now() - timedelta(minutes=1))
    return account


def test_it_refreshes(op, expired):
    """refresh-token"""
    assert tokens.access_token_for(expired).startswith("access-")
    assert [seen.form["grant_type"] for seen in op.asked(TOKEN)] == [
        "authorization_code",
        "refresh_token",
    ]


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"iss": "https://elsewhere.example"}, id="refresh-token-invalid-issuer"),
        pytest.param({"sub": "1300000000000002"}, id="refresh-token-invalid-sub"),
        pytest.param({"aud": "another-client"}, id="other audience"),
        pytest.param({"aud": ["another-client", "a-third"]}, id="several audiences"),
        pytest.param({"exp": 1}, id="expired"),
        pytest.param({"at_hash": b64(b"x" * 16)}, id="of another access token"),
        pytest.param({"iat": int(time.time()) - 7200}, id="issued long ago"),
    ],
)
def test_a_refreshed_id_token_must_be_right_too(op, expired, claims):
    op.claims.update(claims)
    with pytest.raises(tokens.TryLater):
        tokens.access_token_for(expired)
    kept = AsanaAccount.objects.get()
    assert kept.status == kept.Status.CONNECTED
    assert kept.encrypted_access_token == expired.encrypted_access_token
    assert kept.encrypted_refresh_token == expired.encrypted_refresh_token


def test_a_refreshed_id_token_may_repeat_the_nonce_of_the_sign_in(op):
    """OpenID Connect Core 1.0 12.2"""
    url = try_to_start(op)
    op.claims["nonce"] = parse_qs(urlsplit(url.response["Location"]).query)["nonce"][0]
    url.client.get(op.allow(url.response["Location"]))
    account = AsanaAccount.objects.get()
    tokens.refresh_now(account)
    assert AsanaAccount.objects.get().refreshed_at != account.refreshed_at


@pytest.mark.parametrize("nonce", ["another", ""])
def test_a_refreshed_id_token_with_another_nonce_is_refused(op, expired, nonce):
    op.claims["nonce"] = nonce
    with pytest.raises(tokens.TryLater, match="for another sign-in"):
        tokens.access_token_for(expired)
    kept = AsanaAccount.objects.get()
    assert kept.encrypted_refresh_token == expired.encrypted_refresh_token


def test_the_nonce_is_that_of_the_last_sign_in(op, expired):
    first = AsanaAccount.objects.get().nonce_hash
    sign_in(op).is_signed_in()
    assert AsanaAccount.objects.get().nonce_hash != first
    tokens.refresh_now(expired)
    assert AsanaAccount.objects.get().nonce_hash not in {first, ""}


def test_where_no_nonce_is_kept_any_is_accepted(op, expired):
    """Sign-ins before it was kept."""
    AsanaAccount.objects.update(nonce_hash="")
    op.claims["nonce"] = "another"
    assert tokens.access_token_for(expired)


def test_an_id_token_is_not_needed_to_refresh(op, expired, settings):
    settings.ASANA_OIDC_STRICT = True
    op.token_response["id_token"] = MISSING
    assert tokens.access_token_for(expired).startswith("access-")
