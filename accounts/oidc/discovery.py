"""Documents of the provider: fetched once a day, shared by all processes, kept during outages.

OpenID Connect Discovery 1.0 4.3 and RFC 8414 3.3 require the exact issuer. That all endpoints have
to be on the issuer's origin is our own rule: a changed document can't lead our client secret
elsewhere.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import ProviderDocument

logger = logging.getLogger(__name__)

MAX_AGE: Final = timedelta(days=1)
ASK_AGAIN_AFTER: Final = timedelta(minutes=5)
ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
OPTIONAL_ENDPOINTS: Final = ("revocation_endpoint", "introspection_endpoint")

Document = dict[str, Any]


class BadDocument(ValueError):
    """The error for a document that can't be trusted; its message says why."""


def document(
    url: str, fetch: Callable[[str], Any], check: Callable[[Any], None], *, newer: bool = False
) -> Document:
    """Return the document at `url`.

    1. Return our copy if it is younger than MAX_AGE, unless `newer` is set.
    2. Fetch and check the document, and keep a copy.
    3. If that fails, fall back on our last good copy, however old it is.

    Raises what `fetch` or `check` raises if there is no good copy.
    """
    copy = _good_copy(url, check)
    if copy and not newer and timezone.now() - copy.fetched_at < MAX_AGE:
        return dict(copy.content)
    try:
        content = fetch(url)
        check(content)
    except Exception as error:
        if copy is None:
            raise
        logger.warning("Keeping the last good copy of %s: %s", url, type(error).__name__)
        if not newer:
            _ask_again_later(copy)
        return dict(copy.content)
    _keep(url, content)
    return dict(content)


def _ask_again_later(copy: ProviderDocument) -> None:
    """Set the copy's age so that the next fetch is in ASK_AGAIN_AFTER.

    Otherwise every request would try again, and wait for its time limit.
    """
    fetched_at = timezone.now() - MAX_AGE + ASK_AGAIN_AFTER
    ProviderDocument.objects.filter(pk=copy.pk).update(fetched_at=fetched_at)


def _keep(url: str, content: Document) -> None:
    """Store a copy of a document.

    JSON can hold what our database can't (NaN, NUL): such a document is fetched each time.
    """
    try:
        with transaction.atomic():
            ProviderDocument.objects.update_or_create(
                url=url, defaults={"content": content, "fetched_at": timezone.now()}
            )
    except DatabaseError:
        logger.exception("%s could not be kept", url)


def _good_copy(url: str, check: Callable[[Any], None]) -> ProviderDocument | None:
    """Return our copy if it passes `check`, else None.

    The issuer may have been changed in the settings since it was stored.
    """
    copy = ProviderDocument.objects.filter(url=url).first()
    try:
        if copy:
            check(copy.content)
    except BadDocument:
        return None
    return copy


def check_configuration(content: Any) -> None:
    """Raise BadDocument unless it names our issuer and has all endpoints on the issuer's origin."""
    if not isinstance(content, dict):
        raise BadDocument("The discovery document is not an object")
    if content.get("issuer") != settings.ASANA_OIDC_ISSUER:
        raise BadDocument("The discovery document names another issuer")
    for name in ENDPOINTS + tuple(name for name in OPTIONAL_ENDPOINTS if name in content):
        endpoint = content.get(name)
        if not isinstance(endpoint, str) or not _same_origin(endpoint, settings.ASANA_OIDC_ISSUER):
            raise BadDocument(f"{name} is not on the issuer's origin")


def _same_origin(url: str, other: str) -> bool:
    try:
        return urlsplit(url)[:2] == urlsplit(other)[:2]
    except ValueError:
        return False


def check_keys(content: Any) -> None:
    """Raise BadDocument unless it is a JSON Web Key Set (RFC 7517 5)."""
    keys = content.get("keys") if isinstance(content, dict) else None
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        raise BadDocument("The key set is not one")
