"""Disconnecting: the question, the deletion here, and the revocation at Asana."""

import threading

import pytest
from django.db import connection
from django.db.models.signals import post_save
from django.test import Client

from accounts import disconnect, tokens
from accounts.models import AsanaAccount, AuditEntry, Revocation, User
from asana_tasks.models import Project, Task, Workspace
from asana_tasks.sync import engine
from tests.accounts.events import told
from tests.accounts.provider import REVOKE, TOKEN
from tests.markup import page_html, page_text
from tests.people import Person, authorize_url, path_of
from tests.stand_in import ADA, BEN, CLEO, StandIn

Event = AuditEntry.Event


def path(account: AsanaAccount) -> str:
    return f"/accounts/{account.pk}/disconnect/"


def add(person: Person, asana: StandIn, gid: str) -> AsanaAccount:
    person.get(path_of(asana.allow(authorize_url(person.client, "/accounts/connect/"), gid)))
    return AsanaAccount.objects.get(gid=gid)


@pytest.fixture
def ada(owner_with_tasks, asana) -> Person:
    """Return Ada with tasks and a second account, by which she can still sign in."""
    add(owner_with_tasks, asana, BEN)
    return owner_with_tasks


def disconnect_page(person: Person, account: AsanaAccount | None = None) -> str:
    """Press Disconnect; return the text of the page that follows."""
    response = person.post(path(account or person.account))
    assert (response.status_code, response["Location"]) == (302, "/accounts/"), response.content
    return page_text(person.get("/accounts/"))


# The question


def test_where_only_some_may_come_in_one_from_elsewhere_is_no_way_in(ada, settings):
    allowed = ada.account.workspaces.values_list("gid", flat=True)
    settings.ALLOWED_WORKSPACES = [*allowed]
    page = page_text(ada.get(path(ada.account)))
    assert "This is your only way in" in page
    assert "isn't known to be in a workspace" in page
    assert ada.post(path(ada.account)).status_code == 409
    assert AsanaAccount.objects.filter(gid=ADA).exists()
    disconnect_page(ada, AsanaAccount.objects.get(gid=BEN))


def test_it_says_what_will_be_deleted(ada):
    tasks, workspaces = ada.account.tasks.count(), ada.account.workspaces.count()
    page = page_text(ada.get(path(ada.account)))
    assert f"{tasks} tasks in {workspaces} workspaces" in page
    assert tasks > 60
    assert workspaces == 3
    assert "Ada Okafor" in page
    assert "ada@example.com" in page
    assert "up to 7 days" in page


def test_it_names_the_account_once(ada):
    def named() -> str:
        page = page_text(ada.get(path(ada.account)))
        return page[page.index("<h1>") : page.index("What is deleted here")]

    assert named().count("Ada Okafor") == named().count("ada@example.com") == 1
    AsanaAccount.objects.filter(gid=ADA).update(label="Work")
    for name in ("Work", "Ada Okafor", "ada@example.com"):
        assert named().count(name) == 1


def test_where_there_are_no_tasks_yet_it_counts_none(ada):
    page = page_html(ada.get(path(AsanaAccount.objects.get(gid=BEN))))
    assert "<li>No tasks yet.</li>" in page
    assert "0 " not in page[page.index("What is deleted here") : page.index("<form")]


def test_looking_deletes_nothing(ada, asana):
    before = len(asana.requests())
    for method in ("get", "head"):
        assert getattr(ada.client, method)(path(ada.account)).status_code == 200
    assert AsanaAccount.objects.count() == 2
    assert len(asana.requests()) == before


def test_others_can_do_nothing_about_it(ada, asana, administrator, nobody):
    cleo = Person.signed_in(asana, CLEO)
    for client in (cleo.client, administrator):
        assert client.get(path(ada.account)).status_code == 404
        assert client.post(path(ada.account))["Location"] == "/accounts/"
        page = page_html(client.get("/accounts/"))
        assert "isn&#x27;t connected here any more" in page
        assert "Ada" not in page
    for method in ("get", "post"):
        there = getattr(nobody, method)(path(ada.account))["Location"]
        assert there == f"/login/?next={path(ada.account)}"
    assert AsanaAccount.objects.filter(gid=ADA).exists()
    assert not asana.requests("/-/oauth_revoke")


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_it_takes_no_other_method(ada, method):
    assert getattr(ada.client, method)(path(ada.account)).status_code == 405


