"""Allowing custom fields: with and without a scope of their own, refused, and stopped."""

import pytest

from accounts.models import AsanaAccount
from asana_tasks.models import FieldValue, SyncState
from asana_tasks.sync import engine
from tests.fake_asana.app import query
from tests.markup import page_html
from tests.people import Person, path_of
from tests.stand_in import ADA, StandIn

CustomFields = SyncState.CustomFields
PATH = "/tasks/custom-fields/"
BASE = "openid email profile users:read workspaces:read tasks:read"


def change(person: Person, account: AsanaAccount | None = None, **data: str):
    return person.post(f"{PATH}{(account or person.account).pk}/", data)


def state(person: Person) -> str:
    return SyncState.objects.get(pk=person.account.pk).custom_fields


def page(person: Person) -> str:
    return page_html(person.get(PATH))


def through_consent(person: Person, asana: StandIn, answer: str = "allow"):
    """Press the button on our page, then one on Asana's; return our response to the callback."""
    asked = change(person)["Location"]
    assert asked == f"/accounts/{person.account.pk}/custom-fields/"
    assert "May Onelist read custom fields?" in page_html(person.get(asked))
    address = person.post(asked)["Location"]
    assert query(address)["scope"] == f"{BASE} custom_fields:read"
    return person.get(path_of(getattr(asana, answer)(address, ADA)))


def test_it_says_that_they_are_not_read(owner_with_tasks):
    assert "Custom fields are not read." in page(owner_with_tasks)
    assert "Allow custom fields" in page(owner_with_tasks)


def test_where_no_scope_is_needed_nobody_is_asked_for_one(owner_with_tasks):
    assert change(owner_with_tasks)["Location"] == PATH
    assert state(owner_with_tasks) == CustomFields.YES
    assert SyncState.objects.get().due_at is not None
    shown = page(owner_with_tasks)
    assert "come with its next sync" in shown
    assert "Custom fields are read with each sync." in shown
    engine.run_sync(owner_with_tasks.account)
    assert FieldValue.objects.filter(name="Priority").exists()


def test_where_one_is_needed_the_way_leads_through_consent(owner_with_tasks, asana):
    asana.order("fields_need_scope")
    response = through_consent(owner_with_tasks, asana)
    assert response["Location"].startswith(f"{PATH}resume/")
    assert owner_with_tasks.get(response["Location"])["Location"] == PATH
    assert state(owner_with_tasks) == CustomFields.YES
    account = AsanaAccount.objects.get()
    assert account.scope == f"{BASE} custom_fields:read"
    engine.run_sync(account)
    assert FieldValue.objects.filter(name="Priority").exists()


def test_who_denies_it_is_told_and_nothing_is_remembered(owner_with_tasks, asana):
    asana.order("fields_need_scope")
    response = through_consent(owner_with_tasks, asana, "deny")
    assert "You didn't allow custom fields" in response.content.decode().replace("&#x27;", "'")
    assert state(owner_with_tasks) == CustomFields.NO
    assert AsanaAccount.objects.get().scope == BASE


def test_a_refusal_with_the_scope_is_remembered_and_can_be_tried_again(owner_with_tasks, asana):
    account = owner_with_tasks.account
    AsanaAccount.objects.filter(pk=account.pk).update(scope=f"{BASE} custom_fields:read")
    asana.order("fields_need_scope")  # the token does not have it
    assert change(owner_with_tasks)["Location"] == PATH
    assert state(owner_with_tasks) == CustomFields.REFUSED
    shown = page(owner_with_tasks)
    assert "Asana has refused them" in shown
    assert "Try again" in shown
    asana.heal()
    change(owner_with_tasks)
    assert state(owner_with_tasks) == CustomFields.YES


@pytest.mark.parametrize(
    ("fault", "value", "words"),
    [
        ("server_error", 503, "Asana"),
        ("not_json", None, "Asana"),
        ("rate_limited", 30, "Asana"),
    ],
)
def test_any_other_trouble_is_told_and_changes_nothing(
    owner_with_tasks, asana, fault, value, words
):
    asana.order(fault, value=value, path="/api/1.0/tasks")
    assert change(owner_with_tasks)["Location"] == PATH
    assert state(owner_with_tasks) == CustomFields.NO
    assert f'<li class="error">{words}' in page(owner_with_tasks)


def test_an_account_that_needs_reconnecting_says_so(owner_with_tasks):
    AsanaAccount.objects.update(status=AsanaAccount.Status.NEEDS_RECONNECTING)
    assert "Reconnect first" in page(owner_with_tasks)
    change(owner_with_tasks)
    assert "needs reconnecting first" in page(owner_with_tasks)


def test_stopping_deletes_them(owner_with_tasks):
    change(owner_with_tasks)
    engine.run_sync(owner_with_tasks.account)
    change(owner_with_tasks, answer="stop")
    assert state(owner_with_tasks) == CustomFields.NO
    assert not FieldValue.objects.exists()
    assert "are deleted here" in page(owner_with_tasks)


def test_a_link_that_was_used_says_that_nothing_waits(owner_with_tasks):
    assert owner_with_tasks.get(f"{PATH}resume/nothing/")["Location"] == PATH
    assert "Nothing is waiting" in page(owner_with_tasks)


def test_another_user_and_an_administrator_change_nothing_of_it(
    owner_with_tasks, other_user, administrator, nobody
):
    account = owner_with_tasks.account
    assert change(other_user, account).status_code == 404
    assert administrator.post(f"{PATH}{account.pk}/").status_code == 404
    assert nobody.post(f"{PATH}{account.pk}/")["Location"] == "/login/"
    assert "Ada" not in page(other_user)
    assert state(owner_with_tasks) == CustomFields.NO


def test_a_plain_sign_in_keeps_the_wider_grant(owner_with_tasks, asana):
    asana.order("fields_need_scope")
    through_consent(owner_with_tasks, asana)
    client = owner_with_tasks.client.__class__()
    address = client.post("/login/asana/")["Location"]
    assert "custom_fields" not in query(address)["scope"]
    client.get(path_of(asana.allow(address, ADA)))
    assert AsanaAccount.objects.get().may_read_custom_fields


def test_changing_tasks_and_reading_custom_fields_are_asked_for_together(owner_with_tasks, asana):
    asana.order("fields_need_scope")
    through_consent(owner_with_tasks, asana)
    account = AsanaAccount.objects.get()
    address = owner_with_tasks.post(f"/accounts/{account.pk}/permission/")["Location"]
    assert query(address)["scope"] == f"{BASE} tasks:write custom_fields:read"
    owner_with_tasks.get(path_of(asana.allow(address, ADA)))
    account.refresh_from_db()
    assert account.may_write
    assert account.may_read_custom_fields
    narrower = owner_with_tasks.post(f"/accounts/{account.pk}/give-up-writing/")["Location"]
    assert query(narrower)["scope"] == f"{BASE} custom_fields:read"
