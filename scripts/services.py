"""A runner of commands with the URLs of a real PostgreSQL, Redis and RabbitMQ in TEST_…_URL.

They are looked for on their standard local ports. If PostgreSQL or Redis don't run, they are
installed and started (as root on Debian); if that is not possible, this fails and says so. Without
RabbitMQ, which is one of two brokers for Celery, its tests are left out, and a line says so; with
RABBITMQ_REQUIRED=1, as the gate sets it (.ci/run), this fails too.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import kombu
import psycopg
import redis

RABBITMQ = "amqp://guest:guest@127.0.0.1:5672//"
REDIS = "redis://127.0.0.1:6379/9"
OURS = "postgres://onelist:onelist@127.0.0.1:5432/postgres"
POSTGRES = ("postgres://postgres@127.0.0.1:5432/postgres", OURS)
NO_RABBITMQ = "RabbitMQ doesn't answer on its standard local port, nor at TEST_RABBITMQ_URL"
CAN_INSTALL = shutil.which("apt-get") is not None and os.geteuid() == 0


def find_postgres() -> str | None:
    """Return the URL of a PostgreSQL that accepts us; None if there is none.

    With TEST_DATABASE_URL only that one is tried.
    """
    named = os.environ.get("TEST_DATABASE_URL")
    for url in [named] if named else POSTGRES:
        try:
            with psycopg.connect(url, connect_timeout=5):
                return url
        except psycopg.OperationalError:
            continue
    return None


def find_redis() -> str | None:
    url = os.environ.get("TEST_REDIS_URL") or REDIS
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=5) as client:
            client.ping()
    except redis.RedisError:
        return None
    return url


def find_rabbitmq() -> str | None:
    url = os.environ.get("TEST_RABBITMQ_URL") or RABBITMQ
    try:
        with kombu.Connection(url, connect_timeout=5) as connection:
            connection.connect()
    except kombu.exceptions.OperationalError:
        return None
    return url


def start_postgres() -> None:
    apt("postgresql")
    version = sorted(Path("/etc/postgresql").iterdir())[-1].name
    start = ["pg_ctlcluster", "--skip-systemctl-redirect", version, "main", "start"]
    subprocess.run(start, check=False)
    role = "CREATE ROLE onelist LOGIN CREATEDB PASSWORD 'onelist'"
    subprocess.run(["runuser", "-u", "postgres", "--", "psql", "-qc", role], check=False)


def start_redis() -> None:
    apt("redis-server")
    subprocess.run(
        ["redis-server", "--daemonize", "yes", "--bind", "127.0.0.1", "--save", ""], check=False
    )


def apt(package: str) -> None:
    subprocess.run(["apt-get", "update", "-qq"], check=False)
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "install", "-y", "-qq", package], env=environ, check=True)


def have(what: str, find: Callable[[], str | None], start: Callable[[], None]) -> str:
    url = find()
    if url is None and CAN_INSTALL:
        print(f"{what} doesn't answer: installing and starting it.", flush=True)
        start()
        url = find()
    if url is None:
        sys.exit(
            f"These tests need {what} on its standard local port, and it doesn't answer. "
            f"Start it, or name it with TEST_{'DATABASE' if what == 'PostgreSQL' else 'REDIS'}_URL."
        )
    return url


def main() -> None:
    os.environ["TEST_DATABASE_URL"] = have("PostgreSQL", find_postgres, start_postgres)
    os.environ["TEST_REDIS_URL"] = have("Redis", find_redis, start_redis)
    if rabbitmq := find_rabbitmq():
        os.environ["TEST_RABBITMQ_URL"] = rabbitmq
    elif os.environ.get("RABBITMQ_REQUIRED"):
        sys.exit(f"{NO_RABBITMQ}. Start it, or name it with TEST_RABBITMQ_URL.")
    else:
        print(f"{NO_RABBITMQ}: its tests of Celery are left out. Those with Redis run.")
    sys.stdout.flush()
    os.execvp(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    main()
