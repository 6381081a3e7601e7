"""A step of every sign-in: may somebody join who isn't here yet?"""

from typing import Any

from django.conf import settings
from django.views.decorators.debug import sensitive_variables
from social_core.exceptions import AuthPolicyError

from accounts import tokens
from accounts.backends import AsanaOpenIdConnect
from accounts.models import User


@sensitive_variables()
def check(
    backend: AsanaOpenIdConnect,
    response: dict[str, Any],
    user: User | None = None,
    **kwargs: Any,
) -> None:
    """Refuse new people where SIGNUPS is closed. Their Asana account is linked to nobody."""
    if user is None and settings.SIGNUPS == "closed":
        tokens.discard(response)
        raise AuthPolicyError(backend, code="signups_closed", stage="pipeline")