def test_it_wants_the_sites_own_form(ada):
    stranger = Client(enforce_csrf_checks=True)
    stranger.cookies = ada.client.cookies
    assert stranger.post(path(ada.account)).status_code == 403
    assert AsanaAccount.objects.filter(gid=ADA).exists()


@pytest.mark.parametrize("pk", [0, 10**30])
def test_what_was_never_there_is_no_trouble(ada, pk):
    assert ada.get(f"/accounts/{pk}/disconnect/").status_code == 404
    assert ada.post(f"/accounts/{pk}/disconnect/").status_code == 302


# Disconnecting


def test_it_goes_here_and_at_asana_and_that_is_told(ada, asana):
    page = disconnect_page(ada)
    assert "<bdi>Ada Okafor</bdi> (<bdi>ada@example.com</bdi>) is disconnected" in page
    assert "Asana has ended Onelist's access." in page
    assert list(AsanaAccount.objects.values_list("gid", flat=True)) == [BEN]
    for model in (Task, Workspace, Project):
        assert not model.objects.filter(account=ada.account.pk).exists()
    assert not Revocation.objects.exists()
    (asked,) = asana.requests("/-/oauth_revoke")
    assert (asked["method"], asked["status"]) == ("POST", 200)
    assert told(Event.DISCONNECTED, ADA) == [(ada.user, "person")]
    assert len(told(Event.REVOKED)) == 1
    assert ada.get("/tasks/").status_code == 200  # still signed in


def test_asana_gets_the_refresh_token_in_the_body(op, nobody):
    nobody.get(op.allow(authorize_url(nobody)))
    refresh_token = op.refresh_tokens[-1]
    op.claims["sub"] = op.userinfo["sub"] = "2"
    nobody.get(op.allow(authorize_url(nobody, "/accounts/connect/")))
    nobody.post(path(AsanaAccount.objects.exclude(gid="2").get()))
    (seen,) = op.asked(REVOKE)
    assert (seen.method, seen.query) == ("POST", "")
    assert seen.form["token"] == refresh_token
    assert (seen.form["client_id"], seen.form["client_secret"]) == (op.client_id, op.client_secret)


def test_with_asana_down_it_goes_here_at_once_and_there_later(ada, asana):
    asana.order("server_error", path="/-/oauth_revoke", value=503)
    page = disconnect_page(ada)
    assert "Asana isn't answering: Onelist keeps telling it for up to 7 days" in page
    assert "Asana hasn't ended our access yet" in page
    assert "https://app.asana.com/0/my-apps" in page
    assert not AsanaAccount.objects.filter(gid=ADA).exists()
    assert not Task.objects.filter(account=ada.account.pk).exists()
    waiting = Revocation.objects.get()
    assert (waiting.user, waiting.account_name, waiting.attempts) == (ada.user, "Ada Okafor", 1)
    asana.heal()
    assert tokens.revoke_due([waiting])[tokens.Outcome.REVOKED] == 1
    page = page_html(ada.get("/accounts/"))
    assert "Asana hasn't ended our access yet" not in page


def test_a_token_that_cannot_be_read_is_no_sign_that_asana_has_ended_it(ada, asana):
    AsanaAccount.objects.filter(gid=ADA).update(encrypted_refresh_token="gAAAA")
    page = disconnect_page(ada)
    assert "Onelist could not tell Asana" in page
    assert "had ended" not in page
    assert not asana.requests("/-/oauth_revoke")


def test_what_somebody_else_has_dealt_with_is_not_called_ended(ada, asana):
    """Housekeeping may handle the revocation as soon as it is committed, or give it up."""

    def is_faster(sender, instance, created, **kwargs):
        if created:
            Revocation.objects.filter(pk=instance.pk).delete()

    post_save.connect(is_faster, sender=Revocation)
    try:
        page = disconnect_page(ada)
    finally:
        post_save.disconnect(is_faster, sender=Revocation)
    assert "your history says how" in page
    assert "Asana has ended" not in page
    assert not asana.requests("/-/oauth_revoke")


@pytest.mark.parametrize("fault", ["drop", "rate_limited", "server_error"])
def test_however_asana_is_down(ada, asana, fault):
    asana.order(fault, path="/-/oauth_revoke")
    assert "keeps telling it for up to 7 days" in disconnect_page(ada)
    assert Revocation.objects.count() == 1


