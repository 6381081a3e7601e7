"""Offer what is a person's own in the filter form: accounts, workspaces, projects, tags …"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, Final

from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast
from django.http import QueryDict

from accounts.models import AsanaAccount
from accounts.printable import visible_name
from asana_tasks.models import Placement, Project, Tagging, Task
from asana_tasks.sync.status import SyncStatus
from asana_tasks.text_search import normalize

Offers = dict[str, list[tuple[str, str]]]
Rows = QuerySet[Any, tuple[Any, ...]]
Chosen = Sequence[Any] | None  # values; None: all there are

ME: Final = "me"  # the creator who is any of the user's accounts
LONGEST_KEY: Final = 18  # digits; longer ones are no keys, and no database takes them


def offers_of(query: QueryDict, sync_status: SyncStatus, *, whole: bool) -> Offers:
    """Return value and label of what can be chosen, by field, in at most one query.

    If not `whole`, only what `query` names: a page that has no fields to choose in needs no more.
    Sections are all those of a project that is chosen alone: of all projects they would be a long
    list of “To do”. Tags and sections of My Tasks are chosen by name, since each workspace has its
    own “urgent” and “Do today”.
    """
    accounts = sync_status.accounts
    offers: Offers = {
        "account": [(str(each.pk), each.display_name) for each in accounts],
        "workspace": [(str(pk), name) for pk, name in sync_status.workspace_names.items()],
        "creator": [],
    }
    projects = _keys(query.getlist("project"))
    kinds: dict[str, tuple[Callable[[Sequence[AsanaAccount], Chosen], Rows], Chosen]] = {
        "project": (_projects, projects),
        "tag": (_tags, _texts(query.getlist("tag"))),
        "creator": (_creators, _texts(query.getlist("creator"))),
        "my_section": (_my_sections, _texts(query.getlist("my_section"))),
    }
    parts = [
        rows_of(accounts, None if whole else chosen)
        for rows_of, chosen in kinds.values()
        if whole or chosen
    ]
    if len(projects) == 1:
        parts.append(_sections(accounts, projects[0]))
    offers |= _read(parts)
    offers["project"] = _told_apart(offers.get("project", []), sync_status)
    offers["creator"] = [(ME, "Me"), *offers["creator"]]
    return offers


def _told_apart(projects: list[tuple[str, str]], sync_status: SyncStatus) -> list[tuple[str, str]]:
    """Return projects; of one name, each with its account, else its workspace, gid or key."""
    keys_of: defaultdict[str, list[str]] = defaultdict(list)
    for key, label in projects:
        keys_of[label].append(key)
    twice = {label: keys for label, keys in keys_of.items() if len(keys) > 1}
    if not twice:
        return projects
    marks = _marks([key for keys in twice.values() for key in keys], sync_status)
    marked: dict[str, str] = {}
    for label, keys in twice.items():
        kinds = zip(*(marks.get(key, (key, key, key)) for key in keys), strict=True)
        telling = next((kind for kind in kinds if len({*kind}) == len(keys)), keys)
        marked |= {key: f"{label} ({mark})" for key, mark in zip(keys, telling, strict=True)}
    return [(key, marked.get(key, label)) for key, label in projects]


def _marks(keys: Sequence[str], sync_status: SyncStatus) -> dict[str, tuple[str, str, str]]:
    """Return what a project can be told by: account, workspace, and at last a text of its own."""
    accounts = {account.pk: account.display_name for account in sync_status.accounts}
    workspaces = sync_status.workspace_names
    placed = Placement.objects.filter(project__in=map(int, keys)).order_by().distinct()
    rows = placed.values_list("project", "project__account", "task__workspace", "project__gid")
    return {
        str(pk): (accounts[account], workspaces.get(workspace, ""), f"{accounts[account]}, {gid}")
        for pk, account, workspace, gid in rows
        if account in accounts
    }


def _keys(values: Sequence[str]) -> list[int]:
    return sorted({int(each) for each in values if each.isdecimal() and len(each) <= LONGEST_KEY})


def _texts(values: Sequence[str]) -> list[str]:
    """Return what a database takes as a text; it may be none that we have."""
    return [each for each in values if each and "\0" not in each and each != ME]


def projects_in_use(accounts: Sequence[AsanaAccount]) -> QuerySet[Project]:
    """Return the projects that a task is in."""
    in_use = Exists(Placement.objects.filter(project=OuterRef("pk")))
    return Project.objects.filter(in_use, account__in=accounts)


def _projects(accounts: Sequence[AsanaAccount], chosen: Chosen) -> Rows:
    rows = _chosen(projects_in_use(accounts), "pk", chosen)
    return _rows("project", rows, Cast("pk", CharField()), "name", "gid")


def _sections(accounts: Sequence[AsanaAccount], project: int) -> Rows:
    rows = Placement.objects.filter(project=project, project__account__in=accounts)
    return _rows("section", rows.exclude(section_gid=""), "section_gid", "section_name")


def _tags(accounts: Sequence[AsanaAccount], chosen: Chosen) -> Rows:
    rows = _chosen(Tagging.objects.filter(task__account__in=accounts), "name", chosen)
    return _rows("tag", rows.exclude(name=""), "name", "name")


def _creators(accounts: Sequence[AsanaAccount], chosen: Chosen) -> Rows:
    """Return who has created tasks, without the user, who is ME."""
    rows = _chosen(Task.objects.filter(account__in=accounts), "created_by_gid", chosen)
    others = rows.exclude(created_by_gid__in=["", *(each.gid for each in accounts)])
    return _rows("creator", others, "created_by_gid", "created_by_name")


def _my_sections(accounts: Sequence[AsanaAccount], chosen: Chosen) -> Rows:
    rows = _chosen(Task.objects.filter(account__in=accounts), "assignee_section_name", chosen)
    named = rows.exclude(assignee_section_name="")
    return _rows("my_section", named, "assignee_section_name", "assignee_section_name")


def _chosen(rows: QuerySet[Any], column: str, chosen: Chosen) -> QuerySet[Any]:
    return rows if chosen is None else rows.filter(**{f"{column}__in": chosen})


def _rows(field: str, rows: QuerySet[Any], key: Any, name: str, gid: str = "") -> Rows:
    """Return field, value, name and gid of rows, in a form that can be united with others."""
    return rows.order_by().values_list(Value(field), key, name, gid or key)


def _read(parts: Sequence[Rows]) -> Offers:
    """Return values with labels, in alphabetical order, by field; one label for a value."""
    if not parts:
        return {}
    found: dict[str, dict[str, str]] = {}
    united = parts[0].distinct() if len(parts) == 1 else parts[0].union(*parts[1:])
    for field, key, name, gid in united:
        label = visible_name(name) or f"{field.capitalize()} {gid}"
        found.setdefault(field, {})[key] = label
    return {
        field: sorted(labels.items(), key=lambda row: (normalize(row[1]), row[0]))
        for field, labels in found.items()
    }
