"""Faults of ID tokens and keys for which the OpenID Foundation's suite has no module."""

import json
import time
from html import unescape

import pytest

from accounts.oidc import id_tokens
from accounts.sign_in.failures import SESSION, UNTRUSTED
from tests.accounts.provider import (
    KEYS,
    MISSING,
    USERINFO,
    Provider,
    b64,
    number,
    public_jwk,
    rs256,
    rsa_key,
)
from tests.accounts.replies import redirects_elsewhere, says
from tests.accounts.sign_ins import sign_in
from tests.accounts.tokens_signed_wrong import hs256_with_the_public_key

US, THEM = Provider.client_id, "another-client"
ENDLESS = float("inf")


def seconds(offset):
    return lambda: int(time.time()) + offset


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"aud": [US]}, id="audience in a list"),
        pytest.param({"azp": US}, id="azp is us"),
        pytest.param({"exp": seconds(-50)}, id="expired within the leeway"),
        pytest.param({"iat": seconds(50)}, id="their clock is 50 s ahead"),
        pytest.param({"iat": seconds(-500)}, id="their clock is 500 s behind"),
        pytest.param({"nbf": seconds(50)}, id="valid in 50 s"),
        pytest.param({"exp": time.time() + 600.5}, id="exp with a fraction"),
        pytest.param({"at_hash": MISSING}, id="no at_hash"),
        pytest.param({"nonce": MISSING}, id="no nonce"),
        pytest.param({"picture": "\ud800", "email": "Pia"}, id="claims we don't use"),
    ],
)
def test_it_accepts(op, claims):
    order(op, claims)
    sign_in(op).is_signed_in()


@pytest.mark.parametrize(
    ("claims", "failure"),
    [
        pytest.param({"iss": MISSING}, UNTRUSTED, id="no iss"),
        pytest.param({"iss": "{issuer}/"}, UNTRUSTED, id="iss with a slash more"),
        pytest.param({"iss": ["{issuer}"]}, UNTRUSTED, id="iss in a list"),
        pytest.param({"sub": ""}, UNTRUSTED, id="empty sub"),
        pytest.param({"sub": 1300000000000001}, UNTRUSTED, id="sub is a number"),
        pytest.param({"sub": None}, UNTRUSTED, id="sub is null"),
        pytest.param({"sub": "1" * 256}, UNTRUSTED, id="sub of 256 characters"),
        pytest.param({"sub": "ž"}, UNTRUSTED, id="sub beyond ASCII"),
        pytest.param({"sub": "1\0"}, UNTRUSTED, id="sub with NUL"),
        pytest.param({"sub": "1\nWARNING forged"}, UNTRUSTED, id="sub of two lines"),
        pytest.param({"aud": [US, THEM]}, UNTRUSTED, id="another audience"),
        pytest.param({"aud": [US, THEM], "azp": US}, UNTRUSTED, id="another audience and azp"),
        pytest.param({"aud": []}, UNTRUSTED, id="empty audience"),
        pytest.param({"aud": {US: 1}}, UNTRUSTED, id="audience is an object"),
        pytest.param({"azp": THEM}, UNTRUSTED, id="azp is another"),
        pytest.param({"azp": [US]}, UNTRUSTED, id="azp is a list"),
        pytest.param({"azp": ""}, UNTRUSTED, id="empty azp"),
        pytest.param({"aud": MISSING, "azp": US}, UNTRUSTED, id="azp in place of an audience"),
        pytest.param({"exp": MISSING}, UNTRUSTED, id="no exp"),
        pytest.param({"exp": seconds(-70)}, SESSION, id="expired"),
        pytest.param({"exp": "tomorrow"}, UNTRUSTED, id="exp is a word"),
        pytest.param({"exp": True}, SESSION, id="exp is true"),
        pytest.param({"exp": ENDLESS}, UNTRUSTED, id="exp is endless"),
        pytest.param({"exp": float("nan")}, UNTRUSTED, id="exp is not a number"),
        pytest.param({"iat": seconds(120)}, UNTRUSTED, id="issued in the future"),
        pytest.param({"iat": seconds(-700)}, SESSION, id="issued long ago"),
        pytest.param({"iat": "now"}, UNTRUSTED, id="iat is a word"),
        pytest.param({"iat": ENDLESS}, UNTRUSTED, id="iat is endless"),
        pytest.param({"nbf": seconds(120)}, UNTRUSTED, id="not yet valid"),
        pytest.param({"nbf": "later"}, UNTRUSTED, id="nbf is a word"),
        pytest.param({"nbf": -ENDLESS}, UNTRUSTED, id="nbf is endless"),
        pytest.param({"nonce": None}, UNTRUSTED, id="nonce is null"),
        pytest.param({"nonce": ["x"]}, UNTRUSTED, id="nonce is a list"),
        pytest.param({"nonce": ""}, SESSION, id="empty nonce"),
        pytest.param({"nonce": "\ud800"}, UNTRUSTED, id="nonce is half a character"),
        pytest.param({"at_hash": b64(b"x" * 16)}, UNTRUSTED, id="of another access token"),
        pytest.param({"at_hash": None}, UNTRUSTED, id="at_hash is null"),
        pytest.param({"at_hash": 7}, UNTRUSTED, id="at_hash is a number"),
        pytest.param({"at_hash": ""}, UNTRUSTED, id="empty at_hash"),
        pytest.param({"at_hash": "ž"}, UNTRUSTED, id="at_hash beyond ASCII"),
        pytest.param({"at_hash": "\ud800"}, UNTRUSTED, id="at_hash is half a character"),
    ],
)
def test_it_refuses_claims(op, claims, failure):
    order(op, claims)
    sign_in(op).is_refused(failure)
    assert not op.asked(USERINFO)


