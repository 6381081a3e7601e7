"""Functions by which other apps add to the pages of linked accounts in /admin/."""

from collections.abc import Callable, Sequence
from typing import Any

from accounts.admin.actions import ON_ACCOUNTS
from accounts.admin.confirmed import ConfirmedAction
from accounts.admin.linked_accounts import AsanaAccountAdmin
from accounts.admin.people import LinkedAccounts

Field = Callable[..., Any]  # decorated with admin.display


def offer_on_accounts(action: ConfirmedAction, *, after: str) -> None:
    """Add an action, behind the one with the name `after`."""
    names = [each.name for each in ON_ACCOUNTS]
    ON_ACCOUNTS.insert(names.index(after) + 1, action)


def show_on_account_page(*fields: Field) -> None:
    """Add read-only fields at the end of an account's page."""
    shown = (*AsanaAccountAdmin.readonly_fields, *fields)
    AsanaAccountAdmin.fields = AsanaAccountAdmin.readonly_fields = shown


def show_on_person_page(*fields: Field) -> None:
    """Add read-only fields to each linked account on the page of a user."""
    shown = (*LinkedAccounts.readonly_fields, *fields)
    LinkedAccounts.fields = LinkedAccounts.readonly_fields = shown


def filter_accounts_by(filters: Sequence[Any]) -> None:
    """Add filters to the list of accounts, before the last one."""
    *first, last = AsanaAccountAdmin.list_filter
    AsanaAccountAdmin.list_filter = (*first, *filters, last)
