"""Delete a person with everything they have here, but for what Asana has still to be told."""

from typing import cast

from django.http import HttpRequest

from accounts import tokens
from accounts.disconnect import retry_if_rows_came
from accounts.locks import lock_administrators, lock_user
from accounts.models import AuditEntry, Revocation, User


class OnlyAdministrator(Exception):
    """Without this person nobody could look after the site any more."""


def is_only_administrator(user: User) -> bool:
    """Tell whether nobody else may do everything in /admin/ and is let in: active, and on staff."""
    administrators = User.objects.filter(is_superuser=True, is_active=True, is_staff=True)
    return list(administrators.order_by("pk")[:2]) == [user]


@retry_if_rows_came
def delete_user(user: User, request: HttpRequest) -> list[Revocation]:
    """Delete a person in one transaction; return what is left to revoke once it is committed.

    1. Lock the administrators if they are one, then the person (order: locks.py).
    2. Refuse to delete the only administrator.
    3. Set the refresh tokens of all accounts aside, and delete the accounts.
    4. Delete the person, and with them their history, their sessions, and their name on the rows of
       step 3 (signals.py).
    5. Write down that somebody was deleted, and by which administrator if it was one.

    Revocations of accounts they had before are among those returned. Raises OnlyAdministrator, and
    User.DoesNotExist if somebody else was faster.
    """
    by_themselves = request.user == user
    if user.is_superuser:
        lock_administrators()
    user = lock_user(user.pk)
    if is_only_administrator(user):
        raise OnlyAdministrator
    unreadable = []
    for account in user.asana_accounts.select_for_update().order_by("pk"):
        revocations = tokens.set_aside_for_revocation(account, user=user)
        unreadable += [revocation for revocation in revocations if revocation.pk is None]
        account.delete()
    waiting = list(user.revocations.values_list("pk", flat=True))
    user.delete()
    AuditEntry.objects.create(
        event=AuditEntry.Event.USER_DELETED,
        by=AuditEntry.By.PERSON if by_themselves else AuditEntry.By.ADMINISTRATOR,
        actor=None if by_themselves else cast("User", request.user),
    )
    return [*Revocation.objects.filter(pk__in=waiting), *unreadable]
