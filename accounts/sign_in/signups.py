"""The step of social-auth's pipeline that refuses new users if sign-ups are closed."""

from typing import Any

from django.conf import settings
from social_core.exceptions import AuthPolicyError

from accounts.backends import AsanaOpenIdConnect
from accounts.models import User


def check_signups(backend: AsanaOpenIdConnect, user: User | None = None, **kwargs: Any) -> None:
    """Raise AuthPolicyError for new users if SIGNUPS is closed."""
    if user is None and settings.SIGNUPS == "closed":
        raise AuthPolicyError(backend, code="signups_closed", stage="pipeline")
