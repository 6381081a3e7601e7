"""People who sign in the real way: over HTTP, through the stand-in's consent page."""

from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from django.test import Client

from accounts.models import AsanaAccount, User
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

    @property
    def user(self) -> User:
        return self.account.user

    def get(self, path: str, **kwargs) -> Any:
        return self.client.get(path, **kwargs)

    def post(self, path: str, data: dict | None = None, **kwargs) -> Any:
        return self.client.post(path, data, **kwargs)
