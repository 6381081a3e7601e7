import re
from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection, transaction
from django.utils import timezone

from accounts import audit, mails, tokens
from accounts.codes import Problem
from accounts.models import AsanaAccount, AuditEntry, User
from tests.accounts.sign_ins import sign_in

Event = AuditEntry.Event
EVENTS = [Event.CONNECTED, Event.DISCONNECTED, Event.NEEDS_RECONNECTING, Event.RECONNECTED]


class Server(EmailBackend):
    """A mail backend that raises `failure`, if a test sets it, and counts the attempts."""

    failure: Exception | None = None
    tried = 0

    def send_messages(self, messages):
        type(self).tried += 1
        if self.failure:
            raise self.failure
        return super().send_messages(messages)


@pytest.fixture(autouse=True)
def server(settings, monkeypatch):
    settings.EMAIL_BACKEND = f"{__name__}.Server"
    monkeypatch.setattr(Server, "tried", 0)
    return Server


@pytest.fixture
def account(db) -> AsanaAccount:
    user = User.objects.create(username="ada", name="Ada Okafor", email="ada@example.com")
    return AsanaAccount.objects.create(user=user, gid="1", name="Ada at work")


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """Return a factory of contexts that run on-commit callbacks, such as mails, at their end."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def record(committed):
    def write_and_commit(event, **about):
        with committed():
            audit.record(event, **about)

    return write_and_commit


def later(**time: float):
    return time_machine.travel(timezone.now() + timedelta(**time), tick=False)


def due() -> list[AuditEntry]:
    return list(AuditEntry.objects.exclude(mail_due_at=None))


@pytest.mark.parametrize("event", EVENTS)
def test_each_is_told_once(account, event, record):
    record(event, account=account)
    (sent,) = mail.outbox
    assert sent.to == ["ada@example.com"]
    assert sent.from_email == "onelist@localhost"
    assert sent.subject.startswith("Onelist: Ada at work ")
    greeting, sentence, *_ = sent.body.split("\n\n")
    assert greeting == "Hello Ada Okafor,"
    assert sentence[0].isupper()
    assert due() == []
    mails.send_due()
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("event", sorted(set(Event) - {*EVENTS, Event.DELETION_ASKED}))
def test_nothing_else_is(account, event, record):
    record(event, account=account)
    assert not mail.outbox
    assert not due()


@pytest.mark.parametrize("event", EVENTS)
def test_its_links_lead_to_this_site_and_nowhere_else(account, event, settings, record):
    record(event, account=account)
    body = mail.outbox[0].body
    links = re.findall(r"https?://\S+", body)
    assert f"{settings.SITE_URL}/accounts/" in links
    assert all(link.startswith(settings.SITE_URL + "/") for link in links)


def test_what_needs_reconnecting_says_how_to_repair_it(account, committed):
    with committed():
        tokens.mark_needs_reconnecting(account, Problem.ACCESS_ENDED)
    (sent,) = mail.outbox
    assert sent.subject == "Onelist: Ada at work needs reconnecting"
    assert "Asana no longer lets us in." in sent.body
    assert "press Reconnect" in sent.body


def test_trouble_is_told_once_however_many_find_out(account, committed):
    for _ in range(5):
        with committed():
            tokens.mark_needs_reconnecting(AsanaAccount.objects.get(), Problem.ACCESS_ENDED)
    assert len(mail.outbox) == 1


def test_of_disconnecting_it_says_what_is_unchanged_at_asana_and_no_more(account, record):
    """The access has been ended there, or is about to be."""
    record(Event.DISCONNECTED, account=account)
    body = " ".join(mail.outbox[0].body.split())
    assert "Your tasks in Asana are unchanged." in body
    assert "nothing has changed" not in body


def test_it_says_from_where_a_person_did_it(account, rf, record):
    request = rf.get("/", headers={"User-Agent": "Mozilla/5.0 (X11; Linux) Firefox/130.0"})
    request.user = account.user
    record(Event.CONNECTED, account=account, request=request)
    assert "Firefox on Linux" in mail.outbox[0].body
    assert "127.0.0.1" in mail.outbox[0].body


def test_of_an_administrator_it_tells_neither_name_nor_place(account, rf, record):
    request = rf.get("/", headers={"User-Agent": "Mozilla/5.0 (X11; Linux) Firefox/130.0"})
    request.user = User.objects.create(username="root", name="Ruth")
    record(Event.DISCONNECTED, account=account, request=request)
    body = mail.outbox[0].body
    assert "by an administrator" in body
    assert not any(private in body for private in ("Ruth", "127.0.0.1", "Firefox"))


def test_the_time_is_the_persons(account, record):
    User.objects.update(time_zone="Asia/Tokyo")
    with time_machine.travel("2026-03-01T20:15:00Z", tick=False):
        record(Event.CONNECTED, account=AsanaAccount.objects.get())
    assert "2 March 2026, 05:15 JST" in mail.outbox[0].body


@pytest.mark.parametrize("event", mails.SWITCHES)
def test_each_kind_can_be_switched_off(account, event, record):
    off = mails.SWITCHES[event]
    User.objects.update(**{off: False})
    record(event, account=AsanaAccount.objects.get())
    assert not mail.outbox
    assert not due()
    other = {"mail_about_links", "mail_about_trouble"} - {off}
    User.objects.update(**{off: True, other.pop(): False})
    record(event, account=AsanaAccount.objects.get())
    assert len(mail.outbox) == 1


def test_that_an_account_was_connected_is_told_to_everybody(account, record):
    """Whoever uses a stolen session could switch it off first."""
    User.objects.update(mail_about_links=False, mail_about_trouble=False)
    record(Event.CONNECTED, account=AsanaAccount.objects.get())
    assert "disconnect it" in mail.outbox[0].body
    assert "switched on" not in mail.outbox[0].body


@pytest.mark.parametrize(
    "address", ["", "ada", "a@b@c", "ada@example.com\nBcc: eve@example.com", "a@example.com,b@b.cz"]
)
def test_without_an_address_there_is_nobody_to_write_to(account, address, record):
    User.objects.update(email=address)
    record(Event.CONNECTED, account=AsanaAccount.objects.get())
    assert not mail.outbox
    assert not due()


def test_who_is_switched_off_gets_none(account, record):
    User.objects.update(is_active=False)
    record(Event.NEEDS_RECONNECTING, account=AsanaAccount.objects.get())
    assert not mail.outbox
    assert not due()


def test_without_a_mail_server_nothing_waits(account, settings, record):
    settings.SENDS_MAIL = False
    record(Event.CONNECTED, account=account)
    assert not mail.outbox
    assert not due()


@pytest.mark.parametrize(
    "name",
    [
        "Ada\r\nBcc: eve@example.com",
        "Ada\nBcc: eve@example.com\n\nBuy now",
        "Ada\u2028Bcc: eve@example.com",
        "Ada\x00\x1b[31m",
        "\u202eadA",
        "Ada & <b>friends</b> “quoted”",
        "x" * 5000,
        " ",
    ],
)
def test_a_name_cannot_write_headers_or_paragraphs(account, name, record):
    AsanaAccount.objects.update(name=name[:255].replace("\x00", ""))
    User.objects.update(name=name[:255].replace("\x00", ""))
    record(Event.CONNECTED, account=AsanaAccount.objects.get())
    (sent,) = mail.outbox
    written = sent.message()
    assert written["Bcc"] is None
    assert written["To"] == "ada@example.com"
    assert "\n\nBuy" not in sent.body
    assert sent.subject.isprintable()
    assert len(sent.subject) < 120
    assert "&amp;" not in f"{sent.subject} {sent.body}"


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_for_what_is_rolled_back(account):
    with transaction.atomic():
        audit.record(Event.CONNECTED, account=account)
        assert mail.outbox == []
        transaction.set_rollback(True)
    assert not mail.outbox
    assert not due()


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_under_a_lock(op, monkeypatch):
    """A refused refresh holds the lock of its row while it records the failure."""
    account = sign_in(op).is_signed_in()
    mail.outbox.clear()
    inside = []
    send = Server.send_messages

    def look_around(self, messages):
        inside.append(connection.in_atomic_block)
        return send(self, messages)

    monkeypatch.setattr(Server, "send_messages", look_around)
    token = tokens.access_token_for(account)
    op.refresh_tokens.clear()
    with pytest.raises(tokens.NeedsReconnecting):
        tokens.access_token_for(account, rejected=token)
    assert inside == [False]
    assert "needs reconnecting" in mail.outbox[0].subject


@pytest.mark.parametrize(
    "failure", [ConnectionRefusedError(), TimeoutError(), SMTPServerDisconnected("gone")]
)
def test_a_mail_server_that_is_down_stops_nobody(account, server, monkeypatch, failure, record):
    monkeypatch.setattr(server, "failure", failure)
    record(Event.CONNECTED, account=account)
    record(Event.DISCONNECTED, account=account)
    assert server.tried == 1  # nobody waits for it a second time
    assert len(due()) == 2
    monkeypatch.setattr(server, "failure", None)
    with later(minutes=6):
        assert mails.send_due() == 2
        assert mails.send_due() == 0
    assert [sent.subject.rpartition(" ")[2] for sent in mail.outbox] == [
        "disconnected",
        "connected",
    ]


def test_neither_does_whatever_else_goes_wrong(account, server, monkeypatch, record):
    monkeypatch.setattr(server, "failure", RuntimeError("no such thing"))
    record(Event.CONNECTED, account=account)
    assert len(due()) == 1


@pytest.mark.parametrize(("code", "tries_again"), [(450, True), (550, False)])
def test_a_recipient_refused_for_good_is_not_asked_about_again(
    account, server, monkeypatch, code, tries_again, record
):
    refused = SMTPRecipientsRefused({"ada@example.com": (code, b"no")})
    monkeypatch.setattr(server, "failure", refused)
    record(Event.CONNECTED, account=account)
    assert bool(due()) == tries_again


def test_an_address_that_cannot_be_written_keeps_nobody_else_from_their_mail(
    account, server, record
):
    user = User.objects.create(username="eve", email=f"a@{'é' * 62}.com")
    other = AsanaAccount.objects.create(user=user, gid="2")
    assert mails.has_address(user)
    record(Event.CONNECTED, account=other)
    assert not due()
    record(Event.CONNECTED, account=account)
    assert [sent.to for sent in mail.outbox] == [["ada@example.com"]]


def test_a_refused_recipient_keeps_nobody_else_from_their_mail(
    account, server, monkeypatch, record
):
    monkeypatch.setattr(server, "failure", SMTPRecipientsRefused({}))
    record(Event.CONNECTED, account=account)
    monkeypatch.setattr(server, "failure", None)
    record(Event.DISCONNECTED, account=account)
    assert [sent.subject for sent in mail.outbox] == ["Onelist: Ada at work is disconnected"]


def test_after_a_day_it_is_given_up(account, server, monkeypatch, caplog, record):
    monkeypatch.setattr(server, "failure", ConnectionRefusedError())
    record(Event.CONNECTED, account=account)
    with later(hours=23):
        assert mails.send_due() == 0
        assert len(due()) == 1
    monkeypatch.setattr(server, "failure", None)
    with later(hours=25):
        assert mails.send_due() == 0
    assert not mail.outbox
    assert not due()
    assert "given up" in caplog.text


def test_two_at_the_same_time_send_it_once(account, server, monkeypatch, record):
    """The second looks for due mails while the first is sending one."""
    send = Server.send_messages

    def and_another_asks(self, messages):
        assert mails.send_due() == 0
        return send(self, messages)

    monkeypatch.setattr(Server, "send_messages", and_another_asks)
    record(Event.CONNECTED, account=account)
    assert server.tried == len(mail.outbox) == 1


def test_a_switch_counts_when_it_is_sent(account, server, monkeypatch, record):
    monkeypatch.setattr(server, "failure", ConnectionRefusedError())
    record(Event.DISCONNECTED, account=account)
    monkeypatch.setattr(server, "failure", None)
    User.objects.update(mail_about_links=False)
    with later(minutes=6):
        assert mails.send_due() == 0
    assert not mail.outbox
    assert not due()


@pytest.mark.parametrize("over", [Event.RECONNECTED, Event.DISCONNECTED])
def test_trouble_that_is_over_is_not_told_late(account, server, monkeypatch, over, record):
    monkeypatch.setattr(server, "failure", ConnectionRefusedError())
    record(Event.NEEDS_RECONNECTING, account=account)
    monkeypatch.setattr(server, "failure", None)
    cache.clear()
    record(over, account=account)
    with later(minutes=6):
        mails.send_due()
    assert len(mail.outbox) == 1
    assert due() == []


def test_whoever_is_gone_gets_none(account, server, monkeypatch, record):
    monkeypatch.setattr(server, "failure", ConnectionRefusedError())
    record(Event.CONNECTED, account=account)
    account.user.delete()
    monkeypatch.setattr(server, "failure", None)
    with later(minutes=6):
        assert mails.send_due() == 0
    assert mail.outbox == []


def test_no_mail_holds_a_token(op, committed, record):
    with committed():
        sign_in(op).is_signed_in()
    record(Event.RECONNECTED, account=AsanaAccount.objects.get())
    assert mail.outbox
    for sent in mail.outbox:
        assert not any(secret in str(sent.message()) for secret in op.secrets)


def test_a_mail_that_goes_out_twice_says_that_it_is_the_same(account, record):
    record(Event.CONNECTED, account=account)
    entry = AuditEntry.objects.get()
    again = mails.mail_for(entry, account.user)
    assert again.message()["Message-ID"] == mail.outbox[0].message()["Message-ID"]
    assert again.message()["Auto-Submitted"] == "auto-generated"
