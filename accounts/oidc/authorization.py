"""Authorization requests: why a user is sent to Asana, kept in the session until they return."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final, Literal, Self

from django.conf import settings

SCOPES: Final = {
    "scoped": ["openid", "email", "profile", "users:read", "workspaces:read", "tasks:read"],
    "full": ["openid", "email", "profile", "default"],
}
WRITING: Final = {"scoped": ["tasks:write"], "full": []}  # `default` includes writing
CUSTOM_FIELDS: Final = {"scoped": ["custom_fields:read"], "full": []}
KEY: Final = "authorization"

Kind = Literal["sign_in", "connect", "reconnect", "widen", "custom_fields", "narrow", "confirm"]
OF_ONE_ACCOUNT: Final = (  # no other account may come back
    "reconnect",
    "widen",
    "custom_fields",
    "narrow",
)


@dataclass(frozen=True)
class AuthorizationRequest:
    """The purpose of one way to Asana and back.

    `widen` and `narrow` ask for a wider or a narrower grant for an account that is linked,
    `custom_fields` for one that may read custom fields too; `confirm` asks for a fresh sign-in with
    any account of the user.
    """

    kind: Kind = "sign_in"
    user_id: int | None = None  # of the user who is signed in here; None for a plain sign-in
    gid: str = ""  # of the account, for OF_ONE_ACCOUNT
    next: str = ""  # path to go to afterwards
    retry: str = ""  # path where it can be tried again
    scopes: list[str] = field(default_factory=list)  # requested scopes

    @classmethod
    def of(cls, transaction: Any) -> Self | None:
        """Return the request kept in a transaction of the session; None if there is none."""
        kept = transaction.get(KEY) if isinstance(transaction, Mapping) else None
        if not isinstance(kept, Mapping):
            return None
        known = {each.name for each in fields(cls)}
        return cls(**{name: value for name, value in kept.items() if name in known})

    def kept(self) -> dict[str, Any]:
        return {KEY: asdict(self)}


def scopes_for(*, writing: bool = False, custom_fields: bool = False) -> list[str]:
    """Return the scopes to ask for.

    Asana's grants don't add up: a wider one has to be requested in full (docs/oauth-scopes).
    """
    mode = settings.ASANA_APP_PERMISSIONS
    wider = [*(WRITING[mode] if writing else []), *(CUSTOM_FIELDS[mode] if custom_fields else [])]
    return SCOPES[mode] + wider
