"""Signal handlers that record sign-ins and refusals, and end sessions of inactive users."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import audit, fresh_sign_in, sessions, user_agents
from accounts.codes import Detail
from accounts.models import AsanaAccount, AuditEntry, User


@receiver(user_logged_in)
def note_who_signs_in(user: User, request: HttpRequest, **kwargs: Any) -> None:
    with_asana = getattr(user, "social_user", None)  # social-auth's name of the account
    fresh_sign_in.note(request)
    account = with_asana if isinstance(with_asana, AsanaAccount) else None
    audit.record(
        AuditEntry.Event.SIGNED_IN,
        user=user,
        account=account,
        request=request,
        detail=Detail.WITH_ASANA if account else Detail.WITH_PASSWORD,
        detail_args={"new_browser": True} if _is_new_browser(user, request) else {},
    )


def _is_new_browser(user: User, request: HttpRequest) -> bool:
    """Tell whether a user signed in before, but never with this browser on this system.

    A browser is known by its name and system, not by its version.
    """
    used = user.history.filter(event=AuditEntry.Event.SIGNED_IN).order_by()
    known = {user_agents.known(each) for each in used.values_list("browser", flat=True).distinct()}
    return bool(known) and user_agents.known(audit.browser_of(request)) not in known


@receiver(user_logged_out)
def note_who_signs_out(request: HttpRequest, **kwargs: Any) -> None:
    """Let `config.headers` clear what the browser has kept of the user."""
    request.was_signed_out = True  # type: ignore[attr-defined]


@receiver(user_login_failed)
def note_who_is_refused(
    credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    """Record a refused password in the history of the user with that name, if there is one.

    The name itself is not stored: it may be a password that was typed into the wrong field.
    """
    if request is None or User.USERNAME_FIELD not in credentials:
        return
    user = User.objects.filter(username=credentials[User.USERNAME_FIELD]).first()
    audit.refused(request, user, Detail.WITH_PASSWORD)


@receiver(post_save, sender=User)
def end_the_sessions_of_who_is_switched_off(instance: User, **kwargs: Any) -> None:
    if not instance.is_active:
        sessions.end_all(instance)
