"""social-auth's names for what goes wrong between us and the provider."""

from typing import Any

import requests
from social_core.exceptions import (
    AuthProviderError,
    AuthResponseError,
    ErrorStage,
    SocialAuthBaseException,
)
from social_core.utils import http_error

from accounts import http


def named(
    backend: Any, error: requests.RequestException, *, stage: ErrorStage
) -> SocialAuthBaseException:
    match error:
        case requests.exceptions.SSLError():
            return AuthProviderError(backend, code="tls_error", stage=stage)
        case requests.Timeout():
            return AuthProviderError(backend, code="timeout", stage=stage)
        case requests.HTTPError():
            return http_error(backend, error, stage=stage)
        case http.TooLarge() | http.Redirected():
            return AuthResponseError(backend, code="malformed_response", stage=stage)
        case _:
            return AuthProviderError(backend, code="connection_failed", stage=stage)
