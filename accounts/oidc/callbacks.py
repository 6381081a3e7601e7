"""A check of the parameters that a browser brings back from the provider."""

from typing import Any, Final

from django.http import QueryDict
from social_core.exceptions import AuthInputError

MAX_CODE_LENGTH: Final = 4096
PARAMETERS: Final = ("code", "state", "iss", "error")


def check_callback(backend: Any, response: QueryDict, *, issuer: str, names_itself: bool) -> None:
    """Raise AuthInputError if a callback's parameters can't be those of the provider.

    1. No parameter may appear twice.
    2. `iss` has to be our issuer if it is present, and has to be present if the provider says that
       it always names itself (RFC 9207 2.4).
    3. Without an error there has to be a code, of at most MAX_CODE_LENGTH characters.
    """
    for name in PARAMETERS:
        if len(response.getlist(name)) > 1:
            raise AuthInputError(backend, parameter=name, stage="callback")
    if response.get("iss", "" if names_itself else issuer) != issuer:
        raise AuthInputError(backend, parameter="iss", stage="callback")
    if not response.get("error") and not 0 < len(response.get("code", "")) <= MAX_CODE_LENGTH:
        raise AuthInputError(backend, parameter="code", code="missing_parameter", stage="callback")
