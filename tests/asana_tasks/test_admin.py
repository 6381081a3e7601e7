"""The one action on linked accounts that is about tasks."""

import pytest

from accounts.admin.confirmed import NotDone
from accounts.models import AsanaAccount
from asana_tasks import admin
from asana_tasks.models import Task, Workspace
from asana_tasks.sync.lease import Lease
from tests.accounts.administration import ACCOUNTS, ask, confirm, events, told

SYNC = "sync"


@pytest.mark.parametrize("who", ["owner", "other_user", "nobody"])
def test_it_is_the_administrators(request, owner, who):
    response = confirm(request.getfixturevalue(who), ACCOUNTS, SYNC, owner.account.pk)
    assert response["Location"].startswith("/admin/login/?next=")
    assert not Task.objects.exists()


@pytest.mark.parametrize("who", ["account_manager", "administrator"])
def test_it_asks_first_and_then_says_how_many_and_not_what(request, owner, who):
    client = request.getfixturevalue(who)
    ask(client, ACCOUNTS, SYNC, owner.account.pk)
    assert not Task.objects.exists()
    response = confirm(client, ACCOUNTS, SYNC, owner.account.pk)
    count = Task.objects.filter(account=owner.account).count()
    assert count > 60
    assert told(response) == {str(owner.account): f"Tasks synced: {count}, from 3 workspaces"}
    page = response.content.decode()
    for name in [*Task.objects.values_list("name"), *Workspace.objects.values_list("name")]:
        assert name[0] == "" or name[0] not in page
    assert events(user=owner.user)[-1] == "changed"


@pytest.mark.parametrize(
    ("fault", "words"),
    [("server_error", "isn't answering"), ("invalid_grant", "no longer lets us in")],
)
def test_a_failure_is_told(administrator, asana, owner, fault, words):
    AsanaAccount.objects.update(access_token_expires_at=None)
    asana.order(fault)
    (said,) = told(confirm(administrator, ACCOUNTS, SYNC, owner.account.pk)).values()
    assert words in said


def test_a_workspace_that_fails_is_counted(administrator, asana, owner):
    asana.order("forbid_workspace", value="498346170860")
    response = confirm(administrator, ACCOUNTS, SYNC, owner.account.pk)
    ((_, _, why),) = response.context["report"].failed
    assert why.startswith("1 of 3 workspaces failed; tasks synced: ")
    assert "Personal Projects" not in response.content.decode()


def test_one_workspace_is_one(administrator, asana, owner):
    confirm(administrator, ACCOUNTS, SYNC, owner.account.pk)
    for gid in Workspace.objects.values_list("gid", flat=True)[1:]:
        asana.order("hide_workspace", value=gid)
    (said,) = told(confirm(administrator, ACCOUNTS, SYNC, owner.account.pk)).values()
    assert said.endswith(", from 1 workspace")


def test_two_at_once_are_one(administrator, owner):
    lease = Lease.claim(owner.account)
    (said,) = told(confirm(administrator, ACCOUNTS, SYNC, owner.account.pk)).values()
    assert said == "It is being synced already"
    lease.release()


def test_it_stops_in_time_keeps_what_it_has_and_lets_go(administrator, owner, monkeypatch):
    with monkeypatch.context() as hurry:
        hurry.setattr(admin, "SECONDS", -1)
        with pytest.raises(NotDone, match="too long"):
            admin.sync_tasks(administrator, owner.account)
    owner.account.refresh_from_db()
    assert owner.account.sync_state.lease == ""
    assert not Workspace.objects.exclude(synced_at=None).exists()
    assert "Tasks synced" in str(told(confirm(administrator, ACCOUNTS, SYNC, owner.account.pk)))
