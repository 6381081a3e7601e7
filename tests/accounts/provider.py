"""An OpenID provider over real HTTP. It responds correctly, except where a test sets otherwise.

A second listener plays another origin. It sends the same responses, so that a client which is led
there succeeds, and `strays` shows its requests.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlencode, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.stand_in import StandIn

API = "/api/1.0"
DISCOVERY = API + "/.well-known/openid-configuration"
AUTHORIZE, TOKEN, REVOKE = "/-/oauth_authorize", "/-/oauth_token", "/-/oauth_revoke"
USERINFO, KEYS = API + "/openid_connect/userinfo", API + "/openid_connect/jwks"
SECRET_FIELDS = ("code", "code_verifier", "refresh_token", "token")
MISSING = object()
PIA = "1300000000000001"  # the gid of the user who signs in

Json = dict[str, Any]
Reply = Callable[["Handler"], None]


@cache
def rsa_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """Return the key of that name; it is cached, because generating one takes long."""
    assert name
    return rsa.generate_private_key(65537, bits)


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def number(value: int) -> str:
    return b64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def public_jwk(key: rsa.RSAPrivateKey, **about: Any) -> Json:
    public = key.public_key().public_numbers()
    basis = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "first"}
    return changed({**basis, "n": number(public.n), "e": number(public.e)}, about)


def rs256(key: rsa.RSAPrivateKey) -> Callable[[bytes], bytes]:
    return lambda signed: key.sign(signed, padding.PKCS1v15(), hashes.SHA256())


def changed(basis: Mapping[str, Any], changes: Mapping[str, Any]) -> Json:
    return {name: value for name, value in {**basis, **changes}.items() if value is not MISSING}


@dataclass
class Seen:
    """A request as it arrived."""

    port: int
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: str

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body, keep_blank_values=True))


class Provider:
    client_id, client_secret = StandIn.client_id, StandIn.client_secret

    def __init__(self) -> None:
        self._here, self._elsewhere = (Server(self) for _ in range(2))
        self.url, self.elsewhere = self._here.url, self._elsewhere.url
        self.issuer = self.url + API
        self.reset()

    def close(self) -> None:
        self._here.close()
        self._elsewhere.close()

    def reset(self) -> None:
        self.seen: list[Seen] = []
        self.secrets: set[str] = {self.client_secret}
        self.replies: dict[str, Reply] = {}  # instead of the right response at that path
        # what is to be different in the right responses; MISSING leaves it out
        self.discovery: Json = {}
        self.callback: Json = {}
        self.header: Json = {}
        self.claims: Json = {}
        self.token_response: Json = {}
        self.userinfo: Json = {}
        self.jwks: list[Json] = [public_jwk(rsa_key("first"))]
        self.sign = rs256(rsa_key("first"))
        self.bytes_sent = 0
        self._codes: dict[str, dict[str, str]] = {}
        self.refresh_tokens: list[str] = []  # as they were given out
        self.rotates = False  # each refresh token is good once; a second use ends the grant
        self._used: set[str] = set()

    # What tests check afterwards

    def asked(self, path: str) -> list[Seen]:
        return [seen for seen in self.seen if seen.path == path]

    @property
    def strays(self) -> list[Seen]:
        """Return the requests that came to the other origin."""
        return [seen for seen in self.seen if seen.port != self._here.server_port]

    @property
    def revoked(self) -> list[str]:
        """Return the tokens that the provider was asked to revoke, in order."""
        return [seen.form.get("token", "") for seen in self.asked(REVOKE)]

    def secret_in(self, text: str) -> bool:
        return any(secret in text for secret in self.secrets if secret)

    @property
    def leaks(self) -> list[str]:
        """Return each request to another origin and each place that held a secret it may not."""
        return [f"{seen.method} to another origin: {seen.path}" for seen in self.strays] + [
            f"{seen.method} {seen.path}: {place}"
            for seen in self.seen
            for place, text in self._places(seen)
            if self.secret_in(text)
        ]

    def _places(self, seen: Seen) -> list[tuple[str, str]]:
        """Return the parts of a request that may hold no secret, with their names.

        A bearer token may be in a header to userinfo; the other secrets may be in a body to the
        token and revocation endpoints.
        """
        allowed = {"Authorization"} if seen.path == USERINFO else set()
        headers = {name: text for name, text in seen.headers.items() if name not in allowed}
        may_hold_them = seen.method == "POST" and seen.path.startswith((TOKEN, REVOKE))
        body = "" if may_hold_them else seen.body
        return [("address", f"{seen.path}?{seen.query}"), *headers.items(), ("body", body)]

    # What the provider does

    def allow(self, authorize_url: str) -> str:
        """Press Allow as the user; return the path of our site that the browser then requests."""
        assert authorize_url.startswith(self.url + AUTHORIZE + "?")
        asked = {name: value for name, (value,) in parse_qs(urlsplit(authorize_url).query).items()}
        code = self._new("code")
        self._codes[code] = asked
        response = changed({"code": code, "state": asked["state"]}, self.callback)
        return urlsplit(asked["redirect_uri"]).path + "?" + urlencode(response, doseq=True)

    def grant(self) -> Json:
        """Issue an access and a refresh token, as if somebody had been through a sign-in."""
        access_token, refresh_token = self._new("access"), self._new("refresh")
        self.refresh_tokens.append(refresh_token)
        lifetime = {"token_type": "bearer", "expires_in": 3600}
        return {"access_token": access_token, "refresh_token": refresh_token, **lifetime}

    def id_token(self, access_token: str, **about: Any) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": PIA,
            "aud": self.client_id,
            "iat": now,
            "exp": now + 3600,
            "name": "Pia Lind",
            "email": "pia@example.org",
            "at_hash": b64(hashlib.sha256(access_token.encode()).digest()[:16]),
            **about,
        }
        header = changed({"alg": "RS256", "typ": "JWT", "kid": "first"}, self.header)
        parts = (json.dumps(part).encode() for part in (header, changed(claims, self.claims)))
        signed = ".".join(map(b64, parts))
        return f"{signed}.{b64(self.sign(signed.encode()))}"

    def right_response(self, seen: Seen) -> tuple[int, Any]:
        match seen.path:
            case path if path == DISCOVERY:
                return 200, changed(self._configuration(), self.discovery)
            case path if path == KEYS:
                return 200, {"keys": self.jwks}
            case path if path == USERINFO:
                person = {"sub": PIA, "name": "Pia Lind", "email": "pia@example.org"}
                return 200, changed(person, self.userinfo)
            case path if path == TOKEN:
                return self._exchange(seen)
            case path if path == REVOKE and seen.method == "POST":
                return self._revoke(seen)
            case _:
                return 404, {}

    def _configuration(self) -> Json:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": self.url + AUTHORIZE,
            "token_endpoint": self.url + TOKEN,
            "revocation_endpoint": self.url + REVOKE,
            "userinfo_endpoint": self.url + USERINFO,
            "jwks_uri": self.url + KEYS,
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
        }

    def _exchange(self, seen: Seen) -> tuple[int, Json]:
        if not self._is_our_client(seen):
            return 401, {"error": "invalid_client"}
        form = seen.form
        about: Json = {}
        if form.get("grant_type") == "authorization_code":
            asked = self._codes.pop(form["code"], None)
            verifier = form.get("code_verifier", "")
            challenge = b64(hashlib.sha256(verifier.encode()).digest())
            if asked is None or challenge != asked.get("code_challenge", challenge):
                return 400, {"error": "invalid_grant"}
            about["nonce"] = asked["nonce"]
        elif not self._may_refresh(form.get("refresh_token", "")):
            return 400, {"error": "invalid_grant"}
        response = self.grant()
        access_token = response["access_token"]
        id_token = self.id_token(access_token, **about)
        self.secrets.add(id_token)
        return 200, changed({**response, "id_token": id_token}, self.token_response)

    def _may_refresh(self, refresh_token: str) -> bool:
        if self.rotates and refresh_token in self._used:  # RFC 9700 4.14.2
            self.refresh_tokens.clear()
        self._used.add(refresh_token)
        return refresh_token in self.refresh_tokens

    def _revoke(self, seen: Seen) -> tuple[int, Json]:
        if not self._is_our_client(seen):
            return 401, {"error": "invalid_client"}
        if seen.form.get("token") in self.refresh_tokens:
            self.refresh_tokens.clear()
        return 200, {}  # for an unknown one as well (RFC 7009 2.2)

    def _is_our_client(self, seen: Seen) -> bool:
        """Tell whether our client proved itself, by one of the ways that RFC 6749 2.3 allows."""
        ours = (self.client_id, self.client_secret)
        if "client_secret" in seen.form:
            return (seen.form.get("client_id"), seen.form["client_secret"]) == ours
        basic = seen.headers.get("Authorization", "").removeprefix("Basic ")
        pair = base64.b64decode(basic).decode().split(":", 1)
        return tuple(map(unquote_plus, pair)) == ours

    def _new(self, kind: str) -> str:
        self.secrets.add(secret := f"{kind}-{secrets.token_urlsafe(24)}")
        return secret


class Server(ThreadingHTTPServer):
    def __init__(self, provider: Provider) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.provider = provider
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        provider, parts = self.server.provider, urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        about = dict(self.headers.items())
        port = self.server.server_port
        seen = Seen(port, self.command, parts.path, parts.query, about, body)
        provider.seen.append(seen)
        provider.secrets |= {seen.form.get(name, "") for name in SECRET_FIELDS} - {""}
        self.provider, self.seen = provider, seen
        with suppress(OSError):  # the client has closed the connection
            provider.replies.get(parts.path, Handler.respond_rightly)(self)

    do_POST = do_PUT = do_DELETE = do_GET

    def respond_rightly(self) -> None:
        status, response = self.provider.right_response(self.seen)
        self.respond(json.dumps(response).encode(), status)

    def respond(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (its own name)
        pass
