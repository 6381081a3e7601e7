"""The update that remembers who has ever signed in with Asana."""

import pytest

from accounts.models import User
from tests.migrations import empty_database_at, migrate_to_now

BEFORE = [("accounts", "0007_codes")]


@pytest.fixture
def old(transactional_db):
    """Yield the models of before the migration."""
    with empty_database_at(BEFORE) as models:
        yield models


def test_who_has_an_account_or_had_one_or_had_no_other_way_in(old):
    users = old.get_model("accounts", "User").objects
    entries = old.get_model("accounts", "AuditEntry").objects
    linked = users.create(username="linked", password="md5$x")
    old.get_model("accounts", "AsanaAccount").objects.create(user=linked, gid="1")
    for gid in ("2", ""):
        disconnected = users.create(username=f"disconnected{gid}", password="md5$x")
        entries.create(event="signed_in", user=disconnected, by="person")
        entries.create(event="disconnected", user=disconnected, account_gid=gid, by="person")
    users.create(username="long-ago", password="!x")
    users.create(username="root", password="md5$x")
    migrate_to_now()
    remembered = User.objects.filter(has_used_asana=True).order_by("username")
    assert [user.username for user in remembered] == ["disconnected2", "linked", "long-ago"]
