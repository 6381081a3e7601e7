"""What lasts asks for a fresh sign-in: with an account of one's own, a password, or by mail."""

import re
import time
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts import fresh_sign_in
from accounts.models import AsanaAccount, AuditEntry, User
from tests.accounts.administration import user_of
from tests.accounts.sign_ins import sign_in as complete_sign_in
from tests.people import authorize_url, path_of, sign_in
from tests.stand_in import ADA, BEN, SAM

CONFIRM = "/accounts/confirm/"
DELETE = "/accounts/me/delete/"
ASKS = "Confirm that it's you"


def grow_old(client: Client) -> None:
    """Make the client's last sign-in more than ten minutes old."""
    session = client.session
    session[fresh_sign_in.KEY] -= fresh_sign_in.SECONDS + 1
    session.save()


def asks(response) -> bool:
    return ASKS in response.content.decode().replace("&#x27;", "'")


@pytest.fixture
def stale_owner(owner):
    grow_old(owner.client)
    return owner


def pages(owner) -> list[str]:
    return ["/accounts/connect/", f"/accounts/{owner.account.pk}/disconnect/", DELETE]


def test_within_ten_minutes_nothing_is_asked(owner):
    for path in pages(owner):
        assert not asks(owner.get(path))


def test_later_each_page_asks_and_each_form_does_nothing(stale_owner, asana):
    for path in pages(stale_owner):
        response = stale_owner.get(path)
        assert asks(response), path
        assert "Ada Okafor" in response.content.decode()
        assert "no-store" in response["Cache-Control"]
        response = stale_owner.post(path, {"understood": "yes"})
        assert (response.status_code, asks(response)) == (403, True), path
    assert User.objects.filter(pk=stale_owner.user.pk).exists()
    assert AsanaAccount.objects.exists()


def test_a_session_of_before_there_was_a_time_is_not_fresh(owner):
    session = owner.client.session
    del session[fresh_sign_in.KEY]
    session.save()
    assert asks(owner.get(DELETE))


def test_ending_sessions_stays_easy(stale_owner):
    assert stale_owner.post("/accounts/sessions/end/").status_code == 302
    (session,) = stale_owner.get("/accounts/sessions/").context["sessions"]
    assert stale_owner.post(f"/accounts/sessions/{session['reference']}/end/").status_code == 302


def test_a_sign_in_is_fresh_until_ten_minutes_have_passed(db, asana):
    client = Client()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_in(client, asana, ADA)
        clock.shift(600)
        assert not asks(client.get(DELETE))
        clock.shift(1)
        assert asks(client.get(DELETE))


# With Asana


def round_through_asana(client, asana, person: str, path: str = DELETE):
    return client.get(path_of(asana.allow(authorize_url(client, CONFIRM, next=path), person)))


def test_it_goes_to_asana_with_max_age_and_back_to_the_page(stale_owner, asana):
    url = authorize_url(stale_owner.client, CONFIRM, next=DELETE)
    assert parse_qs(urlsplit(url).query)["max_age"] == ["600"]
    old = stale_owner.client.cookies["onelist"].value
    response = stale_owner.get(path_of(asana.allow(url, ADA)))
    assert response["Location"] == DELETE
    assert not asks(stale_owner.get(DELETE))
    entry = stale_owner.user.history.get(event="confirmed")
    assert (entry.by, entry.account_gid, entry.detail) == ("person", ADA, "with_asana")
    thief = Client()
    thief.cookies["onelist"] = old
    assert thief.get("/accounts/")["Location"].startswith("/login/")


def test_only_this_round_asks_for_max_age(owner):
    for path in ("/login/asana/", "/accounts/connect/"):
        assert "max_age" not in parse_qs(urlsplit(authorize_url(owner.client, path)).query)


def test_any_account_of_ones_own_will_do(owner, asana):
    sign_in(owner.client, asana, SAM, path="/accounts/connect/")
    grow_old(owner.client)
    assert round_through_asana(owner.client, asana, SAM)["Location"] == DELETE
    assert not asks(owner.get(DELETE))


@pytest.mark.parametrize("person", [BEN, SAM])
def test_another_ones_is_no_proof(stale_owner, other_user, asana, person):
    """Neither one that is linked to somebody else nor one that nobody has linked."""
    response = round_through_asana(stale_owner.client, asana, person)
    assert response.status_code == 409
    assert asks(stale_owner.get(DELETE))
    assert not AsanaAccount.objects.filter(gid=SAM).exists()
    entry = AuditEntry.objects.get(event="nothing_changed")
    assert (entry.user, entry.detail, entry.detail_args) == (
        *(stale_owner.user, "another_account", {"wanted": "confirm"}),
    )


def test_nor_is_pressing_deny(stale_owner, asana):
    url = authorize_url(stale_owner.client, CONFIRM, next=DELETE)
    response = stale_owner.get(path_of(asana.deny(url, ADA)))
    assert response.status_code == 403
    assert "Nothing is confirmed" in response.content.decode()
    assert asks(stale_owner.get(DELETE))


