"""Readers of settings that say where other programs are: database, Redis, the way to Asana."""

import ssl
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from config import environment
from config.addresses import HOST_NAME

POSTGRES: Final = "django.db.backends.postgresql"
SQLITE: Final = "django.db.backends.sqlite3"
POSTGRES_OPTIONS: Final = {  # libpq waits for ever for a host that has vanished, unless told
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
    # A process that is stopped within a transaction keeps its locks no longer.
    "options": "-c idle_in_transaction_session_timeout=30s",
}
POOL: Final = {
    "min_size": 0,  # none is opened before it is needed, nor again and again during an outage
    "timeout": 3,  # seconds for a free connection; then it is an outage (503)
    "max_idle": 60,
    "reconnect_timeout": 1,
}
SQLITE_OPTIONS: Final = {
    # Writers queue at BEGIN instead of failing at their first write.
    "transaction_mode": "IMMEDIATE",
    # Nobody waits for Asana with the lock. A web request waits for it so long, then answers 503.
    "timeout": 5,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}
AMQP: Final = {"amqp", "amqps"}
REDIS_TIMEOUTS: Final = {"socket_connect_timeout": 2, "socket_timeout": 2}


def database(name: str, default: Path, connections: int) -> dict[str, Any]:
    """Return Django's settings of a PostgreSQL or SQLite. No error repeats the password.

    `connections` is how many a process has to PostgreSQL at most, shared by its threads.
    """
    url = environment.text(name) or f"sqlite:///{default}"
    try:
        parsed: dict[str, Any] = dict(
            dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True)
        )
    except (dj_database_url.UnknownSchemeError, dj_database_url.ParseError) as error:
        if "://" in url and isinstance(error, dj_database_url.UnknownSchemeError):
            raise _unknown(name, url) from None
        raise ImproperlyConfigured(
            f"{name} can't be read: it must be such as postgres://user:password@host/onelist, with "
            "special characters percent-encoded"
        ) from None
    if parsed["ENGINE"] not in {POSTGRES, SQLITE}:
        raise _unknown(name, url)
    if not parsed["NAME"] or (parsed["NAME"] == ":memory:" and "memory" not in url):
        raise ImproperlyConfigured(f"{name} names no database, such as /onelist at its end")
    if parsed["ENGINE"] == SQLITE:
        parsed["OPTIONS"] = SQLITE_OPTIONS
    else:
        parsed["CONN_MAX_AGE"] = 0  # the pool keeps them
        pool = POOL | {"max_size": connections}
        parsed["OPTIONS"] = POSTGRES_OPTIONS | parsed.get("OPTIONS", {}) | {"pool": pool}
    return parsed


def _unknown(name: str, url: str) -> ImproperlyConfigured:
    scheme = url.partition("://")[0]
    return ImproperlyConfigured(
        f"{name} must begin with postgres:// or sqlite:///, not with {scheme}://"
    )


def redis(name: str) -> str:
    """Return the URL of a Redis, '' for none. No error repeats the password."""
    url = environment.text(name)
    if url and not _is_redis(url):
        raise ImproperlyConfigured(
            f"{name} must be such as redis://localhost:6379/0, or rediss:// with TLS"
        )
    return url


def broker(name: str, default: str) -> str:
    """Return the URL of Celery's broker, a Redis or RabbitMQ. No error repeats the password."""
    url = environment.text(name) or default
    if url and not _is_redis(url) and _scheme(url) not in AMQP:
        raise ImproperlyConfigured(
            f"{name} must be such as redis://localhost:6379/0 or "
            "amqp://user:password@localhost:5672/onelist; with TLS rediss:// or amqps://"
        )
    return url


def _is_redis(url: str) -> bool:
    if _scheme(url) not in {"redis", "rediss"}:
        return False
    return (urlsplit(url).path.strip("/") or "0").isdecimal()


def _scheme(url: str) -> str:
    """Return the scheme of the URL of a server, '' if it is none."""
    try:
        parts = urlsplit(url)
        is_right = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return ""
    return parts.scheme if is_right else ""


def proxy(name: str) -> str:
    """Return the URL of an HTTP proxy, '' for none. No error repeats the password."""
    url = environment.text(name)
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        is_right = bool(HOST_NAME.fullmatch(parts.hostname or "")) and parts.port != 0
    except ValueError:
        is_right = False
    if not is_right or parts.scheme not in {"http", "https"} or parts.path.strip("/"):
        raise ImproperlyConfigured(
            f"{name} must be such as http://proxy.example.com:3128 or "
            "http://name:password@proxy.example.com:3128"
        )
    return url


def certificates(name: str) -> str:
    """Return the path of a file with certificates of authorities (PEM), '' for none."""
    path = environment.text(name)
    if not path:
        return ""
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cafile=path)
    except OSError as error:  # ssl.SSLError too
        raise ImproperlyConfigured(
            f"{name} must name a file of certificates in PEM that can be read, not {path!r}"
        ) from error
    return path
