from collections.abc import Iterator

import pytest

from tests.accounts.provider import Provider


@pytest.fixture(scope="session")
def running_provider() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.close()


@pytest.fixture
def op(db, settings, running_provider: Provider) -> Provider:
    """The OpenID provider the site is pointed at; it does everything right."""
    running_provider.reset()
    settings.ASANA_OIDC_ENDPOINT = settings.ASANA_OIDC_ISSUER = running_provider.issuer
    return running_provider


@pytest.fixture
def hasty(monkeypatch) -> None:
    """We wait for a fifth of a second instead of ten."""
    monkeypatch.setattr("accounts.http.SECONDS", 0.2)
