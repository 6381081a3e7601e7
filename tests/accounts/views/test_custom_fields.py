"""Asking for `custom_fields:read`, which nobody is asked for before they want it."""

import pytest

from accounts.models import AsanaAccount, AuditEntry
from accounts.sign_in import link_failures
from tests.fake_asana.app import query
from tests.markup import page_text
from tests.people import Person, path_of
from tests.stand_in import ADA, BEN, StandIn

BASE = "openid email profile users:read workspaces:read tasks:read"


def path(person: Person) -> str:
    return f"/accounts/{person.account.pk}/custom-fields/"


def ask(person: Person) -> str:
    response = person.post(path(person))
    assert response.status_code == 302, response.content
    return str(response["Location"])


def allow(person: Person, asana: StandIn, gid: str = ADA):
    return person.get(path_of(asana.allow(ask(person), gid)))


def account() -> AsanaAccount:
    return AsanaAccount.objects.get(gid=ADA)


def test_it_says_why_and_for_which_account(owner):
    page = page_text(owner.get(path(owner)))
    assert "May Onelist read custom fields?" in page
    assert "Ada Okafor" in page
    assert "ada@example.com" in page


def test_others_see_nothing_of_it(owner, other_user, administrator, nobody):
    for method in ("get", "post"):
        assert getattr(other_user.client, method)(path(owner)).status_code == 404
        assert getattr(administrator, method)(path(owner)).status_code == 404
        assert getattr(nobody, method)(path(owner))["Location"].startswith("/login/")


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_it_takes_no_other_method(owner, method):
    assert getattr(owner.client, method)(path(owner)).status_code == 405


def test_asana_is_asked_for_everything_and_custom_fields(owner):
    assert query(ask(owner))["scope"] == f"{BASE} custom_fields:read"


def test_a_permission_to_write_is_not_lost(owner, asana):
    owner.allow_writing(asana)
    AsanaAccount.objects.update(scope=f"{BASE} tasks:write")
    assert query(ask(owner))["scope"] == f"{BASE} tasks:write custom_fields:read"
    allow(owner, asana)
    assert account().may_write
    assert account().may_read_custom_fields


def test_with_full_permissions_there_is_nothing_more_to_ask_for(owner, settings):
    settings.ASANA_APP_PERMISSIONS = "full"
    assert query(ask(owner))["scope"] == "openid email profile default"


def test_what_was_allowed_is_kept_and_written_down(owner, asana):
    assert allow(owner, asana)["Location"] == "/tasks/start/"
    assert account().scope == f"{BASE} custom_fields:read"
    events = AuditEntry.objects.values_list("event", flat=True)
    assert AuditEntry.Event.CUSTOM_FIELDS_ALLOWED in events
    assert AuditEntry.Event.PERMISSIONS_WIDENED not in events
    assert owner.get(path(owner))["Location"] == "/accounts/"
    page = page_text(owner.get("/accounts/"))
    assert "Onelist may read custom fields of" in page
    assert "ead their custom fields" in page


def test_a_plain_sign_in_keeps_the_wider_grant(owner, asana):
    allow(owner, asana)
    link = owner.client.__class__().post("/login/asana/")["Location"]
    assert query(link)["scope"] == BASE
    owner.client.logout()
    link = owner.post("/login/asana/")["Location"]
    owner.get(path_of(asana.allow(link, ADA)))
    assert account().may_read_custom_fields


def test_reconnecting_asks_for_it_again(owner, asana):
    allow(owner, asana)
    AsanaAccount.objects.update(status=AsanaAccount.Status.NEEDS_RECONNECTING)
    address = owner.post(f"/accounts/{owner.account.pk}/reconnect/")["Location"]
    assert query(address)["scope"] == f"{BASE} custom_fields:read"


def test_who_denies_it_is_told_and_keeps_what_there_was(owner, asana):
    before = AsanaAccount.objects.values().get()
    response = owner.get(path_of(asana.deny(ask(owner), ADA)))
    assert response.status_code == 403
    assert link_failures.CUSTOM_FIELDS_DECLINED.title in page_text(response)
    assert AsanaAccount.objects.values().get() == before


def test_another_account_is_refused_and_not_stored(owner, asana):
    response = allow(owner, asana, BEN)
    assert response.status_code == 409
    assert link_failures.ANOTHER_WITH_CUSTOM_FIELDS.explanation in page_text(response)
    assert not AsanaAccount.objects.filter(gid=BEN).exists()


def test_a_scope_that_is_not_registered_is_told_to_the_administrator(owner):
    state = query(ask(owner))["state"]
    response = owner.get(f"/complete/asana/?error=forbidden_scopes&state={state}")
    assert response.status_code == 403
    assert link_failures.CUSTOM_FIELDS_NOT_REGISTERED.title in page_text(response)
    assert not account().needs_reconnecting


def test_not_now_leads_back(owner):
    assert owner.post(path(owner), {"answer": "no"})["Location"] == "/accounts/"