@pytest.mark.parametrize(
    ("auth_time", "is_old"),
    [
        ({}, False),
        ({"auth_time": 5}, False),
        ({"auth_time": 700}, True),
        ({"auth_time": "x"}, False),
    ],
)
def test_auth_time_is_believed_if_it_is_there(auth_time, is_old):
    with time_machine.travel("2026-11-23 12:00:00Z", tick=False):
        now = timezone.now().timestamp()
        claims = {
            name: now - age if isinstance(age, int) else age for name, age in auth_time.items()
        }
        assert fresh_sign_in.is_too_old(claims) == is_old


@pytest.mark.parametrize(("seconds", "is_believed"), [(5, True), (3600, False)])
def test_an_old_one_is_refused(op, nobody, seconds, is_believed):
    """An ID token says when its person signed in at the provider; the whole way is gone."""
    complete_sign_in(op, nobody).is_signed_in()
    grow_old(nobody)
    op.claims["auth_time"] = int(time.time()) - seconds
    response = nobody.get(op.allow(authorize_url(nobody, CONFIRM, next=DELETE)))
    assert response.status_code == (302 if is_believed else 403)
    assert ("let you in without asking" in response.content.decode()) is not is_believed
    assert asks(nobody.get(DELETE)) is not is_believed


def test_next_never_leaves_the_site(stale_owner, asana):
    response = round_through_asana(stale_owner.client, asana, ADA, "https://evil.example/")
    assert response["Location"] == "/accounts/"


# By a password


def test_staff_confirm_by_their_password(administrator, settings):
    settings.PASSWORD_RATE = "2/minute"
    grow_old(administrator)
    page = administrator.get("/accounts/connect/")
    assert 'name="password"' in page.content.decode()
    here = {"REMOTE_ADDR": "10.77.0.1"}
    wrong = administrator.post(CONFIRM, {"next": DELETE, "password": "guess"}, **here)
    assert wrong.status_code == 403
    assert "wasn't your password" in wrong.content.decode().replace("&#x27;", "'")
    assert asks(administrator.get("/accounts/connect/"))
    right = {"next": "/accounts/connect/", "password": "root"}
    assert administrator.post(CONFIRM, right, **here)["Location"] == "/accounts/connect/"
    assert not asks(administrator.get("/accounts/connect/"))
    assert administrator.post(CONFIRM, right, **here).status_code == 429
    history = user_of(administrator).history
    assert history.get(event="confirmed").detail == "with_password"
    assert history.filter(event="sign_in_refused").count() == 1


def test_others_have_none_to_confirm_by(stale_owner):
    stale_owner.user.set_password("secret")
    stale_owner.user.save()
    assert 'name="password"' not in stale_owner.get(DELETE).content.decode()


# By mail


@pytest.fixture
def stranded(stale_owner, settings):
    """Return a person whose only account doesn't work any more, on a site that sends mail."""
    settings.SENDS_MAIL = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    AsanaAccount.objects.update(status=AsanaAccount.Status.NEEDS_RECONNECTING)
    return stale_owner


def link() -> str:
    return path_of(re.findall(r"http://\S+proof=\S+", mail.outbox[-1].body)[0])


@pytest.mark.django_db(transaction=True)
def test_who_has_no_account_left_that_works_may_leave_by_mail(stranded, other_user):
    assert "Send me the mail" in stranded.get(DELETE).content.decode()
    stranded.post("/accounts/me/delete/mail/")
    stranded.post("/accounts/me/delete/mail/")
    assert [each.to for each in mail.outbox] == [["ada@example.com"]]
    path = link()
    assert asks(other_user.get(path)) is False  # fresh, but about themselves
    grow_old(other_user.client)
    assert asks(other_user.get(path))
    assert "Delete my account" in stranded.get(path).content.decode()
    assert not asks(stranded.get(path))
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        assert asks(stranded.get(path))
    assert asks(stranded.get("/accounts/connect/?" + path.partition("?")[2]))
    assert stranded.post(path, {"understood": "yes"}).status_code == 200
    assert User.objects.get() == other_user.user


def test_or_by_an_administrator(stranded, settings):
    settings.SENDS_MAIL = False
    page = stranded.get(DELETE).content.decode()
    assert "Send me the mail" not in page
    assert "Ask an administrator" in page
    stranded.post("/accounts/me/delete/mail/")
    assert not AuditEntry.objects.filter(event="deletion_asked").exists()


def test_who_has_one_that_works_gets_no_mail(stranded):
    AsanaAccount.objects.update(status=AsanaAccount.Status.CONNECTED)
    assert "Send me the mail" not in stranded.get(DELETE).content.decode()
    stranded.post("/accounts/me/delete/mail/")
    assert not AuditEntry.objects.filter(event="deletion_asked").exists()
    proof = fresh_sign_in.proof_of(stranded.user)
    assert asks(stranded.get(f"{DELETE}?proof={proof}"))
