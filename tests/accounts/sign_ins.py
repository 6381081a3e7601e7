"""A whole sign-in at the provider of these tests, and what is to be true after it."""

from dataclasses import dataclass
from html import unescape
from typing import Any

from django.test import Client

from accounts.models import AsanaAccount, User
from accounts.sign_in.failures import Failure
from tests.accounts.provider import Provider
from tests.people import authorize_url


@dataclass
class Outcome:
    op: Provider
    client: Client
    response: Any

    def is_signed_in(self) -> AsanaAccount:
        assert self.response.status_code == 302, self.response.content.decode()
        assert self.response["Location"] == "/tasks/"
        account = AsanaAccount.objects.get()
        assert self.client.session["_auth_user_id"] == str(account.user_id)
        self._told_no_secret()
        return account

    def is_refused(self, failure: Failure) -> None:
        """With its page; nobody is let in, nothing is kept."""
        page = self.response.content.decode()
        assert (self.response.status_code, failure.status) == (failure.status, failure.status), page
        assert failure.title in unescape(page)
        assert "Traceback" not in page
        assert not User.objects.exists()
        assert not AsanaAccount.objects.exists()
        assert "_auth_user_id" not in self.client.session
        self._told_no_secret()

    def _told_no_secret(self) -> None:
        """To the browser: not in the page, and not where it is sent (what the provider and all
        others got to see is asked after each test, by the fixture `op`)."""
        told = [self.response.content.decode(), *map(str, self.response.headers.values())]
        assert not [text for text in told if self.op.secret_in(text)]


def start(client: Client) -> str:
    return authorize_url(client)


def sign_in(op: Provider, client: Client | None = None) -> Outcome:
    client = client or Client()
    return Outcome(op, client, client.get(op.allow(start(client))))


def try_to_start(op: Provider) -> Outcome:
    """For providers that are so wrong that nobody is even sent there."""
    client = Client()
    return Outcome(op, client, client.post("/login/asana/"))
