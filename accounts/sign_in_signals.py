"""Signal handlers that record sign-ins and refusals, and end sessions of inactive users."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import audit, sessions
from accounts.codes import Detail
from accounts.models import AsanaAccount, AuditEntry, User


@receiver(user_logged_in)
def note_who_signs_in(user: User, request: HttpRequest, **kwargs: Any) -> None:
    with_asana = getattr(user, "social_user", None)  # social-auth's name of the account
    account = with_asana if isinstance(with_asana, AsanaAccount) else None
    audit.record(
        AuditEntry.Event.SIGNED_IN,
        user=user,
        account=account,
        request=request,
        detail=Detail.WITH_ASANA if account else Detail.WITH_PASSWORD,
    )


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
