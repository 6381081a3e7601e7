"""A step of every sign-in: is this Asana account in a workspace whose people may come in?"""

from typing import Any

from django.conf import settings
from social_core.exceptions import AuthPolicyError, AuthProviderError

from accounts.backends import AsanaOpenIdConnect
from accounts.models import User
from asana_tasks.api import client
from asana_tasks.api.errors import AsanaError, Forbidden, NotAuthorized
from asana_tasks.sync.crawl import all_workspaces


def check_membership(
    backend: AsanaOpenIdConnect,
    response: dict[str, Any],
    user: User | None = None,
    **kwargs: Any,
) -> None:
    """Refuse who is in none of ALLOWED_WORKSPACES, and everybody while Asana doesn't say.

    Who is signed in may connect accounts from elsewhere; who is switched off gets no further.
    """
    allowed = set(settings.ALLOWED_WORKSPACES)
    if not allowed or backend.authorization.kind != "sign_in" or (user and not user.is_active):
        return
    if allowed.isdisjoint(_workspaces(backend, response["access_token"])):
        raise AuthPolicyError(backend, code="not_a_member", stage="pipeline")


def _workspaces(backend: AsanaOpenIdConnect, token: str) -> set[str]:
    """The gids of those it is in, from Asana itself."""
    try:
        found = all_workspaces(token, seconds=client.PAGE_SECONDS)
    except (NotAuthorized, Forbidden) as error:
        raise AuthPolicyError(backend, code="missing_permission", stage="pipeline") from error
    except AsanaError as error:
        raise AuthProviderError(backend, code="unavailable", stage="pipeline") from error
    return {workspace.gid for workspace in found}
