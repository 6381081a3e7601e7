"""The back end for signing in with Asana: social-auth's OpenID Connect, with our own checks."""

from dataclasses import replace
from typing import Any, Final, cast

import requests
from django.conf import settings
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from social_core.backends.open_id_connect import OpenIdConnectAuth
from social_core.exceptions import AuthResponseError, ErrorStage

from accounts import fresh_sign_in
from accounts.models import AsanaAccount
from accounts.oidc import callbacks, id_tokens, profile
from accounts.oidc.authorization import AuthorizationRequest, scopes_for
from accounts.oidc.nonces import hashed
from accounts.oidc.provider import Provider
from accounts.oidc.recorder import SignInRecorder, note_early_end, note_refresh

NAMES_ITSELF: Final = "authorization_response_iss_parameter_supported"
USERINFO_CLAIMS: Final = ("sub", "name", "email", "picture")


class AsanaOpenIdConnect(Provider):
    name = "asana"
    title = "Asana"
    OIDC_ENDPOINT = settings.ASANA_OIDC_ENDPOINT
    DEFAULT_USE_PKCE = True
    REVOKE_TOKEN_METHOD = "POST"  # noqa: S105
    JWT_LEEWAY = 60.0
    JWT_ALGORITHMS = [id_tokens.ALGORITHM]

    def get_redirect_uri(self, state: str | None = None) -> str:
        """Return the redirect URI, built from the setting SITE_URL.

        A Host header must not choose where the code is sent (RFC 9700 4.1).
        """
        return str(settings.SITE_URL) + reverse("social:complete", args=[self.name])

    # Starting

    @property
    def MAX_AGE(self) -> int | None:  # type: ignore[override]
        """Return `max_age` of the request: a fresh sign-in must be one at Asana, too."""
        return fresh_sign_in.SECONDS if self.authorization.kind == "confirm" else None

    # Set before the redirect to Asana; read from the session afterwards
    authorization = AuthorizationRequest()
    found: AsanaAccount | None = None  # the linked account that came back
    came_back_as: profile.Profile | None = None  # the profile in userinfo, shown to the user

    def start(self) -> HttpResponse:
        try:
            return super().start()
        except Exception as error:
            note_early_end(error)
            raise

    def get_or_create_state(self) -> str | None:
        """Return the state; store the authorization request with it in the session."""
        state = super().get_or_create_state()
        if state is not None:
            wanted = self.authorization.next or self.strategy.session_pop("next") or ""
            authorization = replace(self.authorization, next=wanted, scopes=self.get_scope())
            transaction = self.strategy.session_get(key := self.transaction_key(state))
            self.strategy.session_set(key, {**transaction, **authorization.kept()})
        return state

    def get_scope(self) -> list[str]:
        return self.authorization.scopes or scopes_for()

    # Coming back

    recorder = SignInRecorder()  # records nothing
    issued: dict[Any, Any] | None = None  # the token response, until it is stored
    sub = ""  # of the account it was issued for, once known
    nonce_hash = ""  # of the nonce that this sign-in sent to the provider

    def auth_complete(self, *args: Any, **kwargs: Any) -> Any:
        response = cast("QueryDict", self.data)
        began_here = self._remember_purpose(response.get("state", ""))
        try:
            names_itself = self.oidc_config().get(NAMES_ITSELF) is True
            callbacks.check_callback(
                self, response, issuer=self.id_token_issuer(), names_itself=names_itself
            )
            user = super().auth_complete(*args, **kwargs)
        except Exception as error:
            self.recorder.ended(error=error)
            if began_here:
                note_early_end(error)
            raise
        self.recorder.ended(account=getattr(user, "social_user", None))
        return user

    def _remember_purpose(self, state: str) -> bool:
        """Read the authorization request of `state` from the session; tell whether there is one.

        It is needed for a Deny, too. `next` is restored with it: two tabs share one session.
        """
        transaction = self.strategy.session_get(self.transaction_key(state[:128]))
        kept = AuthorizationRequest.of(transaction)
        if kept is not None:
            self.nonce_hash = hashed(transaction.get("oidc_nonce"))
            self.authorization = kept
            self.strategy.session_set("next", kept.next)
        return kept is not None

    def request_access_token(
        self, url: str, *args: Any, stage: ErrorStage = "token_exchange", **kwargs: Any
    ) -> dict[Any, Any]:
        """Exchange the code; return the token response, checked.

        The claims of its ID token, if there is one, are stored in `self.id_token`. Raises
        AuthResponseError, also for a missing ID token if ASANA_OIDC_STRICT is on.
        """
        self.recorder = SignInRecorder.begun()
        response = super(OpenIdConnectAuth, self).request_access_token(
            url, *args, stage=stage, **kwargs
        )
        self.recorder.token_response(response, self.get_scope())
        self._check_token_response(response, stage=stage)
        self.issued = response
        self.id_token = None
        if response.get("id_token") is not None:
            self.id_token = self.validate_and_return_id_token(  # type: ignore[no-untyped-call]
                response["id_token"], response["access_token"]
            )
            self.sub = self.id_token["sub"]
        elif settings.ASANA_OIDC_STRICT:
            raise AuthResponseError(self, claim="id_token", code="missing_claim", stage=stage)
        return response

    def process_refresh_token_response(
        self, response: requests.Response, *args: Any, **kwargs: Any
    ) -> dict[Any, Any]:
        parsed = super().process_refresh_token_response(response, *args, **kwargs)
        note_refresh(parsed)
        if self.get_provider_error(parsed, stage="refresh") is None:
            self._check_token_response(parsed, stage="refresh")
        return parsed

    def _check_token_response(self, response: dict[Any, Any], *, stage: ErrorStage) -> None:
        """Raise AuthResponseError unless it holds a bearer token (RFC 6749 7.1).

        All tokens have to be visible ASCII (RFC 6749 appendix A).
        """
        for name in ("access_token", "refresh_token", "id_token"):
            if response.get(name) is not None and not id_tokens.is_printable(response[name]):
                raise AuthResponseError(self, claim=name, code="invalid_claim", stage=stage)
        if not response.get("access_token"):
            raise AuthResponseError(self, claim="access_token", code="missing_claim", stage=stage)
        if str(response.get("token_type")).lower() != "bearer":
            raise AuthResponseError(self, claim="token_type", code="invalid_claim", stage=stage)

    # The ID token

    def decode_and_validate_id_token(self, id_token: str, access_token: str) -> dict[str, Any]:
        try:
            id_tokens.check_header(id_token)
            claims: dict[str, Any] = super().decode_and_validate_id_token(  # type: ignore[no-untyped-call]
                id_token, access_token
            )
            id_tokens.check_claims(claims, self.get_key_and_secret()[0])
        except (id_tokens.BadIdToken, UnicodeError, RecursionError) as error:
            raise AuthResponseError(
                self, str(error), code="invalid_claim", stage="token_validation"
            ) from error
        return claims

    def find_valid_key(self, id_token: str) -> dict[str, Any] | None:
        """Return the key that signed it, from our copy of the keys or else from a new one."""
        for newer in (False, True):
            if key := id_tokens.signing_key(id_token, self.keys(newer=newer)):
                return key
        return None

    def validate_temporal_claims(self, id_token: dict[str, Any]) -> None:
        """Run social-auth's checks of times, except for `nbf`.

        PyJWT has checked `nbf` already, with JWT_LEEWAY.
        """
        super().validate_temporal_claims({**id_token, "nbf": 0})

    def validate_claims(self, id_token: dict[str, Any]) -> None:
        """Run social-auth's checks; tolerate a missing nonce unless strict, but no wrong one."""
        if "nonce" in id_token or settings.ASANA_OIDC_STRICT:
            super().validate_claims(id_token)
        else:
            self.validate_temporal_claims(id_token)

    # Who it is

    def user_data(self, access_token: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return those claims of userinfo that we use.

        social-auth merges them into the token response: others could replace parts of it. Raises
        AuthResponseError.
        """
        userinfo = self.get_json(
            self.userinfo_url(), headers={"Authorization": f"Bearer {access_token}"}
        )
        self.recorder.userinfo(userinfo)
        if not isinstance(userinfo, dict):
            raise AuthResponseError(self, code="malformed_response", stage="user_info")
        known = {name: userinfo[name] for name in USERINFO_CLAIMS if name in userinfo}
        if not id_tokens.is_sub(known.get("sub")):
            raise AuthResponseError(self, claim="sub", code="missing_claim", stage="user_info")
        if self.id_token is not None:
            self.validate_userinfo_sub(known)
        self.sub = known["sub"]
        self.came_back_as = profile.profile_of(known)
        return known

    def get_user_id(self, details: Any, response: dict[str, Any]) -> str:
        return str(response["sub"])
