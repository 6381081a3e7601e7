"""Why somebody is sent to Asana: remembered in the session on the way there and back."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final, Literal, Self

from django.conf import settings

SCOPES: Final = {
    "scoped": ["openid", "email", "profile", "users:read", "workspaces:read", "tasks:read"],
    "full": ["openid", "email", "profile", "default"],
}
WRITING: Final = {"scoped": ["tasks:write"], "full": []}  # `default` lets us write already
KEY: Final = "authorization"

Kind = Literal["sign_in", "connect", "reconnect", "widen", "narrow"]
OF_ONE_ACCOUNT: Final = ("reconnect", "widen", "narrow")  # no other one may come back


@dataclass(frozen=True)
class AuthorizationRequest:
    """`widen` and `narrow`: to get a wider or a narrower grant for an account that is linked."""

    kind: Kind = "sign_in"
    user_id: int | None = None  # who is signed in here and asks; nobody for a plain sign-in
    gid: str = ""  # of the one account it is about
    next: str = ""  # the path to go to afterwards
    retry: str = ""  # the path where it can be tried again
    scopes: list[str] = field(default_factory=list)  # that are asked for

    @classmethod
    def of(cls, transaction: Any) -> Self | None:
        """As remembered; None where nothing is."""
        kept = transaction.get(KEY) if isinstance(transaction, Mapping) else None
        if not isinstance(kept, Mapping):
            return None
        known = {each.name for each in fields(cls)}
        return cls(**{name: value for name, value in kept.items() if name in known})

    def kept(self) -> dict[str, Any]:
        return {KEY: asdict(self)}


def scopes_for(*, writing: bool = False) -> list[str]:
    """Asana's grants don't add up: a wider one is asked for in full (docs/oauth-scopes)."""
    mode = settings.ASANA_APP_PERMISSIONS
    return SCOPES[mode] + (WRITING[mode] if writing else [])
