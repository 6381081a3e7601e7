"""The base of our OpenID Connect back end: the provider's address, documents and HTTP requests."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import requests
from django.conf import settings
from django.http import HttpResponse
from social_core.backends.open_id_connect import OpenIdConnectAuth
from social_core.exceptions import AuthResponseError, ErrorStage, SocialAuthBaseException

from accounts import http
from accounts.oidc import discovery, provider_errors


class Provider(OpenIdConnectAuth[HttpResponse]):
    def oidc_endpoint(self) -> str:
        return str(settings.ASANA_OIDC_ENDPOINT)

    def oidc_config(self) -> dict[str, Any]:
        return self._document(self.oidc_config_url(), discovery.check_configuration, stage="begin")

    def id_token_issuer(self) -> str:
        return str(settings.ASANA_OIDC_ISSUER)

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
        stage: ErrorStage = "user_info",
        **unused: Any,
    ) -> requests.Response:
        """Send a request and return the response. Raises social-auth's own errors.

        Tokens travel in headers and bodies, never in a URL.
        """
        try:
            response = http.send(method, url, headers=headers, data=data, params=params)
            response.raise_for_status()
        except requests.RequestException as error:
            raise provider_errors.named(self, error, stage=stage) from error
        return response
