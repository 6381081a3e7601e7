"""The client over real HTTP, against the stand-in and its faults."""

import datetime

import pytest

from accounts import http, tokens
from asana_tasks.api import client, transport
from asana_tasks.api.errors import Forbidden, NotAuthorized, RateLimited, Unavailable
from asana_tasks.api.paging import PAGE_SIZE
from asana_tasks.sync.passes import all_workspaces
from tests.people import Person
from tests.stand_in import DORA

SINCE = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


@pytest.fixture
def token(owner) -> str:
    return tokens.access_token_for(owner.account)


@pytest.fixture
def workspace(token) -> str:
    return client.get_workspaces(token).items[0].gid


def tasks(token: str, workspace: str, offset: str | None = None):
    return client.get_tasks(token, workspace, completed_since=SINCE, offset=offset)


def test_it_lists_workspaces(token):
    page = client.get_workspaces(token)
    assert len(page.items) == 3
    assert page.offset is None


def test_it_lists_tasks_with_what_we_keep(token):
    found = {
        task.name: task
        for workspace in client.get_workspaces(token).items
        for task in tasks(token, workspace.gid).items
    }
    plan = found["Write the plan"]
    assert plan.due_on is not None
    assert plan.permalink_url.startswith("http")
    assert plan.modified_at.tzinfo is not None
    assert any(task.parent_name for task in found.values())
    assert any(task.memberships and task.memberships[0]["section"] for task in found.values())
    assert plan.tags[0]["name"] == "writing"
    assert (plan.created_by_name, plan.assignee_section_name) == ("Ada Okafor", "Do today")
    assert found["Release 2.4.0"].created_by_name == "Noor Haddad"
    assert {"milestone", "approval"} <= {task.resource_subtype for task in found.values()}


def test_it_pages_a_hundred_at_a_time(asana, db):
    dora = Person.stored(asana, DORA)
    token = tokens.access_token_for(dora.account)
    first = tasks(token, client.get_workspaces(token).items[0].gid)
    assert len(first.items) == PAGE_SIZE
    assert first.offset


@pytest.mark.parametrize(
    ("fault", "value", "error"),
    [
        ("server_error", 500, Unavailable),
        ("server_error", 502, Unavailable),
        ("server_error", 503, Unavailable),
        ("server_error", 504, Unavailable),
        ("not_json", None, Unavailable),
        ("drop", None, Unavailable),
        ("drop", "half", Unavailable),
        ("rate_limited", 7, RateLimited),
        ("expire_access", None, NotAuthorized),
        ("foreign_page", None, Unavailable),
        ("omit_next_page", None, Unavailable),
        ("empty_with_errors", None, Unavailable),
    ],
)
def test_every_failure_has_a_name(asana, db, fault, value, error):
    dora = Person.stored(asana, DORA)
    token = tokens.access_token_for(dora.account)
    workspace = client.get_workspaces(token).items[0].gid
    asana.order(fault, value=value)
    with pytest.raises(error):
        tasks(token, workspace)


def test_a_forbidden_workspace_is_forbidden(asana, token, workspace):
    asana.order("forbid_workspace", value=workspace)
    with pytest.raises(Forbidden):
        tasks(token, workspace)


def test_a_page_tells_how_many_rows_could_not_be_read(asana, token, workspace):
    whole = tasks(token, workspace)
    asana.order("unreadable_row")
    page = tasks(token, workspace)
    assert (whole.unreadable, page.unreadable) == (0, 1)
    assert page.items == whole.items[1:]


def test_workspaces_of_which_one_cannot_be_read_are_no_list(asana, token):
    asana.order("unreadable_row", path="/api/1.0/workspaces")
    with pytest.raises(Unavailable):
        all_workspaces(token)


def test_it_says_how_long_to_wait(asana, token):
    asana.order("rate_limited", value=7)
    with pytest.raises(RateLimited) as caught:
        client.get_workspaces(token)
    assert caught.value.retry_after == 7


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7), ("0", 1), ("", 60), ("soon", 60), ("-5", 60), ("9" * 9999, 3600), ("²", 60)],
)
def test_an_odd_retry_after_is_bounded(header, seconds):
    assert transport._retry_after(header) == seconds  # noqa: SLF001


def test_an_answer_that_is_too_large_is_not_read(monkeypatch, token):
    monkeypatch.setattr(http, "BYTES", 1)
    with pytest.raises(Unavailable):
        client.get_workspaces(token)


def test_an_answer_that_takes_too_long_is_given_up(monkeypatch, asana, token):
    monkeypatch.setattr(transport, "SECONDS", 0.05)
    asana.order("latency", value=2000)
    with pytest.raises(Unavailable):
        client.get_workspaces(token)


def test_pages_that_never_end_are_an_error(asana, token):
    asana.order("endless_pages")
    with pytest.raises(Unavailable):
        all_workspaces(token)


def test_the_token_travels_in_the_header_alone(asana, token):
    client.get_workspaces(token)
    request = asana.requests("/api/1.0/workspaces")[-1]
    assert token not in str(request["query"])
    assert request["headers"]["Authorization"] == "Bearer"
