"""A whole sign-in at the provider of these tests, and checks of its outcome."""

from dataclasses import dataclass
from html import unescape
from typing import Any

from django.test import Client

from accounts import tokens
from accounts.models import AsanaAccount, User
from accounts.oidc.authorization import scopes_for
from accounts.sign_in.failures import Failure
from accounts.sign_in.new_users import create_user
from tests.accounts.provider import PIA, Provider
from tests.people import authorize_url


@dataclass
class Outcome:
    op: Provider
    client: Client
    response: Any

    def is_signed_in(self) -> AsanaAccount:
        assert self.response.status_code == 302, self.response.content.decode()
        assert self.response["Location"] == "/tasks/start/"
        account = AsanaAccount.objects.get()
        assert self.client.session["_auth_user_id"] == str(account.user_id)
        self._told_no_secret()
        return account

    def is_refused(self, failure: Failure) -> None:
        """Check that the failure's page is shown, nobody is signed in and nothing is stored."""
        page = self.response.content.decode()
        assert (self.response.status_code, failure.status) == (failure.status, failure.status), page
        assert failure.title in unescape(page)
        assert "Traceback" not in page
        assert not User.objects.exists()
        assert not AsanaAccount.objects.exists()
        assert "_auth_user_id" not in self.client.session
        self._told_no_secret()

    def _told_no_secret(self) -> None:
        """Check that the browser got no secret, in the page or in a header.

        What the provider and other origins received is checked by the fixture `op`.
        """
        told = [self.response.content.decode(), *map(str, self.response.headers.values())]
        assert not [text for text in told if self.op.secret_in(text)]


def start(client: Client) -> str:
    return authorize_url(client)


def sign_in(op: Provider, client: Client | None = None) -> Outcome:
    client = client or Client()
    return Outcome(op, client, client.get(op.allow(start(client))))


def try_to_start(op: Provider) -> Outcome:
    """Press the sign-in button; return the outcome, which may be an error page."""
    client = Client()
    return Outcome(op, client, client.post("/login/asana/"))


def stored_account(op: Provider) -> AsanaAccount:
    """Store a user and an account with working tokens, in the state a sign-in leaves them."""
    profile = {"name": "Pia Lind", "email": "pia@example.org"}
    user = create_user(PIA, profile)
    account = AsanaAccount(user=user, gid=PIA, scope=" ".join(scopes_for()), **profile)
    tokens.store(account, op.grant())
    return AsanaAccount.objects.get()
