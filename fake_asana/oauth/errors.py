# mypy: allow-subclassing-any
"""Errors of Asana's authorization server that Authlib lacks, or words differently."""

import re

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidClientError, InvalidGrantError, InvalidRequestError

ERROR_URI = "https://asana.com/developers/documentation/getting-started/authentication"


class ForbiddenScopesError(OAuth2Error):
    error = "forbidden_scopes"

    def __init__(self, scopes: list[str]) -> None:
        names = "default identity" if scopes == ["default"] else " ".join(map(plain, scopes))
        super().__init__(
            f"Your app is not allowed to request user authorization for `{names}` scopes."
        )


def plain(text: str) -> str:
    """Replace the characters that RFC 6749 section 4.1.2.1 bans from error_description by `?`."""
    return re.sub(r'[^\x20-\x7e]|["\\]', "?", text)


def invalid_parameter(name: str) -> InvalidGrantError:
    return InvalidGrantError(f"The `{name}` provided was invalid.")


def missing_parameter(name: str) -> InvalidRequestError:
    return InvalidRequestError(f"Missing required parameter `{name}`.")


def invalid_client() -> InvalidClientError:
    return InvalidClientError("The `client_id` or `client_secret` provided was invalid.")
