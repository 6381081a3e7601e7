"""Several accounts at the same time, each in a thread with its own database connection."""

import pytest

from accounts.models import AsanaAccount
from asana_tasks.models import Task
from asana_tasks.sync.lease import Lease
from asana_tasks.sync.parallel import sync_accounts
from tests.people import Person, path_of
from tests.stand_in import ADA, BEN, SAM, StandIn

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def accounts(asana: StandIn, transactional_db) -> list[AsanaAccount]:
    """Ada's own three."""
    ada = Person.stored(asana, ADA)
    for gid in (BEN, SAM):
        response = ada.client.post("/accounts/connect/")
        ada.get(path_of(asana.allow(response["Location"], gid)))
    return list(ada.user.asana_accounts.all())


def last_of(account: AsanaAccount, told: list) -> str:
    return [each.state for each in told if each.account == account.display_name][-1]


def test_they_are_all_fetched(accounts):
    told = list(sync_accounts(accounts))
    assert [last_of(account, told) for account in accounts] == ["done"] * 3
    assert {task.account_id for task in Task.objects.all()} == {accounts[0].pk, accounts[2].pk}


def test_a_bad_one_hides_none_of_the_others(accounts, asana):
    asana.order("server_error", value=503, person=ADA)
    told = list(sync_accounts(accounts))
    assert [last_of(account, told) for account in accounts] == ["failed", "done", "done"]


def test_a_slow_one_delays_none_of_the_others(accounts, asana):
    asana.order("latency", value=1500, person=ADA)
    told = [each.account for each in sync_accounts(accounts) if each.state == "done"]
    assert told[-1] == "Ada Okafor"
    assert len(told) == 3


def test_leaving_in_the_middle_frees_them_all(accounts):
    progress = sync_accounts(accounts)
    next(progress)
    progress.close()
    for account in accounts:
        assert Lease.claim(account) is not None


def test_an_error_of_ours_is_raised_and_not_swallowed(accounts, monkeypatch):
    monkeypatch.setattr("asana_tasks.sync.store.store_workspaces", None)
    with pytest.raises(TypeError):
        list(sync_accounts(accounts))


def test_nobody_s_accounts_are_nothing_to_do(db):
    assert list(sync_accounts([])) == []
