"""A model-based test of the sync: random operations in Asana and here, between its steps.

Always true: nothing that is still assigned is removed, and no write of the person falls back. When
all is quiet our rows are Asana's. `make soak` runs it for half an hour.
"""

import os
import time
from collections import Counter
from collections.abc import Callable, Generator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import User
from asana_tasks.changes.actions import Action, ActionKind
from asana_tasks.changes.apply import apply_actions
from asana_tasks.models import SyncState, Task, Workspace
from asana_tasks.sync import absence, engine
from asana_tasks.sync.passes import KEEP_COMPLETED
from asana_tasks.sync.progress import Progress
from tests.people import Person
from tests.stand_in import ADA, SAM, StandIn

WORKSPACES = ("1200000000000201", "498346170860")
TASKS = "/api/1.0/tasks"
FAULTS = {
    **dict.fromkeys(("not_json", "drop", "ends_early", "expire_offsets", "unreadable_row")),
    **dict.fromkeys(("omit_next_page", "empty_with_errors", "reject_access", "endless_pages")),
    "server_error": 503,
    "rate_limited": 5,
}
NUMBER = st.integers(0, 1000)
Running = Generator[Progress, None, None]
steps_done: Counter[str] = Counter()


class Sync(RuleBasedStateMachine):
    asana: StandIn  # set by the test

    def __init__(self) -> None:
        super().__init__()
        self.asana.reset()
        User.objects.all().delete()
        self.person = Person.stored(self.asana, ADA)
        self.person.allow_writing(self.asana)
        self.account = self.person.account
        self.traveller = time_machine.travel(timezone.now(), tick=True)
        self.traveller.start()
        self.running: Running | None = None
        self.stalled: Running | None = None
        self.written: dict[str, dict[str, Any]] = {}  # columns by gid
        self.undo: list[Action] = []
        self.known: set[str] = set()
        self.ever: set[str] = set()
        self.deleted: set[str] = set()
        self.hidden: set[str] = set()
        assert engine.run_sync(self.account).state == "done"

    def teardown(self) -> None:
        try:
            self.be_quiet()
        finally:
            self.end()

    def end(self) -> None:
        for sync in (self.running, self.stalled):
            if sync:
                sync.close()
        self.traveller.stop()

    # What happens in Asana

    def there(self) -> list[dict[str, Any]]:
        return self.asana.tasks(ADA)

    def one(self, number: int) -> dict[str, Any]:
        tasks = self.there()
        return tasks[number % len(tasks)]

    def others_change(self, number: int, change: Callable[[str], Any]) -> None:
        task = self.one(number)
        self.written.pop(task["gid"], None)
        change(task["gid"])

    @rule(
        number=NUMBER,
        workspace=st.sampled_from(WORKSPACES),
        place=st.sampled_from(["start", "end"]),
    )
    def create(self, number: int, workspace: str, place: str) -> None:
        self.asana.create_task(ADA, f"Task {number}", workspace=workspace, place=place)

    @precondition(lambda self: len(self.there()) > 20)
    @rule(number=NUMBER, how=st.sampled_from(["delete", "unassign", "assign"]))
    def lose(self, number: int, how: str) -> None:
        change = {
            "delete": self.asana.delete_task,
            "unassign": self.asana.unassign,
            "assign": lambda gid: self.asana.assign(gid, SAM),
        }[how]
        task = self.one(number)
        if how == "delete":
            self.deleted.add(task["gid"])
        self.others_change(number, change)

    @rule(number=NUMBER)
    def give_back(self, number: int) -> None:
        """Assign to Ada again what she had."""
        gone = sorted(self.ever - self.deleted - {task["gid"] for task in self.there()})
        if gone:
            self.asana.assign(gone[number % len(gone)], ADA)

    @rule(number=NUMBER, by=st.sampled_from([ADA, None]))
    def complete(self, number: int, by: str | None) -> None:
        self.others_change(number, lambda gid: self.asana.complete(gid, by=by))

    @rule(number=NUMBER)
    def reopen(self, number: int) -> None:
        self.others_change(number, self.asana.reopen)

    @rule(number=NUMBER, days=st.integers(-5, 40))
    def move_date(self, number: int, days: int) -> None:
        day = (timezone.localdate() + timedelta(days)).isoformat()
        self.others_change(number, lambda gid: self.asana.change_task(gid, due_on=day, due_at=None))

    @rule(number=NUMBER)
    def rename(self, number: int) -> None:
        self.others_change(number, lambda gid: self.asana.change_task(gid, name=f"New {number}"))

    @rule(number=NUMBER, kind=st.sampled_from(["project", "section"]))
    def rename_place(self, number: int, kind: str) -> None:
        placed = [each for task in self.there() for each in task["memberships"]]
        if placed and (place := placed[number % len(placed)][kind]):
            change = {"project": self.asana.rename_project, "section": self.asana.rename_section}
            change[kind](place["gid"], f"Place {number}")

    @rule(number=NUMBER, workspace=st.sampled_from(WORKSPACES))
    def move_to_workspace(self, number: int, workspace: str) -> None:
        if self.one(number)["workspace"]["gid"] != workspace:
            self.others_change(number, lambda gid: self.asana.move_to_workspace(gid, workspace))

    @rule(number=NUMBER, other=NUMBER)
    def move_in_list(self, number: int, other: int) -> None:
        task, before = self.one(number), self.one(other)
        if task["workspace"]["gid"] == before["workspace"]["gid"] and task != before:
            self.asana.move_task(task["gid"], before["gid"])

    # Troubles

    @rule(fault=st.sampled_from(sorted(FAULTS)), times=st.integers(1, 3))
    def trouble(self, fault: str, times: int) -> None:
        self.asana.order(fault, value=FAULTS[fault], path=TASKS, times=times)

    @rule(workspace=st.sampled_from(WORKSPACES), how=st.sampled_from(["hide", "forbid"]))
    def hide(self, workspace: str, how: str) -> None:
        self.asana.order(f"{how}_workspace", value=workspace)
        self.hidden.add(workspace)

    @rule()
    def rank_offsets(self) -> None:
        self.asana.order("rank_offsets")

    @rule()
    def heal(self) -> None:
        self.asana.heal()
        self.hidden.clear()

    @rule(seconds=st.sampled_from([30, 90, 700, 3600, -3600]))
    def turn_our_clock(self, seconds: int) -> None:
        self.travel(seconds)

    def travel(self, seconds: float) -> None:
        now = timezone.now()
        self.traveller.stop()
        self.traveller = time_machine.travel(now + timedelta(seconds=seconds), tick=True)
        self.traveller.start()

    @rule(seconds=st.sampled_from([60, 960, -120]))
    def turn_asanas_clock(self, seconds: int) -> None:
        self.asana.advance(seconds)

    # The person

    @rule(number=NUMBER, kind=st.sampled_from([ActionKind.COMPLETE, ActionKind.REOPEN]))
    def write(self, number: int, kind: ActionKind) -> None:
        self.act(number, Action(0, kind))

    @rule(number=NUMBER, due=st.integers(-5, 40) | st.sampled_from(["none", "+1d", "+1w"]))
    def move(self, number: int, due: int | str) -> None:
        """Set the date of a task to one in so many days, shift it, or remove it."""
        if isinstance(due, int):
            due = (timezone.localdate() + timedelta(due)).isoformat()
        self.act(number, Action(0, ActionKind.DUE, due))

    def act(self, number: int, action: Action) -> None:
        tasks = list(Task.objects.exclude(resource_subtype="approval").order_by("pk"))
        if tasks:
            self.send(replace(action, task=tasks[number % len(tasks)].pk))

    @rule()
    def take_back(self) -> None:
        """Undo the last change, whatever others have made of the task since."""
        if self.undo and Task.objects.filter(pk=self.undo[-1].task).exists():
            self.send(self.undo.pop())

    def send(self, action: Action) -> None:
        rows = Task.objects.select_related("account", "workspace__account__user")
        task = rows.get(pk=action.task)
        report = apply_actions(self.person.user, [action], {task.pk: task})
        self.undo += report.undo
        row = Task.objects.filter(pk=task.pk)
        if report.done and row.exists():
            changed = ["due_on", "due_at"] if action.kind is ActionKind.DUE else ["completed"]
            self.written.setdefault(task.gid, {}).update(row.values(*changed).get())

    @rule(numbers=st.lists(NUMBER, min_size=1, max_size=4), pages=st.integers(2, 4))
    def write_between_pages(self, numbers: list[int], pages: int) -> None:
        self.start("crawl")
        self.step(pages)
        for number in numbers:
            kind = (ActionKind.COMPLETE, ActionKind.REOPEN)[number % 2]
            self.write(number, kind) if number % 3 else self.move(number, number % 9)
        self.step(5)

    # The sync

    @rule(kind=st.sampled_from(["crawl", "as due"]))
    def start(self, kind: str) -> None:
        if self.running is None:
            if kind == "crawl":
                Workspace.objects.update(crawled_at=None)
            self.running = engine.sync_account(self.account)

    @rule(number=st.integers(1, 12))
    def step(self, number: int) -> None:
        self.running = self.stepped(self.running, number)

    @rule(number=st.integers(1, 12))
    def wake_up(self, number: int) -> None:
        self.stalled = self.stepped(self.stalled, number)

    def stepped(self, sync: Running | None, number: int) -> Running | None:
        for _ in range(number):
            if sync is None or next(sync, None) is None:
                return None
        return sync

    @rule()
    def stall(self) -> None:
        """Stop the process of the sync for longer than its lease."""
        if self.running and not self.stalled:
            self.stalled, self.running = self.running, None
            self.travel(60)

    @rule()
    def kill(self) -> None:
        """End the process of the sync without giving its lease back."""
        if self.running:
            self.running.close()
            self.running = None
            SyncState.objects.update(
                lease="dead", lease_expires_at=timezone.now() + timedelta(seconds=20)
            )
            self.travel(30)

    # What has to hold

    @invariant()
    def nothing_that_is_still_assigned_was_removed(self) -> None:
        steps_done["steps"] += 1
        here = set(self.account.tasks.values_list("gid", flat=True))
        if gone := self.known - here:
            near = timezone.now() - KEEP_COMPLETED + timedelta(days=2)  # the clocks differ
            for task in self.there():
                if task["workspace"]["gid"] in self.hidden:  # moved there, it is gone for us
                    continue
                done = task["completed_at"]
                assert task["gid"] not in gone or (done and datetime.fromisoformat(done) < near)
        self.known, self.ever = here, self.ever | here

    @invariant()
    def no_write_of_the_person_falls_back(self) -> None:
        rows = {row.gid: row for row in self.account.tasks.filter(gid__in=self.written)}
        for gid, row in rows.items():
            ours = {name: getattr(row, name) for name in self.written[gid]}
            assert ours == self.written[gid], gid

    def be_quiet(self) -> None:
        """Let everything end: after a few syncs our rows are Asana's."""
        self.heal()
        self.wake_up(1000)
        self.step(1000)
        for _ in range(5):
            self.travel(120)
            Workspace.objects.update(crawled_at=None)
            told = engine.run_sync(self.account)
        assert told.state == "done", told
        horizon = timezone.now() - KEEP_COMPLETED
        theirs = {
            task["gid"]: self.as_there(task)
            for task in self.there()
            if not task["completed"] or datetime.fromisoformat(task["completed_at"]) > horizon
        }
        rows = self.account.tasks.select_related("workspace").prefetch_related("taggings")
        ours = {task.gid: self.as_here(task) for task in rows}
        assert ours == theirs
        assert not self.account.workspaces.exclude(last_error="").exists()
        assert not self.account.workspaces.exclude(suspected_at=None).exists()

    def as_there(self, task: dict[str, Any]) -> tuple[Any, ...]:
        places = [
            (each["project"]["name"], each["section"]["name"]) for each in task["memberships"]
        ]
        shown = (task["name"], task["completed"], task["due_on"], task["workspace"]["gid"])
        return (*shown, sorted(places), sorted(each["name"] for each in task["tags"]))

    def as_here(self, task: Task) -> tuple[Any, ...]:
        day = task.due_on and task.due_on.isoformat()
        places = [(each["project"]["name"], each["section"]["name"]) for each in task.memberships]
        tags = sorted(each.name for each in task.taggings.all())
        return (task.name, task.completed, day, task.workspace.gid, sorted(places), tags)


@pytest.fixture
def small(monkeypatch) -> None:
    """Set pages of seven tasks, and call six missed tasks many."""
    monkeypatch.setattr("asana_tasks.api.paging.PAGE_SIZE", 7)
    monkeypatch.setattr(absence, "MOST_AT_ONCE", 6)


def run(asana: StandIn, **options: Any) -> None:
    Sync.asana = asana
    run_state_machine_as_test(
        Sync,
        settings=settings(
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            **options,
        ),
    )


@pytest.mark.usefixtures("db", "small")
def test_rows_are_asanas_whatever_happens(asana):
    """Run a few steps, always the same ones; other ones for SOAK_MINUTES if they are set."""
    run(asana, max_examples=3, stateful_step_count=25, derandomize=True)
    ends_at = time.monotonic() + 60 * float(os.environ.get("SOAK_MINUTES", "0"))
    while time.monotonic() < ends_at:
        run(asana, max_examples=2, stateful_step_count=60)
        print(f"{steps_done['steps']:,} steps", flush=True)  # noqa: T201  (the figure to note)
