"""What has to happen however a row goes: through a page, the admin, or a shell."""

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
    """Set the refresh tokens aside where somebody deletes an account in a shell or the admin.

    `disconnect.py` has done so before. In the same transaction; housekeeping asks Asana after it.
    The row is read anew, under its lock: a refresh may have brought another token meanwhile.
    """
    # order: locks.py, 3
    newest = AsanaAccount.objects.select_for_update().filter(pk=instance.pk).first()
    if newest:
        people_go = origin.model if isinstance(origin, QuerySet) else type(origin)
        user = None if people_go is User else instance.user
        tokens.set_aside_for_revocation(newest, user=user)


@receiver(pre_delete, sender=User)
def leave_no_name_behind(instance: User, **kwargs: Any) -> None:
    """In rows that outlive a person: waiting revocations, the histories of those whom they looked
    after, and Django's log of what admins did."""
    instance.revocations.update(account_name="")
    with_others = AuditEntry.objects.filter(actor=instance).exclude(user=instance)
    with_others.update(address=None, browser="")
    about = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=about, object_id=str(instance.pk)).delete()