def order(op, claims):
    for name, value in claims.items():
        if value is MISSING:
            op.claims[name] = MISSING
        else:
            text = json.dumps(value() if callable(value) else value)
            op.claims[name] = json.loads(text.replace("{issuer}", op.issuer))


HEADERS = [
    pytest.param({"crit": ["exp"]}, id="critical extension"),
    pytest.param({"crit": []}, id="empty crit"),
    pytest.param({"typ": "logout+jwt"}, id="a logout token"),
    pytest.param({"typ": "at+jwt"}, id="an access token"),
    pytest.param({"typ": None}, id="typ is null"),
    pytest.param({"alg": MISSING}, id="no alg"),
    pytest.param({"alg": "NONE"}, id="alg NONE"),
    pytest.param({"alg": "rs256"}, id="alg in lower case"),
    pytest.param({"alg": ["RS256"]}, id="alg in a list"),
    pytest.param({"alg": "RS512"}, id="alg RS512"),
    pytest.param({"alg": "PS256"}, id="alg PS256"),
    pytest.param({"kid": "unknown"}, id="unknown kid"),
    pytest.param({"kid": None}, id="kid is null"),
    pytest.param({"kid": 1}, id="kid is a number"),
    pytest.param({"kid": {"kid": "first"}}, id="kid is an object"),
    pytest.param({"b64": False, "crit": ["b64"]}, id="unencoded payload"),
    pytest.param({"crit": ["x-ours"], "x-ours": 1}, id="an extension nobody knows"),
    pytest.param({"typ": "JOSE"}, id="another kind of signature"),
]


@pytest.mark.parametrize("header", HEADERS)
def test_it_refuses_headers(op, header):
    op.header.update(header)
    sign_in(op).is_refused(UNTRUSTED)
    assert not op.asked(USERINFO)


def test_the_public_key_is_no_shared_secret(op):
    hs256_with_the_public_key(op)
    sign_in(op).is_refused(UNTRUSTED)


@pytest.mark.parametrize("name", ["jku", "x5u"])
def test_it_fetches_no_keys_from_where_a_token_says(op, name):
    op.header[name], op.sign = op.elsewhere + KEYS, rs256(rsa_key("second"))
    sign_in(op).is_refused(UNTRUSTED)


def test_a_token_brings_no_key_of_its_own(op):
    op.header["jwk"], op.sign = public_jwk(rsa_key("second")), rs256(rsa_key("second"))
    sign_in(op).is_refused(UNTRUSTED)


