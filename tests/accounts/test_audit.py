from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts import audit
from accounts.codes import Detail
from accounts.models import AsanaAccount, AuditEntry, User

Event, By = AuditEntry.Event, AuditEntry.By


@pytest.fixture
def ada(db) -> User:
    return User.objects.create(username="ada")


@pytest.fixture
def account(ada) -> AsanaAccount:
    return AsanaAccount.objects.create(user=ada, gid="1", name="Ada Okafor", label="Work")


@pytest.fixture
def asks(rf):
    def asks(user=None, **about):
        request = rf.get("/", **about)
        request.user = user or AnonymousUser()
        return request

    return asks


def recorded(**about) -> AuditEntry:
    audit.record(Event.CONNECTED, **about)
    return AuditEntry.objects.latest("pk")


# By whom


def test_a_person_does_things_to_their_own(ada, account, asks):
    entry = recorded(account=account, request=asks(ada))
    assert (entry.user, entry.actor, entry.by) == (ada, ada, By.PERSON)
    assert (entry.account_gid, entry.account_name) == ("1", "Ada Okafor")  # not their own label


def test_somebody_else_who_does_is_an_administrator(ada, account, asks):
    root = User.objects.create(username="root")
    entry = recorded(account=account, request=asks(root))
    assert (entry.user, entry.actor, entry.by) == (ada, root, By.ADMINISTRATOR)


def test_without_a_request_it_was_the_site(ada, account):
    entry = recorded(account=account)
    assert (entry.user, entry.actor, entry.by) == (ada, None, By.SITE)
    assert (entry.address, entry.browser) == (None, "")


def test_nobody_signed_in_is_somebody(db, asks):
    entry = recorded(request=asks())
    assert (entry.user, entry.actor, entry.by) == (None, None, By.SOMEBODY)


# From where


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        pytest.param(0, "", "192.0.2.1", id="straight"),
        pytest.param(0, "203.0.113.9", "192.0.2.1", id="a client that pretends"),
        pytest.param(1, "203.0.113.9", "203.0.113.9", id="a proxy"),
        pytest.param(1, "198.51.100.1, 203.0.113.9", "203.0.113.9", id="pretends behind a proxy"),
        pytest.param(2, "198.51.100.1, 203.0.113.9, 10.0.0.1", "203.0.113.9", id="two proxies"),
        pytest.param(2, "203.0.113.9", "192.0.2.1", id="one of two proxies says nothing"),
        pytest.param(1, "2001:db8::7", "2001:db8::7", id="IPv6"),
        pytest.param(1, "::ffff:203.0.113.9", "203.0.113.9", id="IPv4 dressed as IPv6"),
        pytest.param(1, "fe80::1%eth0", "fe80::1", id="IPv6 with a zone"),
        pytest.param(1, "unknown", None, id="a proxy that says unknown"),
        pytest.param(1, "203.0.113.9:4711", "203.0.113.9", id="with a port"),
        pytest.param(1, "203.0.113.9\nforged", None, id="two lines"),
        pytest.param(1, "<script>", None, id="markup"),
        pytest.param(1, "9" * 5000, None, id="very long"),
    ],
)
def test_the_address_is_what_the_outermost_proxy_of_ours_saw(
    db, asks, settings, proxies, forwarded, address
):
    settings.TRUSTED_PROXIES = proxies
    about = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    assert recorded(request=asks(REMOTE_ADDR="192.0.2.1", **about)).address == address


def test_a_socket_without_an_address_has_none(db, asks):
    assert recorded(request=asks(REMOTE_ADDR="")).address is None


# What others wrote


LINES = ["a\nb", "a\r\nb", "a\u2028b", "a\x85b", "a\x1b[31mb", "a\0b", "a\u202eb", "a\ud800b"]


@pytest.mark.parametrize("text", LINES)
def test_nobody_writes_a_second_line(ada, account, asks, text):
    """Nor turns a line around, nor colours a terminal, nor breaks the database."""
    account.name = text
    entry = recorded(
        account=account,
        request=asks(ada, HTTP_USER_AGENT=text),
        detail=Detail.BROWSER,
        detail_args={"browser": text, "system": ""},
    )
    entry.refresh_from_db()
    for kept in (entry.browser, entry.detail_args["browser"], entry.account_name):
        assert kept.isprintable()
        assert len(kept.splitlines()) == 1
        assert (kept[0], kept[-1]) == ("a", "b")


