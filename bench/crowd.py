"""Rows of a site in use: users with the wanted numbers of tasks, among others. Always the same."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts.models import AsanaAccount, User
from asana_tasks.api.schemas import Membership, TaskSchema
from asana_tasks.models import SyncState, Workspace
from asana_tasks.sync.rows import Writer

WORDS: Final = (
    "agenda", "archive", "brief", "budget", "catalogue", "contract", "draft", "exhibit", "guide",
    "handover", "invoice", "label", "letter", "map", "newsletter", "notes", "plan", "poster",
    "proposal", "report", "review", "schedule", "survey", "ticket",
)  # fmt: skip
VERBS: Final = ("Check", "Collect", "Finish", "Order", "Prepare", "Review", "Send", "Write")
WORKSPACES: Final = ("Lighthouse", "Museum", "Personal")
PROJECTS: Final = 20
OTHERS_HAVE: Final = 1_000  # tasks each
BATCH: Final = 2_000


def populate(sizes: list[int], others: int) -> dict[int, User]:
    """Store users; return one for each size, with that many tasks.

    `others` is the number of tasks of all other users together.
    """
    each = min(OTHERS_HAVE, others)
    for number in range(others // max(each, 1)):
        _settle(f"other-{number}", each)
    return {size: _settle(f"size-{size}", size) for size in sizes}


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
            Writer(workspace.account, number=1).write([(workspace, batch)])


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
