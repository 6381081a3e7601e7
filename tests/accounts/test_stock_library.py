"""The traps of social-auth exist: its own back end, unchanged, falls into them at our provider.

When one of these tests fails, the library has closed that trap. Delete the test then, and perhaps
our own code against the trap; docs/security.md says where that is.
"""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from social_core.backends.open_id_connect import OpenIdConnectAuth
from social_core.exceptions import SocialAuthBaseException
from social_django.models import DjangoStorage
from social_django.strategy import DjangoStrategy

from tests.accounts import replies
from tests.accounts.provider import (
    MISSING,
    REVOKE,
    TOKEN,
    USERINFO,
    Provider,
    public_jwk,
    rs256,
    rsa_key,
)

pytestmark = pytest.mark.library
CALLBACK = "http://testserver/complete/stock/"
US, THEM = Provider.client_id, "another-client"


class Strategy(DjangoStrategy):
    def authenticate(self, backend: Any, *_args: Any, **about: Any) -> Any:
        """Return the response that a pipeline would get, instead of running one."""
        return about["response"]


class Stock:
    def __init__(self, op: Provider, rf: Any) -> None:
        class Backend(OpenIdConnectAuth):
            """A new class for each test: the library caches a provider's documents by class."""

            name = "stock"

        self._op, self._rf, self._session, self._class = op, rf, SessionStore(), Backend

    def backend(self, path: str = "/") -> OpenIdConnectAuth:
        request = self._rf.get(path)
        request.session = self._session
        return self._class(Strategy(DjangoStorage, request), redirect_uri=CALLBACK)

    def start(self) -> str:
        return str(self.backend().start().url)

    def sign_in(self) -> dict[str, Any]:
        """Sign in by the library alone; return the response that it accepts."""
        self.used = self.backend(self._op.allow(self.start()))
        return dict(self.used.auth_complete())


@pytest.fixture
def op(db, settings, running_provider: Provider) -> Provider:
    """Return the provider, without the check for leaked secrets: the library leaks them."""
    running_provider.reset()
    settings.SOCIAL_AUTH_STOCK_KEY = running_provider.client_id
    settings.SOCIAL_AUTH_STOCK_SECRET = running_provider.client_secret
    settings.SOCIAL_AUTH_STOCK_OIDC_ENDPOINT = running_provider.issuer
    return running_provider


@pytest.fixture
def stock(op, rf) -> Stock:
    return Stock(op, rf)


def test_it_signs_in_at_all(stock):
    assert stock.sign_in()["sub"] == "1300000000000001"


def test_it_sends_no_pkce_challenge(stock):
    assert "code_challenge" not in stock.start()


def short_key(op: Provider) -> None:
    op.jwks, op.sign = [public_jwk(rsa_key("short", 1024))], rs256(rsa_key("short", 1024))


def other_issuer(op: Provider) -> None:
    op.discovery["issuer"] = op.claims["iss"] = "https://elsewhere.example"


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize(
    "order",
    [
        pytest.param(other_issuer, id="another issuer than the configured one"),
        pytest.param(lambda op: op.callback.update(iss="https://e.example"), id="wrong iss param"),
        pytest.param(lambda op: op.userinfo.update(sub=MISSING), id="userinfo without sub"),
        pytest.param(lambda op: op.token_response.update(token_type="mac"), id="a mac token"),
        pytest.param(lambda op: op.token_response.update(token_type=MISSING), id="no token type"),
        pytest.param(lambda op: op.claims.update(aud=[US, THEM], azp=US), id="another audience"),
        pytest.param(lambda op: op.claims.update(sub="1" * 300), id="sub of 300 characters"),
        pytest.param(lambda op: op.header.update(typ="logout+jwt"), id="a logout token"),
        pytest.param(
            lambda op: setattr(op, "jwks", [public_jwk(rsa_key("first"), use="enc")]),
            id="a key for encryption",
        ),
        pytest.param(short_key, id="a key of 1024 bits"),
    ],
)
def test_it_lets_in(op, stock, order: Callable[[Provider], None]):
    order(op)
    if "sub" in op.claims:
        op.userinfo["sub"] = op.claims["sub"]
    assert stock.sign_in()["access_token"].startswith("access-")


@pytest.mark.parametrize(
    "order",
    [
        pytest.param(lambda op: op.claims.update(nonce=MISSING), id="no nonce"),
        pytest.param(lambda op: op.token_response.update(id_token=MISSING), id="no ID token"),
    ],
)
def test_it_keeps_out_what_asana_may_well_do(op, stock, order: Callable[[Provider], None]):
    order(op)
    with pytest.raises(SocialAuthBaseException):
        stock.sign_in()


def test_it_keeps_out_whoever_has_a_clock_20_seconds_ahead(op, stock):
    op.claims["iat"] = int(time.time()) + 20
    with pytest.raises(SocialAuthBaseException):
        stock.sign_in()


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_userinfo_replaces_what_the_token_response_said(op, stock, kind):
    op.userinfo[kind] = "theirs"
    assert stock.sign_in()[kind] == "theirs"


def test_a_redirect_takes_the_code_and_the_client_secret_along(op, stock):
    op.replies[TOKEN] = replies.redirects_elsewhere
    stock.sign_in()
    (stray,) = op.strays
    assert "code=" in stray.body
    assert op.client_secret in stray.body or "Authorization" in stray.headers


def test_discovery_may_lead_to_another_origin(op, stock):
    op.discovery["token_endpoint"] = op.elsewhere + TOKEN
    stock.sign_in()
    assert [seen.path for seen in op.strays] == [TOKEN]


def test_without_a_list_the_client_secret_goes_into_a_header(op, stock):
    op.discovery["token_endpoint_auth_methods_supported"] = MISSING
    stock.sign_in()
    (seen,) = op.asked(TOKEN)
    assert seen.headers["Authorization"].startswith("Basic ")


def test_a_netrc_file_replaces_the_bearer_token(op, stock, tmp_path, monkeypatch):
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login netrc password netrc\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    stock.sign_in()
    (seen,) = op.asked(USERINFO)
    assert seen.headers["Authorization"].startswith("Basic ")


def test_it_reads_any_amount(op, stock):
    op.replies[USERINFO] = replies.sends_48_megabytes
    with pytest.raises(SocialAuthBaseException):
        stock.sign_in()
    assert op.bytes_sent == 48 * replies.MEGABYTE


def test_of_two_codes_it_takes_one(op, stock):
    path = op.allow(stock.start())
    with pytest.raises(SocialAuthBaseException):
        stock.backend(path + "&code=another").auth_complete()
    assert [seen.form["code"] for seen in op.asked(TOKEN)] == ["another"]


def test_without_a_code_it_sends_the_client_secret_all_the_same(op, stock):
    path = op.allow(stock.start()).replace("code=", "no_code=")
    with pytest.raises(SocialAuthBaseException):
        stock.backend(path).auth_complete()
    assert len(op.asked(TOKEN)) == 1


def test_it_revokes_nothing(op, stock):
    """It sends a GET request without the refresh token."""
    op.replies[REVOKE] = replies.says({})
    stock.backend().revoke_token("access-token", "1300000000000001")
    (seen,) = op.asked(REVOKE)
    assert (seen.method, seen.form) == ("GET", {})
    assert "refresh" not in seen.query


def test_it_would_keep_every_token_in_clear(stock):
    response = stock.sign_in()
    kept = stock.used.extra_data(None, response["sub"], response, {}, {})
    for kind in ("access_token", "refresh_token", "id_token"):
        assert kept[kind] == response[kind]
