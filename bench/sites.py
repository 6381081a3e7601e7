"""The site to measure: production settings, and a database that is removed at the end."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from cryptography.fernet import Fernet
from django.core.management.utils import get_random_secret_key
from psycopg import sql

from scripts.ports import free_port
from scripts.services import find_postgres, have, start_postgres
from tests.stand_in import StandIn

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Database:
    name: str
    url: str
    version: str


@contextmanager
def sqlite() -> Iterator[Database]:
    with TemporaryDirectory(prefix="onelist-bench-") as folder:
        yield Database("SQLite", f"sqlite:///{folder}/bench.sqlite3", sqlite3.sqlite_version)


@contextmanager
def postgresql(purpose: str = "bench") -> Iterator[Database]:
    server = have("PostgreSQL", find_postgres, start_postgres)
    name = f"onelist_{purpose}_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        version = str(connection.info.server_version // 10_000)
        try:
            url = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
            yield Database("PostgreSQL", url, version)
        finally:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
            connection.execute(drop.format(sql.Identifier(name)))


DATABASES = {"sqlite": sqlite, "postgresql": postgresql}
_migrated: dict[str, bytes] = {}  # a database without rows, by its name


@dataclass(frozen=True)
class Site:
    """The database, ports and environment of a site."""

    database: Database
    port: int
    asana_port: int
    redis_url: str = ""

    @classmethod
    def on(cls, database: Database) -> "Site":
        return cls(database, free_port(), free_port())

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        asana = f"http://127.0.0.1:{self.asana_port}/api/1.0"
        return {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "ENV_FILE": "",
            "SECRET_KEY": get_random_secret_key(),
            "TOKEN_KEYS": Fernet.generate_key().decode(),
            "SITE_URL": self.url,
            "SIGN_IN_RATE": "1000000/m",
            "ASANA_REQUESTS_PER_MINUTE": "100000",
            "DATABASE_URL": self.database.url,
            "REDIS_URL": self.redis_url,
            "ASANA_CLIENT_ID": StandIn.client_id,
            "ASANA_CLIENT_SECRET": StandIn.client_secret,
            "ASANA_OIDC_ENDPOINT": asana,
            "ASANA_API_URL": asana,
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }

    def manage(self, environment: dict[str, str], *command: str) -> None:
        subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True
        )

    def migrate(self, environment: dict[str, str]) -> None:
        """Make the tables. Each SQLite database but the first is a copy, which saves seconds."""
        path = Path(self.database.url.removeprefix("sqlite:///"))
        if self.database.name in _migrated:
            path.write_bytes(_migrated[self.database.name])
            return
        self.manage(environment, "migrate", "--verbosity", "0")
        if self.database.name == "SQLite":
            _migrated[self.database.name] = path.read_bytes()

    def measure(self, part: str, **options: Any) -> Any:
        """Run `bench.<part>` in a process with this site's settings; return its result."""
        environment = self.environment
        self.migrate(environment)
        options = {**options, "asana_port": self.asana_port, "site_url": self.url}
        process = subprocess.run(
            [sys.executable, "-m", "bench.inside", part, json.dumps(options)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            check=True,
        )
        return json.loads(process.stdout)
