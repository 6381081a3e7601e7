import io

import pytest
from django.core.management import CommandError, call_command

from asana_tasks.models import SyncState, Task
from asana_tasks.sync.lease import Lease
from tests.stand_in import ADA, BEN


def run(*args: str) -> str:
    out = io.StringIO()
    call_command("sync_tasks", *args, stdout=out)
    return out.getvalue()


def test_it_fetches_every_connected_account(owner, other_user):
    out = run()
    assert Task.objects.filter(account=owner.account).exists()
    assert ADA in out
    assert BEN in out


def test_it_fetches_one_account(owner, other_user):
    run("--account", ADA)
    assert SyncState.objects.of(other_user.account).synced_at is None


def test_it_leaves_fresh_copies_alone(owner_with_tasks, asana):
    before = len(asana.requests())
    run("--stale-only")
    assert len(asana.requests()) == before


def test_an_account_that_is_not_there_is_an_error(db):
    with pytest.raises(CommandError, match="No connected Asana account has the gid 5"):
        run("--account", "5")


def test_it_says_which_failed_and_goes_on(owner, other_user, asana):
    asana.order("server_error", value=503, person=ADA)
    with pytest.raises(CommandError, match="1 of the accounts"):
        run()
    assert SyncState.objects.of(other_user.account).synced_at is not None


def test_it_leaves_people_who_are_switched_off_alone(owner, asana):
    owner.user.is_active = False
    owner.user.save()
    before = len(asana.requests())
    run()
    assert len(asana.requests()) == before


def test_it_tells_no_task(owner):
    assert "Write the plan" not in run()


def test_a_workspace_that_failed_is_a_failure(owner, asana):
    asana.order("forbid_workspace", value="498346170860")
    with pytest.raises(CommandError, match="1 of the accounts"):
        run()


def test_somebody_else_being_at_it_is_none(owner):
    assert Lease.claim(owner.account)
    assert "already" in run()
