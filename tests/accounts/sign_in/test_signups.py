"""SIGNUPS=closed: no new people, and nothing changes for those who are here."""

from html import unescape

import pytest
from django.apps import apps
from django.test import Client

from accounts.models import AsanaAccount, AuditEntry, ProviderDocument, User
from accounts.sign_in import failures
from tests.accounts import replies
from tests.accounts.provider import REVOKE
from tests.accounts.sign_ins import sign_in
from tests.people import authorize_url, path_of
from tests.people import sign_in as sign_in_at
from tests.stand_in import ADA, BEN


@pytest.fixture
def closed(settings):
    settings.SIGNUPS = "closed"


def test_a_new_person_is_told_why_and_nothing_is_kept(op, closed):
    sign_in(op).is_refused(failures.SIGNUPS_CLOSED)


def test_no_table_knows_more_of_them_than_that_somebody_was_refused(op, closed):
    before = counted()
    outcome = sign_in(op, Client(headers={"User-Agent": "Netscape"}))
    assert counted() == {**before, AuditEntry: 1}
    entry = AuditEntry.objects.get()
    assert (entry.event, entry.by) == (AuditEntry.Event.SIGN_IN_REFUSED, AuditEntry.By.SOMEBODY)
    assert (entry.user, entry.actor, entry.address, entry.browser) == (None, None, None, "")
    assert outcome.response.cookies["onelist"].value == ""
    assert "no name and no address" in unescape(outcome.response.content.decode())


def counted() -> dict[type, int]:
    """Count the rows of each model, except the provider's public documents."""
    models = [model for model in apps.get_models() if model is not ProviderDocument]
    return {model: model._base_manager.count() for model in models}


@pytest.mark.parametrize("status", [200, 500])
def test_their_grant_is_given_back(op, closed, status):
    op.replies[REVOKE] = replies.says({}, status)
    sign_in(op).is_refused(failures.SIGNUPS_CLOSED)
    (seen,) = op.asked(REVOKE)
    assert seen.form["token"] == op.refresh_tokens[-1]
    assert (seen.method, seen.query) == ("POST", "")


def test_there_is_no_grant_to_give_back_without_a_refresh_token(op, closed):
    op.token_response["refresh_token"] = None
    sign_in(op).is_refused(failures.SIGNUPS_CLOSED)
    assert not op.asked(REVOKE)


def test_who_is_here_still_signs_in(op, settings):
    sign_in(op).is_signed_in()
    settings.SIGNUPS = "closed"
    sign_in(op).is_signed_in()
    assert not op.asked(REVOKE)


def test_who_is_switched_off_gets_their_own_page(op, settings):
    sign_in(op).is_signed_in()
    settings.SIGNUPS = "closed"
    User.objects.update(is_active=False)
    client = Client()
    page = client.get(sign_in(op, client).response["Location"])
    assert page.status_code == 403
    assert failures.INACTIVE.title in page.content.decode()
    assert "_auth_user_id" not in client.session


def test_who_is_signed_in_connects_further_accounts(owner, asana, closed):
    owner.get(path_of(asana.allow(authorize_url(owner.client, "/accounts/connect/"), BEN)))
    assert set(AsanaAccount.objects.values_list("gid", "user")) == {
        (ADA, owner.user.pk),
        (BEN, owner.user.pk),
    }


def test_with_a_connected_account_one_may_sign_in(owner, asana, closed, nobody):
    owner.get(path_of(asana.allow(authorize_url(owner.client, "/accounts/connect/"), BEN)))
    assert sign_in_at(nobody, asana, BEN).status_code == 302
    assert nobody.session["_auth_user_id"] == str(owner.user.pk)


def test_the_page_leads_back_to_signing_in(asana, db, nobody, closed):
    response = sign_in_at(nobody, asana, ADA)
    assert response.status_code == 403
    assert 'href="/login/"' in response.content.decode()
    assert nobody.get("/login/").status_code == 200