def test_nobody_writes_a_long_one(ada, account, asks):
    account.name = "N" * 5000
    request = asks(ada, HTTP_USER_AGENT="M" * 100_000)
    args = {"browser": "d" * 100_000, "system": ""}
    entry = recorded(account=account, request=request, detail=Detail.BROWSER, detail_args=args)
    entry.refresh_from_db()
    kept = (entry.browser, entry.detail_args["browser"], entry.account_name)
    assert [len(text) for text in kept] == [300, 255, 255]


def test_a_browser_that_says_nothing_has_no_name(db, asks):
    assert recorded(request=asks()).browser == ""


# Once


def test_what_is_said_once_is_said_again_after_a_while(ada, account):
    for _ in range(3):
        recorded(account=account, once_in=timedelta(hours=1))
    assert AuditEntry.objects.count() == 1
    with time_machine.travel(timezone.now() + timedelta(hours=1, seconds=1)):
        recorded(account=account, once_in=timedelta(hours=1))
    assert AuditEntry.objects.count() == 2


@pytest.mark.parametrize(
    "other", ["account", "person", "detail", "argument", "who"], ids=lambda what: f"another {what}"
)
def test_what_says_something_else_is_said(ada, account, asks, other):
    recorded(account=account, once_in=timedelta(hours=1))
    ben = User.objects.create(username="ben")
    about = {
        "account": {"account": AsanaAccount.objects.create(user=ada, gid="2")},
        "person": {"user": ben, "account": account},
        "detail": {"account": account, "detail": Detail.EVERYWHERE},
        "argument": {"account": account, "detail_args": {"error": "invalid_client"}},
        "who": {"account": account, "request": asks(ben)},
    }[other]
    recorded(**about, once_in=timedelta(hours=1))
    assert AuditEntry.objects.count() == 2


def test_without_that_everything_is_said(ada, account):
    for _ in range(3):
        recorded(account=account)
    assert AuditEntry.objects.count() == 3


# How long


def test_what_happened_to_a_person_goes_with_them(ada, account):
    recorded(account=account)
    ada.delete()
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("how", ["row", "query"])
def test_what_an_administrator_did_stays_with_their_name(ada, account, asks, how):
    """Else whoever looks at the data of others, or exports it, could wipe that out by leaving."""
    root = User.objects.create(username="root", name="Rita Root")
    request = asks(root, HTTP_USER_AGENT="Firefox")
    kept = [recorded(account=account, request=request)]
    for event in (Event.LOG_EXPORTED, Event.CHANGED):
        audit.record(event, user=root, request=request)
        kept.append(AuditEntry.objects.latest("pk"))
    audit.record(Event.GROUP_CHANGED, request=request)
    kept.append(AuditEntry.objects.latest("pk"))
    audit.record(Event.SIGNED_IN, user=root, request=request)
    root.delete() if how == "row" else User.objects.filter(username="root").delete()
    assert set(AuditEntry.objects.all()) == set(kept)
    for entry in kept:
        entry.refresh_from_db()
        assert (entry.by, entry.actor, entry.actor_name) == (
            *(By.ADMINISTRATOR, None, "Rita Root · root"),
        )
        assert (entry.address, entry.browser) == ("127.0.0.1", "Firefox")
    assert [entry.user for entry in kept] == [ada, None, None, None]


def test_of_others_who_are_named_somewhere_nothing_stays(ada, account, asks):
    entry = recorded(account=account, actor=User.objects.create(username="ben"))
    AuditEntry.objects.update(by=By.SOMEBODY, address="192.0.2.1", browser="Firefox")
    User.objects.get(username="ben").delete()
    entry.refresh_from_db()
    kept = (entry.user, entry.actor, entry.actor_name, entry.address, entry.browser)
    assert kept == (ada, None, "", None, "")
