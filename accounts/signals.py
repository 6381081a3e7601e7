"""Signal handlers for new and deleted rows, whether by a page, the admin or a shell."""

from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.db.models.signals import post_save, pre_delete
from django.dispatch import receiver

from accounts import audit, tokens
from accounts.models import AsanaAccount, AuditEntry, User


@receiver(post_save, sender=AsanaAccount)
def remember_who_used_asana(instance: AsanaAccount, created: bool, **kwargs: Any) -> None:  # noqa: FBT001
    """Remember for good that a user has an account: nobody sets a password for them any more."""
    if created and not instance.user.has_used_asana:
        instance.user.has_used_asana = True
        instance.user.save(update_fields=["has_used_asana"])


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

    These are waiting revocations, entries in the histories of others, and Django's own log of the
    admin. Only what they did as an administrator keeps their name: whoever can read and change the
    data of others must not be able to wipe that out by leaving.
    """
    instance.revocations.update(account_name="")
    audit.keep_deeds_of(instance)
    with_others = AuditEntry.objects.filter(actor=instance, actor_name="").exclude(user=instance)
    with_others.update(address=None, browser="")
    about = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=about, object_id=str(instance.pk)).delete()