def test_where_the_grant_is_gone_there_is_nothing_to_revoke(ada, asana):
    asana.revoke_grants(ADA)
    assert not tokens.grant_works(AsanaAccount.objects.get(gid=ADA))
    assert "held no lasting access any more" in disconnect_page(ada)
    assert not asana.requests("/-/oauth_revoke")


def test_where_our_key_is_gone_that_is_told_too(ada, asana, settings):
    AsanaAccount.objects.filter(gid=ADA).update(encrypted_refresh_token="x.gAAAAA")
    page = disconnect_page(ada)
    assert "is disconnected" in page
    assert not AsanaAccount.objects.filter(gid=ADA).exists()


def test_one_can_come_back(ada, asana):
    disconnect_page(ada)
    assert engine.run_sync(add(ada, asana, ADA)).state == "done"
    assert AsanaAccount.objects.filter(user=ada.user).count() == 2


# Twice, in two tabs, at the same time


def test_twice_is_no_trouble(ada):
    disconnect_page(ada)
    assert "That account isn't connected here any more." in disconnect_page(ada)
    assert len(told(Event.DISCONNECTED)) == 1


def test_a_page_that_is_open_in_another_tab_is_gone(ada):
    disconnect_page(ada)
    assert ada.get(path(ada.account)).status_code == 404


def test_who_deletes_themselves_in_another_tab_meanwhile_signs_in(ada, monkeypatch):

    def a_moment_too_late(*args, **kwargs):
        User.objects.filter(pk=ada.user.pk).delete()
        return disconnect.disconnect_account(*args, **kwargs)

    monkeypatch.setattr("accounts.views.accounts.disconnect_account", a_moment_too_late)
    response = ada.post(path(ada.account), follow=True)
    assert response.redirect_chain[-1] == ("/login/", 302)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("which", ["both accounts", "one account twice"])
def test_at_the_same_time_nobody_is_locked_out(asana, which):
    ada = Person.signed_in(asana, ADA)
    other = add(ada, asana, BEN)
    targets = [ada.account, other] if which == "both accounts" else [other] * 4
    statuses: list[int] = []

    def press(account: AsanaAccount) -> None:
        browser = Client()
        browser.cookies = ada.client.cookies
        statuses.append(browser.post(path(account)).status_code)
        connection.close()

    threads = [threading.Thread(target=press, args=[target]) for target in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(statuses) == len(targets)
    assert set(statuses) <= {302, 409}
    assert AsanaAccount.objects.connected().filter(user=ada.user).count() == 1
    assert len(told(Event.DISCONNECTED)) == len(asana.requests("/-/oauth_revoke")) == 1


# The last way in


def test_the_last_way_in_stays(owner, asana):
    assert "This is your only way in" in page_html(owner.get(path(owner.account)))
    response = owner.post(path(owner.account))
    page = page_html(response)
    assert response.status_code == 409
    assert 'href="/accounts/connect/"' in page
    assert 'href="/accounts/me/delete/"' in page
    assert AsanaAccount.objects.get() == owner.account
    assert not asana.requests("/-/oauth_revoke")
    assert told(Event.DISCONNECTED) == []


def test_another_one_that_is_broken_is_no_way_in(ada):
    AsanaAccount.objects.filter(gid=BEN).update(status=AsanaAccount.Status.NEEDS_RECONNECTING)
    response = ada.post(path(ada.account))
    assert response.status_code == 409
    assert "Ben Tanaka" in page_html(response)
    assert AsanaAccount.objects.count() == 2


def test_with_a_password_no_account_is_the_last_way_in(owner):
    user = owner.user
    user.set_password("a password of her own")
    user.is_staff = True  # only the staff has a password form
    user.save()
    owner.client.force_login(user)
    assert "is disconnected" in disconnect_page(owner)
    assert not AsanaAccount.objects.exists()
    assert User.objects.filter(pk=user.pk).exists()


def test_the_other_way_round_both_can_go_one_after_the_other(ada):
    disconnect_page(ada)
    last = AsanaAccount.objects.get()
    assert ada.post(path(last)).status_code == 409


def test_nothing_of_it_refreshes_a_token(op, nobody):
    """The stored token is revoked; no token is refreshed for that."""
    nobody.get(op.allow(authorize_url(nobody)))
    op.claims["sub"] = op.userinfo["sub"] = "2"
    nobody.get(op.allow(authorize_url(nobody, "/accounts/connect/")))
    before = len(op.asked(TOKEN))
    nobody.post(path(AsanaAccount.objects.get(gid="2")))
    assert len(op.asked(TOKEN)) == before
