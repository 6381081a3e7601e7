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
from accounts.codes import OWN_ERROR, Problem


def code_of(error: SocialAuthBaseException) -> str:
    """What the provider calls it, to be written down. It may say anything, even the token it was
    sent: kept is only what looks like OAuth's own names."""
    code = error.provider_code
    if not code:
        return ""
    return str(code) if re.fullmatch("[a-z_]{1,40}", str(code)) else OWN_ERROR


def named(
    backend: Any, error: requests.RequestException, *, stage: ErrorStage
) -> SocialAuthBaseException:
    if isinstance(error, requests.HTTPError):
        return http_error(backend, error, stage=stage)
    match problem := http.problem_of(error):
        case Problem.TLS_ERROR | Problem.TIMEOUT:  # called the same there
            return AuthProviderError(backend, code=problem.value, stage=stage)
        case Problem.TOO_LARGE | Problem.REDIRECTED:
            return AuthResponseError(backend, code="malformed_response", stage=stage)
        case _:
            return AuthProviderError(backend, code="connection_failed", stage=stage)
