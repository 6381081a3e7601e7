"""ALLOWED_WORKSPACES: only members of these Asana workspaces sign in."""

from html import unescape

import pytest
from django.test import Client
from qsessions.models import Session

from accounts.models import AsanaAccount, AuditEntry, User
from accounts.sign_in import failures
from tests.people import authorize_url, path_of, sign_in
from tests.stand_in import ADA, BEN, CLEO, DORA, SAM

PERSONAL_PROJECTS = "498346170860"  # Ada and Sam are in it
REVOKE = "/-/oauth_revoke"
KEPT = "no name and no address"


@pytest.fixture
def limited(settings):
    settings.ALLOWED_WORKSPACES = ["1", PERSONAL_PROJECTS]


def is_refused(response, failure: failures.Failure) -> None:
    assert response.status_code == failure.status
    page = unescape(response.content.decode())
    assert failure.title in page
    assert PERSONAL_PROJECTS not in page


def nothing_is_kept(client: Client) -> None:
    assert not User.objects.exists()
    assert not AsanaAccount.objects.exists()
    assert "_auth_user_id" not in client.session


def test_everybody_may_by_default(asana, db, nobody):
    assert sign_in(nobody, asana, BEN).status_code == 302
    assert not asana.requests("/api/1.0/workspaces")


@pytest.mark.parametrize("person", [ADA, SAM])
def test_members_of_one_of_them_may(asana, db, nobody, limited, person):
    assert sign_in(nobody, asana, person).status_code == 302
    assert nobody.session["_auth_user_id"]


@pytest.mark.parametrize("person", [BEN, CLEO, DORA])
def test_others_see_why_and_nothing_is_kept(asana, db, nobody, limited, person):
    response = sign_in(nobody, asana, person)
    assert not Session.objects.exists()
    assert KEPT in unescape(response.content.decode())
    is_refused(response, failures.NOT_A_MEMBER)
    nothing_is_kept(nobody)
    entry = AuditEntry.objects.get()
    assert (entry.event, entry.user) == (AuditEntry.Event.SIGN_IN_REFUSED, None)
    assert (entry.address, entry.browser) == (None, "")
    assert person not in str(vars(entry))
    (revoked,) = asana.requests(REVOKE)
    assert revoked["status"] == 200


def test_a_grant_that_cannot_be_given_back_changes_nothing(asana, db, nobody, limited):
    asana.order("server_error", path=REVOKE)
    is_refused(sign_in(nobody, asana, BEN), failures.NOT_A_MEMBER)
    nothing_is_kept(nobody)


@pytest.fixture
def small_pages(monkeypatch):
    """Set pages of two workspaces, and three pages at most."""
    monkeypatch.setattr("asana_tasks.api.paging.PAGE_SIZE", 2)
    monkeypatch.setattr("asana_tasks.sync.passes.MAX_PAGES", 3)


@pytest.mark.usefixtures("db", "limited", "small_pages")
@pytest.mark.parametrize(
    ("fault", "value"),
    [
        ("server_error", 500),
        ("server_error", 503),
        ("rate_limited", 7),
        ("not_json", None),
        ("drop", None),
        ("drop", "half"),
        ("endless_pages", None),
        ("foreign_page", None),
    ],
)
def test_nobody_comes_in_while_asana_does_not_say(asana, nobody, fault, value):
    """A partial list does not count, even if an allowed workspace is on it."""
    asana.order(fault, value=value, path="/api/1.0/workspaces")
    is_refused(sign_in(nobody, asana, ADA), failures.UNREACHABLE)
    nothing_is_kept(nobody)
    assert [each["status"] for each in asana.requests(REVOKE)] == [200]
    asana.heal()
    assert sign_in(nobody, asana, ADA).status_code == 302


def test_a_short_fault_is_outlived(asana, db, nobody, limited):
    asana.order("server_error", path="/api/1.0/workspaces", times=2)
    assert sign_in(nobody, asana, ADA).status_code == 302


def test_an_app_that_may_not_ask_is_told_to_whom_it_concerns(asana, db, nobody, limited):
    asana.order("expire_access", path="/api/1.0/workspaces")
    is_refused(sign_in(nobody, asana, ADA), failures.SCOPES)
    nothing_is_kept(nobody)


def test_who_is_linked_is_asked_too_and_keeps_everything(other_user, asana, limited):
    before = AsanaAccount.objects.values().get()
    client = Client()
    is_refused(sign_in(client, asana, BEN), failures.NOT_A_MEMBER)
    assert "_auth_user_id" not in client.session
    assert AsanaAccount.objects.values().get() == before
    assert not asana.requests(REVOKE)  # that could revoke the grant of the linked account
    assert other_user.get("/tasks/").status_code == 200


def test_who_is_linked_reads_in_their_history_from_where_somebody_tried(other_user, asana, limited):
    response = sign_in(Client(), asana, BEN)
    entry = AuditEntry.objects.get(event=AuditEntry.Event.SIGN_IN_REFUSED)
    assert (entry.user, entry.address) == (other_user.user, "127.0.0.1")
    assert entry.account_gid == BEN
    assert KEPT not in unescape(response.content.decode())
    assert Session.objects.get().user == other_user.user  # who tried has none


def test_who_is_signed_in_already_stays_so(other_user, asana, limited):
    response = sign_in(other_user.client, asana, BEN)
    is_refused(response, failures.NOT_A_MEMBER)
    assert KEPT not in unescape(response.content.decode())
    assert other_user.get("/tasks/").status_code == 200


def test_who_has_left_the_workspace_comes_in_no_more(owner, asana, limited, nobody):
    asana.order("hide_workspace", value=PERSONAL_PROJECTS)
    is_refused(sign_in(nobody, asana, ADA), failures.NOT_A_MEMBER)


def test_who_is_signed_in_connects_accounts_from_elsewhere(asana, db, nobody, limited):
    sign_in(nobody, asana, ADA)
    response = nobody.get(path_of(asana.allow(authorize_url(nobody, "/accounts/connect/"), BEN)))
    assert response.status_code == 302
    assert AsanaAccount.objects.filter(gid=BEN, user__asana_accounts__gid=ADA).exists()
    is_refused(sign_in(Client(), asana, BEN), failures.NOT_A_MEMBER)


def test_who_is_switched_off_gets_their_own_page(other_user, asana, limited):
    User.objects.update(is_active=False)
    client = Client()
    page = client.get(sign_in(client, asana, BEN)["Location"])
    assert page.status_code == 403
    assert failures.INACTIVE.title in page.content.decode()
    assert "_auth_user_id" not in client.session


def test_both_limits_hold(asana, db, nobody, limited, settings):
    settings.SIGNUPS = "closed"
    is_refused(sign_in(nobody, asana, ADA), failures.SIGNUPS_CLOSED)
    nothing_is_kept(nobody)