@pytest.mark.parametrize(
    "about",
    [
        pytest.param({"use": "enc"}, id="for encryption"),
        pytest.param({"key_ops": ["encrypt"]}, id="whose operations are others"),
        pytest.param({"alg": "RS512"}, id="for another algorithm"),
        pytest.param({"kty": "EC"}, id="of another kind"),
        pytest.param({"kid": "another"}, id="of another kid"),
        pytest.param({"n": MISSING}, id="without n"),
        pytest.param({"n": 7}, id="whose n is a number"),
        pytest.param({"n": "~"}, id="whose n is not base64"),
        pytest.param({"n": number(1 << 2047)}, id="whose n is even"),
        pytest.param({"e": MISSING}, id="without e"),
        pytest.param({"e": "~"}, id="whose e is not base64"),
        pytest.param({"e": ""}, id="whose e is empty"),
        pytest.param({"e": number(1)}, id="whose e is 1"),
        pytest.param({"e": number(1 << 2100)}, id="whose e is larger than n"),
        pytest.param({"key_ops": 5}, id="whose operations are a number"),
        pytest.param({"kid": ["first"]}, id="whose kid is a list"),
    ],
)
def test_it_does_not_use_a_key(op, about):
    op.jwks = [public_jwk(rsa_key("first"), **about)]
    sign_in(op).is_refused(UNTRUSTED)


@pytest.mark.parametrize("about", [{"e": number(1)}, {"n": "~"}, {"use": "enc"}, {"kty": "oct"}])
@pytest.mark.parametrize("kid", ["first", MISSING], ids=["kid", "no kid"])
def test_a_key_that_cannot_be_used_does_not_hide_the_next(op, about, kid):
    op.jwks = [public_jwk(rsa_key("second"), **about), *op.jwks]
    op.header["kid"] = kid
    sign_in(op).is_signed_in()


def test_a_key_of_1024_bits_is_too_short(op):
    op.jwks, op.sign = [public_jwk(rsa_key("short", 1024))], rs256(rsa_key("short", 1024))
    sign_in(op).is_refused(UNTRUSTED)


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(says({"keys": "none"}), id="a word"),
        pytest.param(says({"keys": [None]}), id="nothing"),
        pytest.param(says([]), id="a list"),
        pytest.param(says(b"<html>"), id="no JSON"),
        pytest.param(says(b"[" * 100_000), id="deeply nested"),
        pytest.param(says(b'{"keys": [], "x": NaN}'), id="not a number"),
        pytest.param(says(b'{"keys": [], "x": "\\u0000"}'), id="NUL"),
        pytest.param(redirects_elsewhere, id="elsewhere"),
    ],
)
def test_it_refuses_keys_that_are_none(op, reply):
    op.replies[KEYS] = reply
    sign_in(op).is_refused(UNTRUSTED)


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("", id="nothing"),
        pytest.param("ž.ž.ž", id="beyond ASCII"),
        pytest.param("\ud800.a.b", id="half a character"),
        pytest.param("a.b", id="two parts"),
        pytest.param("e30.e30.e30.e30.e30", id="encrypted"),
        pytest.param(b64(b"[]") + ".e30.", id="header is a list"),
        pytest.param(b64(b"[" * 10_000) + ".e30.", id="deeply nested header"),
        pytest.param(b64(b'{"alg":"RS256"}') + ".~.~", id="not base64"),
        pytest.param(b64(b'{"alg":"RS256"}') + "." + "A" * 20_000 + ".", id="too long"),
        pytest.param(["a", "b", "c"], id="a list"),
        pytest.param(7, id="a number"),
    ],
)
def test_it_refuses_what_is_no_id_token(op, token):
    op.token_response["id_token"] = token
    sign_in(op).is_refused(UNTRUSTED)
    assert not op.asked(USERINFO)


@pytest.mark.parametrize(("name", "failure"), [("id_token", UNTRUSTED), ("nonce", SESSION)])
def test_strict_makes_absence_an_error(op, settings, name, failure):
    """Without it, absence is tolerated: state and PKCE bind the answer to this browser."""
    absent = op.token_response if name == "id_token" else op.claims
    absent[name] = MISSING
    sign_in(op).is_signed_in()
    settings.ASANA_OIDC_STRICT = True
    outcome = sign_in(op)
    assert failure.title in unescape(outcome.response.content.decode())
    assert outcome.response.status_code == failure.status
    assert "_auth_user_id" not in outcome.client.session


def test_the_message_of_a_fault_never_holds_the_token():
    with pytest.raises(id_tokens.BadIdToken) as caught:
        id_tokens.check_header("secret.secret.secret")
    assert "secret" not in str(caught.value)
