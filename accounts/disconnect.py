"""Disconnecting an account, and deleting a person: what is here goes at once, in one transaction.

Both hand over what is still to be revoked at Asana: to be asked once the transaction is committed.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Final, ParamSpec, TypeVar, cast

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from accounts import audit, tokens
from accounts.models import AsanaAccount, AuditEntry, Revocation, User

TRIES: Final = 5
P = ParamSpec("P")
T = TypeVar("T")


class LastWayIn(Exception):
    """Without this account the person could not sign in any more."""


class OnlyAdministrator(Exception):
    """Without this person nobody could look after the site any more."""


def again_if_rows_came(leave: Callable[P, T]) -> Callable[P, T]:
    """A sync may store a row while those it belongs to are being deleted: then the database refuses
    the whole transaction, and the next one finds that row too."""

    @wraps(leave)
    def tried(*args: P.args, **kwargs: P.kwargs) -> T:
        for _ in range(TRIES - 1):
            try:
                with transaction.atomic():
                    return leave(*args, **kwargs)
            except IntegrityError:
                continue
        with transaction.atomic():
            return leave(*args, **kwargs)

    return tried


def is_last_way_in(account: AsanaAccount) -> bool:
    """A password lets in the staff as well, through the administration's form; an account that
    needs reconnecting doesn't count on its own, nor one that isn't known to be in a workspace whose
    people may come in."""
    user = account.user
    others = user.asana_accounts.connected().exclude(pk=account.pk)
    if allowed := settings.ALLOWED_WORKSPACES:
        others = others.filter(workspaces__gid__in=allowed, workspaces__is_offered=True)
    has_password = user.is_staff and user.has_usable_password()
    return not (has_password or others.exists())


def hold_administrators() -> None:
    """Against each other, until the transaction ends: two at a time could each count on the other
    one."""
    administrators = User.objects.select_for_update(no_key=True).filter(is_superuser=True)
    list(administrators.order_by("pk"))


def is_only_administrator(user: User) -> bool:
    """Of those who may do all of it and are let in: active, and on the staff."""
    administrators = User.objects.filter(is_superuser=True, is_active=True, is_staff=True)
    return list(administrators.order_by("pk")[:2]) == [user]


@again_if_rows_came
def disconnect_account(
    account: AsanaAccount, request: HttpRequest, *, even_the_last: bool = False
) -> Sequence[Revocation]:
    """What is left to revoke.

    Raises LastWayIn, ObjectDoesNotExist (somebody else was faster, or has deleted the person).
    """
    _lock(account.user_id)  # one of two at a time
    account = AsanaAccount.objects.select_for_update().get(pk=account.pk)
    if not even_the_last and is_last_way_in(account):
        raise LastWayIn
    audit.record(
        AuditEntry.Event.DISCONNECTED,
        account=account,
        request=request,
        fingerprint=tokens.fingerprint(account),
    )
    account.delete()
    return account.revocations


@again_if_rows_came
def delete_person(user: User, request: HttpRequest) -> list[Revocation]:
    """What is left to revoke, of accounts they had before as well. Nothing else is left but an
    entry that says that somebody was deleted, and which administrator did it if it was one.

    Raises OnlyAdministrator, User.DoesNotExist (somebody else was faster).
    """
    by_themselves = request.user == user
    if user.is_superuser:
        hold_administrators()
    user = _lock(user.pk)
    if is_only_administrator(user):
        raise OnlyAdministrator
    accounts = list(user.asana_accounts.order_by("pk"))
    for account in accounts:
        account.delete()
    set_aside = [each for account in accounts for each in account.revocations]
    unreadable = [revocation for revocation in set_aside if revocation.pk is None]
    waiting = list(user.revocations.values_list("pk", flat=True))  # those of before as well
    user.delete()
    AuditEntry.objects.create(
        event=AuditEntry.Event.USER_DELETED,
        by=AuditEntry.By.PERSON if by_themselves else AuditEntry.By.ADMINISTRATOR,
        actor=None if by_themselves else cast("User", request.user),
    )
    return [*Revocation.objects.filter(pk__in=waiting), *unreadable]


def _lock(user_pk: int) -> User:
    """Against others who leave. Not against entries in the person's history: a refresh that holds
    the account, and that we shall wait for, may want to write one."""
    return User.objects.select_for_update(no_key=True).get(pk=user_pk)
