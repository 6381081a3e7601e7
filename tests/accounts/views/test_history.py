from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import audit, messages
from accounts.models import AsanaAccount, AuditEntry, User
from tests.accounts.events import saying
from tests.accounts.sign_ins import sign_in
from tests.markup import page_html
from tests.people import authorize_url, path_of
from tests.people import sign_in as sign_in_at_stand_in
from tests.stand_in import ADA, BEN

PAGE = "/accounts/history/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
Event = AuditEntry.Event
By = AuditEntry.By


def entry(user, event=Event.CONNECTED, by=By.PERSON, **more):
    return AuditEntry.objects.create(user=user, event=event, by=by, **more)


def page_of(person, query="") -> str:
    response = person.get(PAGE + query)
    assert response.status_code == 200
    return page_html(response)


def test_the_owner_reads_when_what_from_where_and_by_whom(owner):
    entry(
        owner.user,
        Event.DISCONNECTED,
        account_name="Ada at work",
        **saying("Because"),
        address="192.0.2.7",
        browser=FIREFOX,
    )
    page = page_of(owner)
    for words in (
        "Disconnected",
        "Ada at work",
        "Because",
        "192.0.2.7",
        "Firefox on Linux",
        "by you",
    ):
        assert words in page
    assert 'datetime="' in page


def test_others_read_nothing_of_it(owner, other_user, administrator):
    entry(owner.user, **saying("of Ada's alone"))
    for stranger in (other_user, administrator):
        assert "of Ada's alone" not in page_of(stranger)


def test_nobody_signs_in_first(nobody, db):
    assert nobody.get(PAGE)["Location"] == f"/login/?next={PAGE}"


def test_it_only_shows(owner):
    assert owner.post(PAGE).status_code == 405


@pytest.mark.parametrize(
    ("by", "words"),
    [
        (By.PERSON, "by you"),
        (By.SITE, "by Onelist"),
        (By.SOMEBODY, "by somebody not signed in"),
    ],
)
def test_it_says_by_whom(owner, by, words):
    AuditEntry.objects.all().delete()
    entry(owner.user, by=by)
    assert words in page_of(owner)


def test_of_an_administrator_it_says_the_name_alone(owner, administrator):
    root = User.objects.get(username="root")
    User.objects.filter(pk=root.pk).update(name="Ruth Root", email="ruth@example.com")
    entry(
        owner.user, Event.SEEN, By.ADMINISTRATOR, actor=root, address="192.0.2.66", browser=FIREFOX
    )
    page = page_of(owner)
    assert "by an administrator, <bdi>Ruth Root</bdi>" in page
    for private in ("192.0.2.66", "Firefox", "ruth@example.com"):
        assert private not in page
    AuditEntry.objects.update(actor=None)
    assert "by an administrator, who is no longer here" in page_of(owner)


def test_the_newest_comes_first_fifty_to_a_page(owner):
    AuditEntry.objects.all().delete()
    now = timezone.now()
    for number in range(120):
        entry(owner.user, **saying(f"number {number:03}"), at=now - timedelta(minutes=number))
    first, last = page_of(owner), page_of(owner, "?page=3")
    assert first.index("number 000") < first.index("number 049")
    assert "number 050" not in first
    assert "number 119" in last
    for nonsense in ("?page=99", "?page=-1", "?page=x", "?page=", "?page=" + "9" * 400):
        page_of(owner, nonsense)


def test_more_entries_ask_no_more_of_the_database(owner, administrator):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            page_of(owner)
        return len(queries)

    page_of(owner)
    few = asked()
    for _ in range(40):
        root = User.objects.get(username="root")
        entry(owner.user, Event.CHANGED, By.ADMINISTRATOR, actor=root)
    assert asked() == few


def test_what_others_call_themselves_is_text(owner):
    entry(owner.user, account_name="<b>Ada", **saying("<i>why"), browser="<u>Bot/1.0")
    page = page_of(owner)
    assert not any(tag in page for tag in ("<b>Ada", "<i>why", "<u>Bot"))


# What is written into it


def test_signing_in_with_asana_is_written_down(op):
    client = Client(headers={"User-Agent": FIREFOX})
    account = sign_in(op, client).is_signed_in()
    written = AuditEntry.objects.get(event=Event.SIGNED_IN)
    assert (written.user, written.actor, written.by) == (account.user, account.user, By.PERSON)
    assert (written.address, written.browser) == ("127.0.0.1", FIREFOX)
    assert (written.account_gid, written.detail) == (account.gid, "with_asana")


