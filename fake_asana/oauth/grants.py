"""Grants of people, and the codes and tokens issued for them."""

import secrets
from dataclasses import asdict, dataclass
from math import inf
from typing import Any

from fake_asana.clock import Clock

CODE_LIFETIME = 15 * 60
FORGOTTEN = 7 * 24 * 3600  # seconds after expiry until a code or token leaves the state file


@dataclass
class Grant:
    gid: str
    person: str
    revoked: bool = False


@dataclass
class Code:
    """One authorization code, with the methods that Authlib calls."""

    code: str
    person: str
    scope: str
    redirect_uri: str
    expires_at: float
    code_challenge: str | None = None
    code_challenge_method: str | None = None
    nonce: str | None = None
    grant: str | None = None  # the grant it was exchanged for, which marks it as used

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> None:
        return None

    get_acr = get_amr = get_auth_time


@dataclass
class Token:
    """An access or a refresh token; `expires_at` is None for a refresh token."""

    token: str
    kind: str  # "bearer" or "refresh", as Asana's /-/token_info calls them
    grant: str
    person: str
    scope: str
    expires_at: float | None = None
    used: bool = False  # a refresh token that has been replaced

    def get_scope(self) -> str:
        return self.scope

    def check_client(self, _client: object) -> bool:
        return True  # there is only one client


class Grants:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.reset()

    def reset(self) -> None:
        self._grants: dict[str, Grant] = {}
        self._codes: dict[str, Code] = {}
        self._tokens: dict[str, Token] = {}

    def new_grant(self, person: str) -> Grant:
        grant = Grant(secrets.token_hex(8), person)
        self._grants[grant.gid] = grant
        return grant

    def issue(self, person: str, scope: str, lifetime: float) -> dict[str, str]:
        """Store a new grant and its two tokens; return the tokens by their names in RFC 6749."""
        about: dict[str, Any] = {"grant": self.new_grant(person).gid, "person": person}
        about["scope"] = scope
        access_token, refresh_token = (secrets.token_urlsafe(32) for _ in range(2))
        expires_at = self._clock.time() + lifetime
        self.add_token(Token(access_token, "bearer", expires_at=expires_at, **about))
        self.add_token(Token(refresh_token, "refresh", **about))
        return {"access_token": access_token, "refresh_token": refresh_token}

    def add_code(self, code: Code) -> None:
        self._codes[code.code] = code

    def code(self, code: str) -> Code | None:
        return self._codes.get(code)

    def add_token(self, token: Token) -> None:
        self._tokens[token.token] = token

    def token(self, token: str) -> Token | None:
        return self._tokens.get(token)

    def is_expired(self, row: Code | Token) -> bool:
        return row.expires_at is not None and row.expires_at <= self._clock.time()

    def is_revoked(self, token: Token) -> bool:
        return self._grants[token.grant].revoked

    def is_active(self, token: Token) -> bool:
        return not (token.used or self.is_revoked(token) or self.is_expired(token))

    def revoke(self, grant: str) -> None:
        self._grants[grant].revoked = True

    def revoke_all_of(self, person: str) -> None:
        for grant in self._grants.values():
            grant.revoked = grant.revoked or grant.person == person

    def expire_access_tokens(self, person: str | None) -> None:
        for token in self._tokens.values():
            if token.kind == "bearer" and person in {None, token.person}:
                token.expires_at = 0  # also for a clock that is turned back

    def dump(self) -> dict[str, list[dict[str, Any]]]:
        """Return all as JSON values, without codes and tokens expired FORGOTTEN seconds ago."""
        horizon = self._clock.time() - FORGOTTEN
        codes = (code for code in self._codes.values() if code.expires_at > horizon)
        tokens = (token for token in self._tokens.values() if (token.expires_at or inf) > horizon)
        return {
            "grants": [asdict(grant) for grant in self._grants.values()],
            "codes": [asdict(code) for code in codes],
            "tokens": [asdict(token) for token in tokens],
        }

    def restore(self, saved: dict[str, list[dict[str, Any]]]) -> None:
        for grant in saved["grants"]:
            self._grants[grant["gid"]] = Grant(**grant)
        for code in saved["codes"]:
            self.add_code(Code(**code))
        for token in saved["tokens"]:
            self.add_token(Token(**token))
            self.is_revoked(self._tokens[token["token"]])  # raises KeyError for an unknown grant
