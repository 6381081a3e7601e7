"""Users for tests, signed in over HTTP through the stand-in's consent page, or by rows."""

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client
from django.utils import timezone
from django.utils.crypto import get_random_string
from qsessions.models import Session

from accounts import fresh_sign_in, tokens
from accounts.codes import Detail
from accounts.models import AsanaAccount, AuditEntry, User
from accounts.oidc.authorization import scopes_for
from accounts.session_store import SessionStore
from accounts.sign_in.new_users import create_user
from tests.stand_in import StandIn


def path_of(url: str) -> str:
    """Return path and query of `url`, for the test client."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def authorize_url(client: Client, path: str = "/login/asana/", **data: str) -> str:
    """Return the address to which the sign-in button redirects."""
    response = client.post(path, data)
    assert response.status_code == 302, response.content
    return response["Location"]


def sign_in(client: Client, asana: StandIn, person: str, **data: str) -> Any:
    """Sign in through the consent page; return the site's response to the callback."""
    return client.get(path_of(asana.allow(authorize_url(client, **data), person)))


def log_in(user: User, account: AsanaAccount | None = None) -> Client:
    """Return a client in which that user is signed in, by `account` or else by a password.

    Stores what Django's `force_login` does except `last_login`, in two statements, not a dozen.
    """
    backend = settings.AUTHENTICATION_BACKENDS[0 if account else 1]
    data = {
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: backend,
        HASH_SESSION_KEY: user.get_session_auth_hash(),
        fresh_sign_in.KEY: time.time(),
    }
    now = timezone.now()
    session = Session(
        session_key=get_random_string(32),
        session_data=SessionStore().encode(data),
        expire_date=now + timedelta(seconds=settings.SESSION_COOKIE_AGE),
        created_at=now,
        user=user,
    )
    Session.objects.bulk_create([session])
    AuditEntry.objects.create(
        event=AuditEntry.Event.SIGNED_IN,
        user=user,
        account_gid=account.gid if account else "",
        account_name=account.asana_name if account else "",
        by=AuditEntry.By.SOMEBODY,
        detail=Detail.WITH_ASANA if account else Detail.WITH_PASSWORD,
    )
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client


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

        Unlike a sign-in, this stores no entry "connected" and no nonce, sends no mail, and leaves
        out address and browser of the session and our copies of the provider's documents.
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
        return cls(log_in(account.user, account), AsanaAccount.objects.get(pk=account.pk))

    @property
    def user(self) -> User:
        return self.account.user

    def allow_writing(self, asana: StandIn) -> None:
        """Replace the account's grant with one that allows changing tasks, without consent page."""
        granted = asana.grant(self.account.gid, " ".join(scopes_for(writing=True)))
        self.account.scope = granted["scope"]
        tokens.store(self.account, granted)

    def get(self, path: str, **kwargs) -> Any:
        return self.client.get(path, **kwargs)

    def post(self, path: str, data: dict | None = None, **kwargs) -> Any:
        return self.client.post(path, data, **kwargs)
