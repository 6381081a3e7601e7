"""What the filter form offers of a person's own: accounts, workspaces, projects and sections."""

from collections.abc import Sequence
from typing import Any, Final

from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast
from django.http import QueryDict

from accounts.models import AsanaAccount
from accounts.printable import visible_name
from asana_tasks.models import Placement, Project
from asana_tasks.sync.status import SyncStatus
from asana_tasks.text_search import normalize

Offers = dict[str, list[tuple[str, str]]]
Rows = QuerySet[Any, tuple[Any, ...]]

LONGEST_KEY: Final = 18  # digits; longer ones are no keys, and no database takes them


def offers_of(query: QueryDict, sync_status: SyncStatus, *, whole: bool) -> Offers:
    """Return value and label of what can be chosen, by field, in at most one query.

    If not `whole`, only what `query` names: a page that has no fields to choose in needs no more.
    Sections are all those of a project that is chosen alone: of all projects they would be a long
    list of “To do”.
    """
    accounts = sync_status.accounts
    offers: Offers = {
        "account": [(str(each.pk), each.display_name) for each in accounts],
        "workspace": [(str(each.pk), str(each)) for each in sync_status.workspaces],
    }
    chosen = _keys(query.getlist("project"))
    parts = [_projects(accounts, None if whole else chosen)] if whole or chosen else []
    if len(chosen) == 1:
        parts.append(_sections(accounts, chosen[0]))
    return offers | _read(parts)


def _keys(values: Sequence[str]) -> list[int]:
    return sorted({int(each) for each in values if each.isdecimal() and len(each) <= LONGEST_KEY})


def _projects(accounts: Sequence[AsanaAccount], chosen: Sequence[int] | None) -> Rows:
    in_use = Exists(Placement.objects.filter(project=OuterRef("pk")))
    rows = Project.objects.filter(in_use, account__in=accounts)
    rows = rows if chosen is None else rows.filter(pk__in=chosen)
    return _rows("project", rows, Cast("pk", CharField()), "name", "gid")


def _sections(accounts: Sequence[AsanaAccount], project: int) -> Rows:
    rows = Placement.objects.filter(project=project, project__account__in=accounts)
    return _rows("section", rows.exclude(section_gid=""), "section_gid", "section_name")


def _rows(field: str, rows: QuerySet[Any], key: Any, name: str, gid: str = "") -> Rows:
    """Return field, value, name and gid of rows, in a form that can be united with others."""
    return rows.order_by().values_list(Value(field), key, name, gid or key)


def _read(parts: Sequence[Rows]) -> Offers:
    """Return values with labels, in alphabetical order, by field; one label for a value."""
    if not parts:
        return {}
    found: dict[str, dict[str, str]] = {}
    for field, key, name, gid in parts[0].union(*parts[1:]):
        label = visible_name(name) or f"{field.capitalize()} {gid}"
        found.setdefault(field, {})[key] = label
    return {
        field: sorted(labels.items(), key=lambda row: (normalize(row[1]), row[0]))
        for field, labels in found.items()
    }
