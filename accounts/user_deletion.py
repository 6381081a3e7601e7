"""Deletion of a user with everything stored for them, except for waiting revocations."""

from django.http import HttpRequest

from accounts import audit, tokens
from accounts.disconnect import retry_if_rows_came
from accounts.locks import lock_administrators, lock_user
from accounts.models import AuditEntry, Revocation, User


class OnlyAdministrator(Exception):
    """The error for deleting the last user who can look after the site."""


def is_only_administrator(user: User) -> bool:
    """Tell whether a user is the only active superuser on the staff, who can use all of /admin/."""
    administrators = User.objects.filter(is_superuser=True, is_active=True, is_staff=True)
    return list(administrators.order_by("pk")[:2]) == [user]


@retry_if_rows_came
def delete_user(user: User, request: HttpRequest) -> list[Revocation]:
    """Delete a user in one transaction; return the revocations to try once it is committed.

    1. If they are an administrator, lock the administrators; then lock the user (order: locks.py).
    2. Raise OnlyAdministrator for the only administrator.
    3. Set the refresh tokens of all accounts aside, and delete the accounts.
    4. Delete the user, and with them their history, their sessions, and their name on the rows of
       step 3 (signals.py). What they did as an administrator stays, with their name.
    5. Record that somebody was deleted, and by which administrator if it was one.

    Revocations of accounts that they disconnected before are returned, too. Raises
    OnlyAdministrator, and User.DoesNotExist if the user was deleted meanwhile.
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
    if by_themselves:
        AuditEntry.objects.create(event=AuditEntry.Event.USER_DELETED, by=AuditEntry.By.PERSON)
    else:
        audit.record(AuditEntry.Event.USER_DELETED, request=request)
    return [*Revocation.objects.filter(pk__in=waiting), *unreadable]
