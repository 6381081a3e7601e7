"""A mail tells of every sign-in from a browser that was not seen before."""

import pytest
from django.core import mail
from django.test import Client

from accounts.models import AuditEntry, User
from tests.accounts.sign_ins import sign_in

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/{}.0"
SAFARI = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_1) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/17.1 Safari/605.1.15"
)
SUBJECT = "Onelist: a sign-in from a new browser"


@pytest.fixture
def sends_mail(settings) -> None:
    settings.SENDS_MAIL = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def told() -> int:
    return [each.subject for each in mail.outbox].count(SUBJECT)


@pytest.mark.django_db(transaction=True)
def test_only_the_first_sign_in_with_another_one_is_told(op, sends_mail):
    for browser in (FIREFOX.format(128), FIREFOX.format(129)):
        sign_in(op, Client(headers={"user-agent": browser})).is_signed_in()
    assert told() == 0
    User.objects.update(mail_about_links=False, mail_about_trouble=False)
    for _ in range(2):
        sign_in(op, Client(headers={"user-agent": SAFARI})).is_signed_in()
    assert told() == 1
    body = mail.outbox[-1].body
    assert "Safari on macOS, from 127.0.0.1" in body
    assert "/accounts/sessions/" in body
    assert "switched on" not in body


@pytest.mark.django_db(transaction=True)
def test_so_is_one_with_a_password(sends_mail):
    User.objects.create_superuser("root", password="root", email="root@example.com")
    for browser in (FIREFOX.format(128), SAFARI):
        client = Client(headers={"user-agent": browser})
        client.post("/admin/login/", {"username": "root", "password": "root"})
    assert told() == 1
    entries = AuditEntry.objects.filter(event="signed_in").order_by("pk")
    assert [entry.detail_args for entry in entries] == [{}, {"new_browser": True}]
