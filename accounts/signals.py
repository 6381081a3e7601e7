"""Signal handlers for deleted rows, whether by a page, the admin or a shell."""

from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.db.models.signals import pre_delete
from django.dispatch import receiver

from accounts import tokens
from accounts.models import AsanaAccount, AuditEntry, User


@receiver(pre_delete, sender=AsanaAccount)
def keep_the_token_until_it_is_revoked(
    instance: AsanaAccount, origin: Any = None, **kwargs: Any
) -> None:
    """Set the refresh tokens of an account aside if it is deleted in a shell or the admin.

    It happens in the same transaction; housekeeping asks Asana later. `disconnect.py` has set them
    aside already. The row is read again, locked: a refresh may have stored a new token meanwhile.
    """
    # order: locks.py, 3
    newest = AsanaAccount.objects.select_for_update().filter(pk=instance.pk).first()
    if newest:
        people_go = origin.model if isinstance(origin, QuerySet) else type(origin)
        user = None if people_go is User else instance.user
        tokens.set_aside_for_revocation(newest, user=user)


@receiver(pre_delete, sender=User)
def leave_no_name_behind(instance: User, **kwargs: Any) -> None:
    """Remove what identifies a deleted user from rows that outlive them.

    These are waiting revocations, entries about actions as an administrator in the histories of
    others, and Django's own log of the admin.
    """
    instance.revocations.update(account_name="")
    with_others = AuditEntry.objects.filter(actor=instance).exclude(user=instance)
    with_others.update(address=None, browser="")
    about = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=about, object_id=str(instance.pk)).delete()
