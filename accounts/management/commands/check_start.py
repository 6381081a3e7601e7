import socket
from typing import Any, Final
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error, connection

from accounts.database import pending_migrations, sqlite_file, where
from accounts.outage import reason
from accounts.private_files import make_private

PORTS: Final = {"amqp": 5672, "amqps": 5671, "redis": 6379, "rediss": 6379}


class Command(BaseCommand):
    help = "Check what a start depends on, and fail with a sentence; take files away from others."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, help="the port that the site will listen on")

        parser.add_argument(
            "--migrated",
            action="store_true",
            help="refuse a database whose migrations have not been run",
        )

    def handle(self, *args: Any, port: int | None, migrated: bool, **options: Any) -> None:
        for sentence in make_private(sqlite_file()):
            self.stderr.write(sentence)
        if port is not None:
            _check_port(port)
        _check_database()
        if migrated:
            _check_migrations()
        _check_redis()
        _check_broker()


def _check_port(port: int) -> None:
    """Compare the port with that of SITE_URL; a proxy in between has a port of its own."""
    expected = urlsplit(settings.SITE_URL).port or 80
    if settings.SECURE or settings.TRUSTED_PROXIES or port == expected:
        return
    raise CommandError(
        f"PORT is {port}, but SITE_URL is {settings.SITE_URL}: Asana would send people to port "
        f"{expected}. Let both name the same port."
    )


def _check_database() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        raise CommandError(
            f"DATABASE_URL: {where()} can't be used: {reason(error)}. Check that it runs, and that "
            "name, password and path are right."
        ) from error


def _check_migrations() -> None:
    """Refuse to run on a database older than this version. A newer one is as good (upgrades)."""
    if pending := pending_migrations():
        raise CommandError(
            f"DATABASE_URL: {where()} lacks {len(pending)} of this version's migrations: run "
            "`manage.py migrate` first."
        )


def _check_redis() -> None:
    if not settings.REDIS_URL:
        return
    try:
        with redis.from_url(settings.REDIS_URL, socket_connect_timeout=5, socket_timeout=5) as it:
            it.ping()
    except (redis.RedisError, OSError, ValueError) as error:
        parts = urlsplit(settings.REDIS_URL)
        raise CommandError(
            f"REDIS_URL: Redis at {parts.hostname}:{parts.port or 6379} can't be used "
            f"({type(error).__name__}). Check that it runs, and that name and password are right."
        ) from error


def _check_broker() -> None:
    """Look whether a broker for Celery of its own can be reached; Celery itself signs in there."""
    if settings.CELERY_BROKER_URL in {"", settings.REDIS_URL}:
        return
    parts = urlsplit(settings.CELERY_BROKER_URL)
    port = parts.port or PORTS[parts.scheme]
    try:
        socket.create_connection((parts.hostname, port), timeout=5).close()
    except OSError as error:
        raise CommandError(
            f"CELERY_BROKER_URL: nothing answers at {parts.hostname}:{port} "
            f"({type(error).__name__}). Check that the broker runs."
        ) from error
