"""People of the tests: signed in over HTTP through the stand-in's consent page, or by rows."""

from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client

from accounts import tokens
from accounts.models import AsanaAccount, User
from accounts.oidc.authorization import scopes_for
from accounts.sign_in.new_users import create_user
from tests.stand_in import StandIn


def path_of(url: str) -> str:
    """What a browser asks our server for when sent to `url`."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def authorize_url(client: Client, path: str = "/login/asana/", **data: str) -> str:
    """Where pressing the button sends the browser."""
    response = client.post(path, data)
    assert response.status_code == 302, response.content
    return response["Location"]


def sign_in(client: Client, asana: StandIn, person: str, **data: str) -> Any:
    """The whole way; returns our answer to the callback."""
    return client.get(path_of(asana.allow(authorize_url(client, **data), person)))


@dataclass
class Person:
    client: Client
    account: AsanaAccount

    @classmethod
    def signed_in(cls, asana: StandIn, gid: str) -> Self:
        client = Client()
        response = sign_in(client, asana, gid)
        assert response.status_code == 302, response.content
        return cls(client, AsanaAccount.objects.get(gid=gid))

    @classmethod
    def stored(cls, asana: StandIn, gid: str) -> Self:
        """Store a user, an account with working tokens and a session; no sign-in happens.

        Of what a sign-in leaves, only this is missing: the entry "connected" and its mail, the
        address and browser of the session, and our copy of what the provider says of itself.
        """
        granted = asana.grant(gid, " ".join(scopes_for()))
        profile = granted["userinfo"]
        account = AsanaAccount(
            user=create_user(gid, profile),
            gid=gid,
            name=profile["name"],
            email=profile["email"],
            picture_url=profile.get("picture", ""),
            scope=granted["scope"],
        )
        tokens.store(account, granted)
        user: Any = account.user
        user.social_user = account  # as social-auth leaves whoever signs in
        client = Client()
        client.force_login(user, settings.AUTHENTICATION_BACKENDS[0])
        return cls(client, AsanaAccount.objects.get(pk=account.pk))

    @property
    def user(self) -> User:
        return self.account.user

    def allow_writing(self, asana: StandIn) -> None:
        """Replace the account's grant with one that lets us change tasks; nobody is asked."""
        granted = asana.grant(self.account.gid, " ".join(scopes_for(writing=True)))
        self.account.scope = granted["scope"]
        tokens.store(self.account, granted)

    def get(self, path: str, **kwargs) -> Any:
        return self.client.get(path, **kwargs)

    def post(self, path: str, data: dict | None = None, **kwargs) -> Any:
        return self.client.post(path, data, **kwargs)
