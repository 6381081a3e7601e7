"""A step of every sign-in: may somebody join who isn't here yet?"""

from typing import Any

from django.conf import settings
from social_core.exceptions import AuthPolicyError

from accounts.backends import AsanaOpenIdConnect
from accounts.models import User


def check_signups(backend: AsanaOpenIdConnect, user: User | None = None, **kwargs: Any) -> None:
    """Refuse new people where SIGNUPS is closed."""
    if user is None and settings.SIGNUPS == "closed":
        raise AuthPolicyError(backend, code="signups_closed", stage="pipeline")
