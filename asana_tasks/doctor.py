"""Check, for `asana_doctor`, who runs syncs and what waits."""

from typing import Final

from django.utils.translation import ngettext

from accounts.doctor.findings import Findings, ok, problem, warning
from asana_tasks.sync.working import read_workers

START_WORKER: Final = (
    "Start `manage.py worker` beside the site, or the worker and beat of Celery (docs/running.md)."
)


def worker() -> Findings:
    working = read_workers()
    count = len(working.workers)
    if count:
        says = ngettext("%d works", "%d work", count) % count
        yield ok("worker", f"{says}: {working.described}")
    else:
        yield problem("worker", "none has been heard of for 30 seconds", START_WORKER)


def due_syncs() -> Findings:
    working = read_workers()
    says = ngettext("%d account is due", "%d accounts are due", working.due) % working.due
    if working.due:
        says += f", one of them for {working.waits}"
    if working.is_late:
        yield warning("due syncs", says, "See whether a worker runs; one more may help.")
    else:
        yield ok("due syncs", says)
