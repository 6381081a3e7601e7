"""The base of our OpenID Connect back end: the provider's address, documents and HTTP requests."""

from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any

import requests
from django.conf import settings
from django.http import HttpResponse
from social_core.backends.open_id_connect import OpenIdConnectAuth
from social_core.exceptions import AuthResponseError, ErrorStage, SocialAuthBaseException

from accounts import http
from accounts.oidc import client_authentication, discovery, provider_errors


class Provider(OpenIdConnectAuth[HttpResponse]):
    def oidc_endpoint(self) -> str:
        return str(settings.ASANA_OIDC_ENDPOINT)

    def oidc_config(self) -> dict[str, Any]:
        """Return the discovery document, which social-auth asks for six times a sign-in."""
        return self._configuration

    @cached_property  # a back end lives as long as one request
    def _configuration(self) -> dict[str, Any]:
        return self._document(self.oidc_config_url(), discovery.check_configuration, stage="begin")

    def id_token_issuer(self) -> str:
        return str(settings.ASANA_OIDC_ISSUER)

    def use_basic_auth(self) -> bool:
        return client_authentication.method_for(self.oidc_config()) == client_authentication.BASIC

    def refresh_token_params(self, token: str, *args: Any, **kwargs: Any) -> dict[str, str]:
        form, _ = client_authentication.credentials(self.oidc_config(), *self.get_key_and_secret())
        return {"grant_type": "refresh_token", "refresh_token": token, **form}

    def refresh_token_auth(self) -> Any:
        return self.auth_complete_credentials()  # type: ignore[no-untyped-call]

    def have_documents(self) -> None:
        """Fetch the provider's documents if our copies are too old.

        It is called before a row is locked: nobody should wait for these requests under a lock.
        Raises what fetching the configuration raises. Errors of the keys are ignored: they are not
        always needed.
        """
        self.oidc_config()
        with suppress(SocialAuthBaseException):
            self.keys()

    def keys(self, *, newer: bool = False) -> Any:
        return self._document(
            self.jwks_uri(), discovery.check_keys, stage="token_validation", newer=newer
        )["keys"]

    def _document(
        self, url: str, check: Any, *, stage: ErrorStage, newer: bool = False
    ) -> dict[str, Any]:
        try:
            return discovery.document(
                url, lambda url: self.get_json(url, stage=stage), check, newer=newer
            )
        except discovery.BadDocument as error:
            raise AuthResponseError(
                self, str(error), code="malformed_response", stage=stage
            ) from error

    def request(  # noqa: PLR0913  (social-auth's signature)
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str | bytes] | None = None,
        data: dict[str, Any] | None = None,
        params: dict[str, Any] | None = None,
        auth: Any = None,
        stage: ErrorStage = "user_info",
        **unused: Any,
    ) -> requests.Response:
        """Send a request and return the response. Raises social-auth's own errors.

        Tokens travel in headers and bodies, never in a URL. `auth` are client ID and secret for a
        provider that wants them in a header.
        """
        if auth is not None:
            headers = {**(headers or {}), **client_authentication.basic(*auth)}
        try:
            response = http.send(method, url, headers=headers, data=data, params=params)
            response.raise_for_status()
        except requests.RequestException as error:
            raise provider_errors.social_auth_error(self, error, stage=stage) from error
        return response
