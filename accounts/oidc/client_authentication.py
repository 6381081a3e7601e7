"""How we prove to the provider which app we are, as its discovery document asks (RFC 8414 2).

Where that lists no method, RFC 8414 means HTTP Basic, but Asana documents the form: the form it is.
"""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple
from urllib.parse import quote_plus

IN_FORM: Final = "client_secret_post"
BASIC: Final = "client_secret_basic"

Endpoint = Literal["token", "revocation"]


class Credentials(NamedTuple):
    form: dict[str, str]
    headers: dict[str, str]


def method_for(configuration: Mapping[str, Any], endpoint: Endpoint = "token") -> str:
    """Return IN_FORM, or BASIC if only that is listed.

    An endpoint without a list of its own is asked as the token endpoint is.
    """
    listed = configuration.get(f"{endpoint}_endpoint_auth_methods_supported")
    if endpoint != "token" and not isinstance(listed, list):
        return method_for(configuration)
    only_basic = isinstance(listed, list) and BASIC in listed and IN_FORM not in listed
    return BASIC if only_basic else IN_FORM


def credentials(
    configuration: Mapping[str, Any],
    client_id: str,
    client_secret: str,
    endpoint: Endpoint = "token",
) -> Credentials:
    if method_for(configuration, endpoint) == BASIC:
        return Credentials({}, basic(client_id, client_secret))
    return Credentials({"client_id": client_id, "client_secret": client_secret}, {})


def basic(client_id: str, client_secret: str) -> dict[str, str]:
    """Return the header; both parts are form-encoded first (RFC 6749 2.3.1)."""
    pair = f"{quote_plus(client_id)}:{quote_plus(client_secret)}"
    return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}