def test_signing_in_with_a_password_is_written_down(db, django_user_model):
    root = django_user_model.objects.create_superuser("root", password="root")
    Client().post("/admin/login/", {"username": "root", "password": "root"})
    written = AuditEntry.objects.get()
    assert (written.event, written.user, written.by) == (Event.SIGNED_IN, root, By.PERSON)
    assert written.detail == "with_password"


def test_a_wrong_password_is_in_the_history_of_whose_name_it_was(db, django_user_model):
    root = django_user_model.objects.create_superuser("root", password="root")
    response = Client().post("/admin/login/", {"username": "root", "password": "hunter2hunter2"})
    assert response.status_code == 200
    written = AuditEntry.objects.get()
    assert (written.event, written.user) == (Event.SIGN_IN_REFUSED, root)
    assert (written.by, written.actor, written.address) == (By.SOMEBODY, None, "127.0.0.1")
    assert written.detail == "with_password"


@pytest.mark.parametrize("but", ["is_staff", "is_active"])
def test_so_is_a_right_one_of_somebody_who_may_not_come_in(db, django_user_model, but):
    root = django_user_model.objects.create_superuser("root", password="root")
    django_user_model.objects.update(**{but: False})
    Client().post("/admin/login/", {"username": "root", "password": "root"})
    written = AuditEntry.objects.get()
    assert (written.event, written.user, written.detail) == (
        Event.SIGN_IN_REFUSED,
        root,
        "with_password",
    )


@pytest.mark.parametrize("name", ["hunter2hunter2", "ROOT ", "x" * 150, "ž'; --"])
def test_of_a_name_that_nobody_has_nothing_is_kept(db, django_user_model, name):
    django_user_model.objects.create_superuser("root", password="root")
    Client().post("/admin/login/", {"username": name, "password": "hunter2hunter2"})
    assert AuditEntry.objects.get().user_id is None
    assert "hunter2" not in str(AuditEntry.objects.values())


def test_names_that_nobody_has_cannot_fill_the_database(db):
    for number in range(20):
        Client().post("/admin/login/", {"username": f"n{number}", "password": "x"})
    assert AuditEntry.objects.count() == 1
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=2), tick=False):
        Client().post("/admin/login/", {"username": "n", "password": "x"})
    assert AuditEntry.objects.count() == 2


def test_wrong_passwords_of_anybody_do_not_fill_somebodys_history(owner, settings):
    """From whatever addresses: one entry a day has their number, the first and the last."""
    settings.PASSWORD_RATE = "100/minute"
    before = owner.user.history.count()
    with time_machine.travel("2026-11-23 12:00:00Z", tick=False) as clock:
        for number in range(10):
            data = {"username": owner.user.username, "password": str(number)}
            Client().post("/admin/login/", data, REMOTE_ADDR=f"10.9.8.{number}")
            clock.shift(3600)
        assert owner.user.history.count() == before + 1
        written = owner.user.history.get(event=Event.SIGN_IN_REFUSED)
        assert (written.address, written.at.hour) == ("10.9.8.9", 21)
        assert messages.detail_message(written) == (
            "With a password, 10 times since 23 Nov 2026, 12:00"
        )
        clock.shift(15 * 3600)
        Client().post("/admin/login/", data)
    assert owner.user.history.filter(event=Event.SIGN_IN_REFUSED).count() == 2


def test_each_address_that_tries_names_nobody_has_is_kept(db):
    for number in (1, 2, 1):
        data = {"username": "nobody", "password": "x"}
        Client().post("/admin/login/", data, REMOTE_ADDR=f"10.9.7.{number}")
    entries = AuditEntry.objects.order_by("address")
    assert [(each.address, each.detail_args.get("times")) for each in entries] == [
        ("10.9.7.1", 2),
        ("10.9.7.2", None),
    ]


def test_a_sign_in_that_fails_is_written_down_without_knowing_whose(op):
    op.token_response["token_type"] = "mac"
    sign_in(op)
    written = AuditEntry.objects.get()
    assert (written.event, written.user, written.by) == (Event.SIGN_IN_REFUSED, None, By.SOMEBODY)
    assert written.detail == "unverified"


