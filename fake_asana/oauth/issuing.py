# mypy: allow-subclassing-any
"""The base class of both grants: token lifetime, and whether to send a refresh token."""

from typing import Any

from authlib.oauth2.rfc6749 import grants

from fake_asana.people import Person
from fake_asana.request_hooks import first_fault
from fake_asana.world import world


class Issuing(grants.BaseGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_post"]

    def generate_token(self, user: Person | None = None, **about: Any) -> dict[str, Any]:
        assert user is not None  # noqa: S101 - both grants set the person first
        short = first_fault("short_token", user.gid)
        about["expires_in"] = short.value if short else world().options.token_lifetime
        about["include_refresh_token"] = self.wants_refresh_token(user)
        token: dict[str, Any] = super().generate_token(user=user, **about)
        return token

    def wants_refresh_token(self, user: Person) -> bool:
        raise NotImplementedError
