"""Disconnection of a linked account: deleted here at once, then its grant is revoked at Asana."""

from collections.abc import Callable
from functools import wraps
from typing import Final, ParamSpec, TypeVar

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from accounts import audit, tokens
from accounts.locks import lock_account, lock_user
from accounts.models import AsanaAccount, AuditEntry, Revocation
from accounts.passwords import has_password

TRIES: Final = 5
P = ParamSpec("P")
T = TypeVar("T")


class LastWayIn(Exception):
    """The error for disconnecting the account without which the user could not sign in."""


def disconnect_account(
    account: AsanaAccount, request: HttpRequest, *, even_the_last: bool = False
) -> tokens.Outcome | None:
    """Delete an account with its tokens and tasks, then ask Asana to revoke its grants.

    Return the outcome, None if there was nothing to revoke. Raises LastWayIn, unless
    `even_the_last`, and ObjectDoesNotExist if the account or the user was deleted meanwhile.
    """
    revocations = remove_account(account, request, even_the_last=even_the_last)
    return tokens.revoke_together(revocations)


def is_last_way_in(account: AsanaAccount) -> bool:
    """Tell whether the user could not sign in any more without this account.

    A password counts for the staff, who can use it in /admin/. Another account counts if it is
    connected and, if ALLOWED_WORKSPACES is set, is known to be in one of these workspaces.
    """
    user = account.user
    others = user.asana_accounts.connected().exclude(pk=account.pk)
    if allowed := settings.ALLOWED_WORKSPACES:
        others = others.filter(workspaces__gid__in=allowed, workspaces__is_offered=True)
    return not (has_password(user) or others.exists())


def retry_if_rows_came(remove: Callable[P, T]) -> Callable[P, T]:
    """Run `remove` in a transaction, and again if a row was added meanwhile, up to TRIES times.

    A sync may store a row while the rows it refers to are being deleted: then the database refuses
    the transaction with an IntegrityError, and the next one deletes that row, too.
    """

    @wraps(remove)
    def tried(*args: P.args, **kwargs: P.kwargs) -> T:
        for _ in range(TRIES - 1):
            try:
                with transaction.atomic():
                    return remove(*args, **kwargs)
            except IntegrityError:
                continue
        with transaction.atomic():
            return remove(*args, **kwargs)

    return tried


@retry_if_rows_came
def remove_account(
    account: AsanaAccount, request: HttpRequest, *, even_the_last: bool = False
) -> list[Revocation]:
    """Delete an account in one transaction; return the revocations to try once it is committed.

    1. Lock the user, then the account (order: locks.py).
    2. Raise LastWayIn if the user could not sign in without it, unless `even_the_last`.
    3. Write it into the history.
    4. Set its refresh tokens aside: one Revocation for each.
    5. Delete it, and with it its workspaces and tasks.

    Raises ObjectDoesNotExist if the account or the user was deleted meanwhile.
    """
    lock_user(account.user_id)
    account = lock_account(account.pk)
    if not even_the_last and is_last_way_in(account):
        raise LastWayIn
    audit.record(
        AuditEntry.Event.DISCONNECTED,
        account=account,
        request=request,
        fingerprint=tokens.fingerprint(account),
    )
    revocations = tokens.set_aside_for_revocation(account, user=account.user)
    account.delete()
    return revocations
