"""A database of release 0.9.0, with rows of each kind, becomes one of now: nothing is lost."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import tokens
from accounts.models import AsanaAccount, AuditEntry, Revocation, User
from accounts.tokens.storage import read_token
from asana_tasks.models import SavedView, SyncState, Task, Workspace
from tests.accounts.rotations import DONE, as_before, rotate
from tests.markup import page_text
from tests.migrations import empty_database_at, migrate_to_now
from tests.people import log_in
from tests.stand_in import ADA

RELEASED = [
    ("accounts", "0007_codes"),
    ("asana_tasks", "0004_drop_legacy_error"),
]
NAME = "Write the café\u2019s plan"  # as Asana writes it; 0.9.0 folded no quotes
AT = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


@pytest.fixture
def released(transactional_db):
    """Yield the models of 0.9.0."""
    with empty_database_at(RELEASED) as models:
        yield models


def model(released: Any, name: str) -> Any:
    return released.get_model(*name.split(".")).objects


@pytest.fixture
def account_pk(released) -> int:
    """Store a person of 0.9.0 with all that they may have; return the number of their account."""
    user = model(released, "accounts.User").create(
        username="ada", name="Ada", password="!x", time_zone="Europe/Berlin"
    )
    place = f"asana_account:{ADA}"
    account = model(released, "accounts.AsanaAccount").create(
        user=user,
        gid=ADA,
        name="Ada Okafor",
        email="ada@example.com",
        label="Work",
        scope="openid tasks:read",
        encrypted_access_token=as_before("access", f"{place}:access_token"),
        encrypted_refresh_token=as_before("refresh", f"{place}:refresh_token"),
        access_token_expires_at=timezone.now() + timedelta(hours=1),
        refreshed_at=timezone.now(),
    )
    waiting = model(released, "accounts.Revocation").create(user=user, account_name="Old")
    waiting.encrypted_refresh_token = as_before(
        "earlier", f"revocation:{waiting.reference}:refresh_token"
    )
    waiting.save()
    model(released, "accounts.AuditEntry").create(
        event="connected", user=user, by="person", account_gid=ADA, account_name="Ada Okafor"
    )
    model(released, "asana_tasks.SyncState").create(account=account, synced_at=AT)
    workspace = model(released, "asana_tasks.Workspace").create(
        account=account, gid="1", name="Engineering", synced_at=AT
    )
    project = model(released, "asana_tasks.Project").create(account=account, gid="2", name="Launch")
    task = model(released, "asana_tasks.Task").create(
        user=user,
        account=account,
        workspace=workspace,
        gid="3",
        name=NAME,
        sort_name=NAME.casefold(),
        search_text=NAME.casefold(),
        due_on=date(2026, 11, 30),
        overdue_at=AT + timedelta(days=3),
        seen_at=AT,
        memberships=[],
    )
    model(released, "asana_tasks.Placement").create(task=task, project=project, section_name="Now")
    model(released, "asana_tasks.SavedView").create(user=user, name="Mine", query="kind=approval")
    return int(account.pk)


def test_a_person_finds_what_they_had_and_tokens_can_be_used(account_pk):
    migrate_to_now()
    user = User.objects.get()
    assert (user.username, user.time_zone, user.has_used_asana) == ("ada", "Europe/Berlin", True)
    account = AsanaAccount.objects.get()
    assert (account.pk, account.display_name, account.status) == (account_pk, "Work", "connected")
    assert SyncState.objects.get(account=account).synced_at == AT
    assert Workspace.objects.get().crawled_at == AT
    assert SavedView.objects.get(user=user).name == "Mine"
    assert AuditEntry.objects.filter(event="connected", user=user).count() == 1
    client = log_in(user, account)
    for path in ("/tasks/", "/tasks/?q=cafe's", "/tasks/calendar/?month=2026-11"):
        assert NAME in page_text(client.get(path)), path
    assert Task.objects.get().placements.get().project.name == "Launch"
    for path in ("/accounts/", "/accounts/history/", "/workspaces/", "/insights/"):
        assert client.get(path).status_code == 200, path
    assert tokens.access_token_for(account) == "access"
    assert DONE in rotate()
    account = AsanaAccount.objects.get()
    assert read_token(account, "refresh_token") == "refresh"
    assert tokens.rows_on_old_keys() == 0
    assert Revocation.objects.get().account_name == "Old"
