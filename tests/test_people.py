"""That what is written as rows is what the real thing would write."""

import time
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone
from qsessions.models import Session

from accounts import fresh_sign_in
from accounts.models import AsanaAccount, AuditEntry
from asana_tasks.models import Placement, Project, SyncState, Tagging, Task, Workspace
from asana_tasks.sync import engine
from tests.people import Person, log_in
from tests.stand_in import ADA

OF_ITS_OWN = {
    *("id", "at", "user_id", "account_id", "session_key", "session_data"),
    *("created_at", "updated_at", "expire_date", "user_agent", "ip", "address", "browser"),
    *("connected_at", "access_token_expires_at", "refreshed_at", "seen_at", "synced_at"),
    *("crawled_at", "completed_since", "cursor", "requests"),
    *("workspace_id", "project_id", "task_id", "lease", "lease_expires_at", "fingerprint"),
    "nonce_hash",  # of a sign-in that was not
}


def comparable(row: dict) -> dict:
    return {
        name: bool(value) if name.startswith("encrypted_") else value
        for name, value in row.items()
        if name not in OF_ITS_OWN
    }


def rows_of(model) -> list[dict]:
    return [comparable(row) for row in model._meta.base_manager.order_by("pk").values()]


def test_a_session_as_a_row_is_that_of_a_login(owner):
    Session.objects.all().delete()
    AuditEntry.objects.all().delete()
    found = []
    for enter in (forced, lambda person: log_in(person.user, person.account)):
        client = enter(owner)
        (session,), entries = Session.objects.all(), rows_of(AuditEntry)
        assert session.user == owner.user
        assert session.expire_date > timezone.now()
        data = session.get_decoded()
        assert data.pop(fresh_sign_in.KEY) <= time.time()
        found.append((data, entries))
        assert client.get("/accounts/").status_code == 200
        Session.objects.all().delete()
        AuditEntry.objects.all().delete()
    assert found[0] == found[1]


def forced(person: Person) -> Client:
    client = Client()
    user: Any = person.user
    user.social_user = person.account
    client.force_login(user, settings.AUTHENTICATION_BACKENDS[0])
    return client


def test_a_stored_account_is_that_of_a_sign_in(owner, asana):
    stored = rows_of(AsanaAccount)
    owner.user.delete()
    Person.signed_in(asana, ADA)
    assert rows_of(AsanaAccount) == stored


def test_copied_tasks_are_those_of_a_sync(owner_with_tasks):
    models = (Workspace, Project, Task, Placement, Tagging, SyncState)
    copied = {model: rows_of(model) for model in models}
    for model in models:
        model._meta.base_manager.all().delete()
    assert engine.run_sync(owner_with_tasks.account).state == "done"
    synced = {model: rows_of(model) for model in models}
    assert len(copied[Task]) > 65
    for model in models:
        assert sorted(map(str, copied[model])) == sorted(map(str, synced[model]))
