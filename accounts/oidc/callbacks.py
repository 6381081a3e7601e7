"""What a browser brings back from the provider, before anything is done with it."""

from typing import Any, Final

from django.http import QueryDict
from social_core.exceptions import AuthInputError

MAX_CODE_LENGTH: Final = 4096
PARAMETERS: Final = ("code", "state", "iss", "error")


def check_callback(backend: Any, response: QueryDict, *, issuer: str, names_itself: bool) -> None:
    """One of each parameter, a code worth sending, and our issuer: if it names one, and always from
    a provider that says that it does (RFC 9207 2.4)."""
    for name in PARAMETERS:
        if len(response.getlist(name)) > 1:
            raise AuthInputError(backend, parameter=name, stage="callback")
    if response.get("iss", "" if names_itself else issuer) != issuer:
        raise AuthInputError(backend, parameter="iss", stage="callback")
    if not response.get("error") and not 0 < len(response.get("code", "")) <= MAX_CODE_LENGTH:
        raise AuthInputError(backend, parameter="code", code="missing_parameter", stage="callback")
