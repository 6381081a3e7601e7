"""Rows of a site in use: users with the wanted numbers of tasks, among others. Always the same."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from typing import Final

from django.db import connection, models, transaction
from django.utils import timezone

from accounts.models import AsanaAccount, User
from asana_tasks.api.schemas import Membership, TaskSchema
from asana_tasks.models import Placement, Project, SyncState, Task, Workspace
from asana_tasks.sync.rows import Writer

WORDS: Final = (
    "agenda", "archive", "brief", "budget", "catalogue", "contract", "draft", "exhibit", "guide",
    "handover", "invoice", "label", "letter", "map", "newsletter", "notes", "plan", "poster",
    "proposal", "report", "review", "schedule", "survey", "ticket",
)  # fmt: skip
VERBS: Final = ("Check", "Collect", "Finish", "Order", "Prepare", "Review", "Send", "Write")
WORKSPACES: Final = ("Lighthouse", "Museum", "Personal")
PROJECTS: Final = 20
OTHERS_HAVE: Final = 200  # tasks each
BATCH: Final = 2_000


def populate(sizes: list[int], others: int) -> dict[int, User]:
    """Store users; return one for each size, with that many tasks.

    `others` is the number of tasks of all other users together.
    """
    people = others // OTHERS_HAVE
    if people:
        _copy(_settle("other-0", OTHERS_HAVE), range(1, people))
    return {size: _settle(f"size-{size}", size) for size in sizes}


def _copy(user: User, numbers: Iterable[int]) -> None:
    """Store users with the rows of one, for whom the database copies what is large."""
    account = user.asana_accounts.get()
    names = [f"other-{number}" for number in numbers]
    users = User.objects.bulk_create(
        [User(username=name, name=name, time_zone=user.time_zone) for name in names]
    )
    accounts = AsanaAccount.objects.bulk_create(
        [AsanaAccount(user=each, gid=each.username, name=each.username) for each in users]
    )
    state = account.sync_state
    SyncState.objects.bulk_create(
        [
            SyncState(account=each, synced_at=state.synced_at, looked_at=state.looked_at, number=1)
            for each in accounts
        ]
    )
    of_account = {"account_id": "a.id"}
    source = (
        f"o JOIN {_table(AsanaAccount)} a ON a.id > {account.pk} WHERE o.account_id = {account.pk}"
    )
    for model in (Workspace, Project):
        _insert(model, of_account, source)
    same_place = f"JOIN {_table(Workspace)} p ON p.id = o.workspace_id JOIN {_table(Workspace)} w"
    _insert(
        Task,
        {"workspace_id": "w.id", "account_id": "a.id", "user_id": "a.user_id"},
        f"o {same_place} ON w.gid = p.gid AND w.account_id > {account.pk} "
        f"JOIN {_table(AsanaAccount)} a ON a.id = w.account_id WHERE o.account_id = {account.pk}",
    )
    _insert(
        Placement,
        {"task_id": "t.id", "project_id": "q.id"},
        f"o JOIN {_table(Task)} s ON s.id = o.task_id AND s.account_id = {account.pk} "
        f"JOIN {_table(Project)} p ON p.id = o.project_id "
        f"JOIN {_table(Project)} q ON q.gid = p.gid AND q.account_id > {account.pk} "
        f"JOIN {_table(Task)} t ON t.account_id = q.account_id AND t.gid = s.gid",
    )


def _table(model: type[models.Model]) -> str:
    return model._meta.db_table


def _insert(model: type[models.Model], changed: dict[str, str], source: str) -> None:
    """Insert copies of the rows `o` of a model; `changed` has columns with other expressions."""
    columns = [str(field.column) for field in model._meta.concrete_fields if not field.primary_key]
    values = [changed.get(column, f'o."{column}"') for column in columns]
    quoted = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_table(model)} ({quoted}) "
            f"SELECT {', '.join(values)} FROM {_table(model)} {source}"
        )


def _settle(name: str, size: int) -> User:
    user = User.objects.create(username=name, name=name.title(), time_zone="Europe/Prague")
    now = timezone.now()
    account = AsanaAccount.objects.create(user=user, gid=name, name=name)
    SyncState.objects.create(account=account, synced_at=now, looked_at=now, number=1)
    schemas = _task_schemas(size, now)
    for number, place in enumerate(WORKSPACES):
        workspace = Workspace.objects.create(account=account, gid=f"{number}", name=place)
        _store(workspace, islice(schemas, -(-size // len(WORKSPACES))))
        workspace.synced_at = workspace.crawled_at = now
        workspace.save()
    return user


def _store(workspace: Workspace, schemas: Iterator[TaskSchema]) -> None:
    """Store tasks as a sync does, in larger pages."""
    while batch := list(islice(schemas, BATCH)):
        with transaction.atomic():
            Writer(workspace.account, 1, [(workspace, batch)]).write()


def _task_schemas(size: int, now: datetime) -> Iterator[TaskSchema]:
    """Yield `size` tasks, the same for the same size.

    A tenth is done, a tenth has no date, a seventh of the others has a time; dates are from 30
    days ago to 335 days ahead.
    """
    random = Random(size)
    for number in range(size):
        task = TaskSchema(
            gid=f"{number}",
            name=f"{random.choice(VERBS)} the {random.choice(WORDS)} {number}",
            created_at=now - timedelta(days=random.randrange(400)),
            modified_at=now - timedelta(hours=random.randrange(2_000)),
            permalink_url=f"https://app.asana.com/0/0/{number}",
            memberships=[_place(random.randrange(PROJECTS))],
        )
        yield _done(random, _dated(random, task, now), now)


def _place(number: int) -> Membership:
    return {
        "project": {"gid": f"{number}", "name": f"Project {WORDS[number].title()}"},
        "section": {"gid": f"{number}1", "name": "To do"},
    }


def _dated(random: Random, task: TaskSchema, now: datetime) -> TaskSchema:
    if random.random() < 0.1:
        return task
    due_at = now + timedelta(days=random.randrange(-30, 335), minutes=random.randrange(1_440))
    at_a_time = random.random() < 1 / 7
    return replace(task, due_on=due_at.date(), due_at=due_at if at_a_time else None)


def _done(random: Random, task: TaskSchema, now: datetime) -> TaskSchema:
    if random.random() < 0.9:
        return task
    at = now - timedelta(minutes=random.randrange(30 * 1_440))
    return replace(task, completed=True, completed_at=at)