def test_a_plain_one_that_somebody_signed_in_denies_is_in_their_history(owner, asana):
    owner.get(path_of(asana.deny(authorize_url(owner.client), ADA)))
    written = AuditEntry.objects.get(event=Event.SIGN_IN_REFUSED)
    assert (written.user, written.by, written.account_name) == (owner.user, By.PERSON, "")
    assert "Sign-in refused</strong> <span" in page_of(owner)
    assert "Deny was pressed at Asana" in page_of(owner)


@pytest.mark.parametrize(
    ("way", "wanted", "name"),
    [
        ("/accounts/connect/", "Connecting", ""),
        ("/accounts/{}/reconnect/", "Reconnecting", "Ada Okafor"),
        ("/accounts/{}/permission/", "Asking to change tasks", "Ada Okafor"),
        ("/accounts/{}/give-up-writing/", "Asking for less", "Ada Okafor"),
    ],
)
def test_who_denies_something_else_has_not_been_refused_a_sign_in(owner, asana, way, wanted, name):
    if wanted == "Reconnecting":
        AsanaAccount.objects.update(status=AsanaAccount.Status.NEEDS_RECONNECTING)
    if wanted == "Asking for less":
        AsanaAccount.objects.update(scope="tasks:read tasks:write")
    owner.get(path_of(asana.deny(authorize_url(owner.client, way.format(owner.account.pk)), ADA)))
    written = AuditEntry.objects.get(event=Event.NOTHING_CHANGED)
    assert (written.user, written.by, written.account_name) == (owner.user, By.PERSON, name)
    assert messages.detail_message(written) == f"{wanted}: Deny was pressed at Asana"
    assert "Nothing changed" in page_of(owner)
    assert not AuditEntry.objects.filter(event=Event.SIGN_IN_REFUSED).exists()


def test_nor_has_who_comes_back_with_another_account(owner, asana):
    AsanaAccount.objects.update(status=AsanaAccount.Status.NEEDS_RECONNECTING)
    url = authorize_url(owner.client, f"/accounts/{owner.account.pk}/reconnect/")
    owner.get(path_of(asana.allow(url, BEN)))
    written = AuditEntry.objects.get(event=Event.NOTHING_CHANGED)
    assert (written.account_gid, written.account_name) == (ADA, "Ada Okafor")
    assert messages.detail_message(written) == "Reconnecting: Another Asana account came back"
    assert BEN not in str(vars(written))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("invalid_grant", "Asana has ended it"),
        ("invalid_client", "Asana refused; Onelist tries again"),
        ("own_error", "Asana refused; Onelist tries again"),
    ],
)
def test_a_refused_refresh_is_told_without_a_word_of_oauths(owner, code, words):
    about = {"detail": "refresh_refused", "detail_args": {"error": code}}
    entry(owner.user, Event.REFRESH_REFUSED, By.SITE, account_name="Ada", **about)
    page = page_of(owner)
    assert "Access not renewed" in page
    assert words in page
    assert code not in page
    assert "Token refresh" not in page


def test_a_permission_is_told_by_what_it_permits(owner):
    entry(owner.user, Event.PERMISSIONS_WIDENED)
    assert "May now change tasks" in page_of(owner)


def test_one_that_fails_for_an_account_that_is_linked_is_in_its_owners(owner, other_user, asana):
    """Somebody signed in as Ben comes back from Asana as Ada."""
    other_user.get(path_of(asana.allow(authorize_url(other_user.client), ADA)))
    written = AuditEntry.objects.filter(event=Event.SIGN_IN_REFUSED)
    assert {(each.user, each.account_name) for each in written} == {(other_user.user, "")}


def test_who_is_switched_off_and_tries_is_written_down(owner, asana):
    User.objects.filter(pk=owner.user.pk).update(is_active=False)
    sign_in_at_stand_in(Client(), asana, ADA)
    written = AuditEntry.objects.get(event=Event.SIGN_IN_REFUSED)
    assert (written.user, written.by) == (owner.user, By.SOMEBODY)
    assert written.detail == "inactive"


def test_what_a_callback_says_is_not_written_down(op):
    op.callback = {"error": "x\nforged", "error_description": "y\nforged"}
    sign_in(op)
    assert "forged" not in str(AuditEntry.objects.values().get())


def test_a_browser_cannot_write_a_second_line(rf, owner):
    request = rf.get("/", headers={"User-Agent": "a\r\nb\u2028c\u202ed"})
    audit.record(Event.SEEN, user=owner.user, request=request)
    assert AuditEntry.objects.get(event=Event.SEEN).browser.isprintable()
