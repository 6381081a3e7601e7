"""A site in use: people with as many tasks as asked for, among many others. The same each time."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Final

from django.utils import timezone

from accounts.models import AsanaAccount, User
from asana_tasks import store
from asana_tasks.answers import Membership, TaskAnswer
from asana_tasks.models import Placement, Project, Task, Workspace

WORDS: Final = (
    "agenda", "archive", "brief", "budget", "catalogue", "contract", "draft", "exhibit", "guide",
    "handover", "invoice", "label", "letter", "map", "newsletter", "notes", "plan", "poster",
    "proposal", "report", "review", "schedule", "survey", "ticket",
)  # fmt: skip
VERBS: Final = ("Check", "Collect", "Finish", "Order", "Prepare", "Review", "Send", "Write")
WORKSPACES: Final = 3
PROJECTS: Final = 20
OTHERS_HAVE: Final = 1_000  # tasks each
BATCH: Final = 2_000


def populate(sizes: list[int], others: int) -> dict[int, User]:
    """A person for each size, and others who have that many tasks between them."""
    each = min(OTHERS_HAVE, others)
    for number in range(others // max(each, 1)):
        _settle(f"other-{number}", each)
    return {size: _settle(f"size-{size}", size) for size in sizes}


def _settle(name: str, size: int) -> User:
    user = User.objects.create(username=name, name=name.title(), time_zone="Europe/Prague")
    now = timezone.now()
    account = AsanaAccount.objects.create(user=user, gid=name, name=name, synced_at=now)
    workspaces = [
        Workspace.objects.create(account=account, gid=f"{number}", name=place, synced_at=now)
        for number, place in enumerate(("Lighthouse", "Museum", "Personal")[:WORKSPACES])
    ]
    projects = Project.objects.bulk_create(
        Project(account=account, gid=f"{number}", name=f"Project {WORDS[number].title()}")
        for number in range(PROJECTS)
    )
    answers = _answers(size, projects, now)
    for start in range(0, size, BATCH):
        _store(workspaces, projects, [next(answers) for _ in range(min(BATCH, size - start))], now)
    return user


def _store(
    workspaces: list[Workspace], projects: list[Project], answers: list[TaskAnswer], now: datetime
) -> None:
    """As `store.keep_tasks` does, without asking for what is there."""
    rows = [
        store.row(workspaces[number % WORKSPACES], answer, seen_at=now)
        for number, answer in enumerate(answers)
    ]
    by_gid = {project.gid: project for project in projects}
    Task.objects.bulk_create(rows)
    Placement.objects.bulk_create(
        Placement(
            task=row,
            project=by_gid[place["project"]["gid"]],
            section_gid="1",
            section_name="To do",
        )
        for row in rows
        for place in row.memberships
    )


def _answers(size: int, projects: list[Project], now: datetime) -> Iterator[TaskAnswer]:
    """A tenth is done, a tenth has no date, a seventh a time; most is due within a year."""
    random = Random(size)
    for number in range(size):
        task = TaskAnswer(
            gid=f"{number}",
            name=f"{random.choice(VERBS)} the {random.choice(WORDS)} {number}",
            created_at=now - timedelta(days=random.randrange(400)),
            modified_at=now - timedelta(hours=random.randrange(2_000)),
            permalink_url=f"https://app.asana.com/0/0/{number}",
            memberships=_places(random, projects),
        )
        yield _done(random, _dated(random, task, now), now)


def _places(random: Random, projects: list[Project]) -> list[Membership]:
    project = random.choice(projects)
    section = {"gid": "1", "name": "To do"}
    return [
        {"project": {"gid": project.gid, "name": project.name}, "section": {**section}}  # type: ignore[typeddict-item]
    ]


def _dated(random: Random, task: TaskAnswer, now: datetime) -> TaskAnswer:
    if random.random() < 0.1:
        return task
    due_at = now + timedelta(days=random.randrange(-30, 335), minutes=random.randrange(1_440))
    at_a_time = random.random() < 1 / 7
    return replace(task, due_on=due_at.date(), due_at=due_at if at_a_time else None)


def _done(random: Random, task: TaskAnswer, now: datetime) -> TaskAnswer:
    if random.random() < 0.9:
        return task
    at = now - timedelta(minutes=random.randrange(30 * 1_440))
    return replace(task, completed=True, completed_at=at)
