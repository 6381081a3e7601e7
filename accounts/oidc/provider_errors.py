"""social-auth's names for what goes wrong between us and the provider."""

import re
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


def code_of(error: SocialAuthBaseException) -> str:
    """What the provider calls it, to be written down. It may say anything, even the token it was
    sent: kept is only what looks like OAuth's own names."""
    code = error.provider_code
    if not code:
        return ""
    return str(code) if re.fullmatch("[a-z_]{1,40}", str(code)) else "an error of its own"


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
