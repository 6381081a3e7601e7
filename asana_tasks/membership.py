"""The step of every sign-in that checks ALLOWED_WORKSPACES against the account's workspaces."""

from typing import Any

from django.conf import settings
from social_core.exceptions import AuthPolicyError, AuthProviderError

from accounts.backends import AsanaOpenIdConnect
from accounts.models import User
from asana_tasks.api import client
from asana_tasks.api.errors import AsanaError, Forbidden, NotAuthorized
from asana_tasks.sync.passes import all_workspaces


def check_membership(
    backend: AsanaOpenIdConnect,
    response: dict[str, Any],
    user: User | None = None,
    **kwargs: Any,
) -> None:
    """Refuse a sign-in by an Asana account that is in none of ALLOWED_WORKSPACES.

    Raises AuthPolicyError for that and for a missing permission, AuthProviderError while Asana
    does not send the workspaces. Skips users who are signed in and connect another account, and
    inactive users, who are refused elsewhere.
    """
    allowed = set(settings.ALLOWED_WORKSPACES)
    if not allowed or backend.authorization.kind != "sign_in" or (user and not user.is_active):
        return
    if allowed.isdisjoint(_workspaces(backend, response["access_token"])):
        raise AuthPolicyError(backend, code="not_a_member", stage="pipeline")


def _workspaces(backend: AsanaOpenIdConnect, token: str) -> set[str]:
    """Ask Asana for the account's workspaces; return their gids.

    Raises AuthPolicyError, AuthProviderError.
    """
    try:
        found = all_workspaces(token, seconds=client.PAGE_SECONDS)
    except (NotAuthorized, Forbidden) as error:
        raise AuthPolicyError(backend, code="missing_permission", stage="pipeline") from error
    except AsanaError as error:
        raise AuthProviderError(backend, code="unavailable", stage="pipeline") from error
    return {workspace.gid for workspace in found}
