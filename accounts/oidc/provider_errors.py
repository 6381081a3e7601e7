"""social-auth's errors for failed requests to the provider."""

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
from accounts.codes import OWN_ERROR, Problem


def code_of(error: SocialAuthBaseException) -> str:
    """Return the provider's name for an error, to be stored: "" if it has none.

    The provider may send anything, even the token it was sent: whatever doesn't look like one of
    OAuth's own names is replaced by OWN_ERROR.
    """
    code = error.provider_code
    if not code:
        return ""
    return str(code) if re.fullmatch("[a-z_]{1,40}", str(code)) else OWN_ERROR


def social_auth_error(
    backend: Any, error: requests.RequestException, *, stage: ErrorStage
) -> SocialAuthBaseException:
    """Return social-auth's error for one that `http.send` or `raise_for_status` raised."""
    if isinstance(error, requests.HTTPError):
        return http_error(backend, error, stage=stage)
    match problem := http.problem_of(error):
        case Problem.TLS_ERROR | Problem.TIMEOUT:  # social-auth has the same names
            return AuthProviderError(backend, code=problem.value, stage=stage)
        case Problem.TOO_LARGE | Problem.REDIRECTED:
            return AuthResponseError(backend, code="malformed_response", stage=stage)
        case _:
            return AuthProviderError(backend, code="connection_failed", stage=stage)
