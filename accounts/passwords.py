"""Passwords, which only the staff have, for /admin/; ADMIN_PASSWORDS=off switches them off."""

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend

from accounts.models import User


class PermissionsOnly(ModelBackend):
    """Django's back end without passwords: it knows permissions, and lets nobody in.

    Sessions that were started with a password end: theirs was another back end.
    """

    def authenticate(self, request: Any, **credentials: Any) -> None:  # type: ignore[override]
        return None


def has_password(user: User) -> bool:
    """Tell whether a user can sign in with a password."""
    return bool(settings.ADMIN_PASSWORDS and user.is_staff and user.has_usable_password())
