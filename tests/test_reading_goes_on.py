"""Every address that is only read, while nothing can be written."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from asana_tasks.models import SyncState, Task
from asana_tasks.querysets import Change
from tests.outages import full, locked
from tests.test_who_may import LINES, SITE, path

__all__ = ["path"]  # the fixture

# These do something, or redirect with a message, which is kept in the session.
OTHERS = {
    "asana_tasks:resume_change",
    "asana_tasks:resume_custom_fields",
    "social:complete",
    "accounts:reconnect",
}
READ = [line for line in SITE if LINES[line][0].split()[-1] in {"200", "on"} and line not in OTHERS]


@pytest.fixture
def browser(owner):
    """Return the owner's browser, whose next page has all to write that pages write."""
    session = owner.client.session
    session["renewed_at"] = 0
    session.save()
    SyncState.objects.update(looked_at=timezone.now() - timedelta(minutes=5))
    Task.objects.update(change=Change.NEW, changed_at=timezone.now())
    owner.client.raise_request_exception = False
    return owner.client


@pytest.mark.parametrize("line", READ)
def test_while_the_disk_is_full(browser, line, path):
    with full():
        status = browser.get(path, headers={"User-Agent": "new"}).status_code
    assert status == expected(line)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="has no lock for the whole database")
@pytest.mark.parametrize("line", READ)
def test_while_somebody_else_writes_none_waits_for_long(browser, line, path):
    with locked() as patient:
        status = browser.get(path, headers={"User-Agent": "new"}).status_code
    assert patient == []
    assert status == expected(line)


def expected(line: str) -> int:
    return 200 if LINES[line][0].endswith("200") else 302
