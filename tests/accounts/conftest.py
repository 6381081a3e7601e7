from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet

from accounts.models import AsanaAccount, AuditEntry, WatchedSignIn
from tests.accounts import replies
from tests.accounts.provider import Provider
from tests.accounts.sign_ins import sign_in


@pytest.fixture(scope="session")
def running_provider() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.close()


@pytest.fixture
def op(db, settings, running_provider: Provider, caplog) -> Iterator[Provider]:
    """The OpenID provider the site is pointed at; it does everything right.

    After each test, whatever it was about: no secret left the provider's origin, none stood in an
    address or a header but the bearer token's own, and none was logged or written down.
    """
    running_provider.reset()
    settings.ASANA_OIDC_ENDPOINT = settings.ASANA_OIDC_ISSUER = running_provider.issuer
    yield running_provider
    assert running_provider.leaks == []
    assert not running_provider.secret_in(caplog.text)
    for rows in (AuditEntry.objects, WatchedSignIn.objects):
        assert not running_provider.secret_in(str(list(rows.values())))


@pytest.fixture
def account(op) -> AsanaAccount:
    account: AsanaAccount = sign_in(op).is_signed_in()
    return account


@pytest.fixture
def old_key(settings) -> str:
    key: str = settings.TOKEN_KEYS[0]
    return key


@pytest.fixture
def new_key(settings, old_key) -> str:
    """In front of the old one."""
    key = Fernet.generate_key().decode()
    settings.TOKEN_KEYS = [key, old_key]
    return key


@pytest.fixture
def as_if_deployed(settings) -> None:
    """Without what only tests set, and is found: DJANGO_ALLOW_ASYNC_UNSAFE, STATIC_ROOT."""
    silenced = [*settings.SILENCED_SYSTEM_CHECKS, "async.E001", "staticfiles.E002"]
    settings.SILENCED_SYSTEM_CHECKS = silenced


@pytest.fixture
def hasty(request, monkeypatch) -> None:
    """For a `reply` that drips we wait for less than half a second instead of ten."""
    if request.node.callspec.params["reply"] in {replies.drips_headers, replies.drips_a_body}:
        monkeypatch.setattr("accounts.http.SECONDS", 0.4)
