from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet

from accounts.models import AsanaAccount, AuditEntry, WatchedSignIn
from tests.accounts import replies
from tests.accounts.provider import Provider
from tests.accounts.sign_ins import sign_in, stored_account


@pytest.fixture(scope="session")
def running_provider() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.close()


@pytest.fixture
def op(db, settings, running_provider: Provider, caplog) -> Iterator[Provider]:
    """Yield the OpenID provider that the settings name; by default it responds correctly.

    After each test, check that no secret was sent to another origin, stood in an address or in a
    header other than the bearer token's, was logged, or was stored in an audit entry or a
    `WatchedSignIn`.
    """
    running_provider.reset()
    settings.ASANA_OIDC_ENDPOINT = settings.ASANA_OIDC_ISSUER = running_provider.issuer
    yield running_provider
    assert running_provider.leaks == []
    assert not running_provider.secret_in(caplog.text)
    for rows in (AuditEntry.objects, WatchedSignIn.objects):
        assert not running_provider.secret_in(str(list(rows.values())))


@pytest.fixture
def account(op: Provider) -> AsanaAccount:
    """Store the account of the provider's person, with working tokens; no sign-in happens."""
    return stored_account(op)


@pytest.fixture
def signed_in_account(op: Provider) -> AsanaAccount:
    """Return the account that a whole sign-in stores, for tests about what a sign-in leaves."""
    return sign_in(op).is_signed_in()


@pytest.fixture
def old_key(settings) -> str:
    key: str = settings.TOKEN_KEYS[0]
    return key


@pytest.fixture
def new_key(settings, old_key) -> str:
    """Set a new token key in front of the old one; return the new one."""
    key = Fernet.generate_key().decode()
    settings.TOKEN_KEYS = [key, old_key]
    return key


@pytest.fixture
def as_if_deployed(settings) -> None:
    """Silence the checks of what only tests set: DJANGO_ALLOW_ASYNC_UNSAFE, STATIC_ROOT."""
    silenced = [*settings.SILENCED_SYSTEM_CHECKS, "async.E001", "staticfiles.E002"]
    settings.SILENCED_SYSTEM_CHECKS = silenced


@pytest.fixture
def hasty(request, monkeypatch) -> None:
    """Limit requests to 0.4 seconds instead of ten if the test's `reply` drips."""
    if request.node.callspec.params["reply"] in {replies.drips_headers, replies.drips_a_body}:
        monkeypatch.setattr("accounts.http.SECONDS", 0.4)
