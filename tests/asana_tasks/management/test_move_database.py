"""From a SQLite file to PostgreSQL: real rows of every table; what it refuses leaves no trace."""

import io
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import ConnectionHandler
from django.utils import timezone
from social_django.models import Association, Code, Nonce, Partial, UserSocialAuth

from accounts import tokens
from accounts.database_move import copying, target
from accounts.database_move.tables import every_table
from accounts.database_move.target import STORED_BY_MIGRATE
from accounts.models import (
    AsanaAccount,
    AuditEntry,
    ProviderDocument,
    Revocation,
    TokenFormat,
    User,
    WatchedSignIn,
)
from asana_tasks.models import FieldValue, FormerTask, Pass, SavedView, Tagging, Task, Worker
from tests.accounts.parallel import environment
from tests.people import Person
from tests.stand_in import ROOT

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("move_database")]
to_postgres = pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="moves to PostgreSQL only"
)
WHEN = "2026-11-28 12:00:00"

Contents = dict[str, list[dict[str, Any]]]


class SQLite:
    """A database of the site in a file, which takes the place of the test's while it is filled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def fill(self) -> Contents:
        """Copy every row of the test's database into it; return what it holds."""
        rows = {table.model: list(table.model._base_manager.all()) for table in every_table()}
        postgres = connections[DEFAULT_DB_ALIAS]
        engine = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(self.path)}
        connections[DEFAULT_DB_ALIAS] = ConnectionHandler({DEFAULT_DB_ALIAS: engine})[
            DEFAULT_DB_ALIAS
        ]
        try:
            with transaction.atomic():
                for model in rows:
                    model._base_manager.all().delete()
                for model, copies in rows.items():
                    model._base_manager.bulk_create(copies)
            return contents()
        finally:
            connection.close()
            connections[DEFAULT_DB_ALIAS] = postgres

    def run(self, *statements: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.path, isolation_level=None)) as opened:
            return [row for each in statements for row in opened.execute(each)]

    def digest(self) -> str:
        return sha256(self.path.read_bytes()).hexdigest()


def contents() -> Contents:
    return {
        table.name: list(table.model._base_manager.order_by("pk").values())
        for table in every_table()
    }


@pytest.fixture(scope="session")
def migrated(tmp_path_factory) -> Path:
    """Return a SQLite file in which every migration was run."""
    path = tmp_path_factory.mktemp("move") / "onelist.sqlite3"
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v", "0"],
        env={**os.environ, "DATABASE_URL": f"sqlite:///{path}", "VAR_DIR": str(path.parent)},
        cwd=ROOT,
        check=True,
    )
    return path


@pytest.fixture
def empty_source(migrated, tmp_path) -> SQLite:
    return SQLite(Path(shutil.copy(migrated, tmp_path / "old site.sqlite3")))


@pytest.fixture
def account(owner_with_tasks: Person) -> AsanaAccount:
    """Return an account of somebody who has rows in every table, of libraries too."""
    account = owner_with_tasks.account
    user, task = account.user, account.tasks.all()[0]
    user.groups.add(Group.objects.create(name="Auditors"))
    user.user_permissions.add(Permission.objects.first())
    SavedView.objects.create(user=user, name="Mine", query="kind=approval", is_start=True)
    Revocation.objects.create(user=user, encrypted_refresh_token="v2.abc.def", account_hash="1")
    AuditEntry.objects.create(
        event=AuditEntry.Event.SEEN,
        by=AuditEntry.By.SITE,
        address="2001:db8::ff",
        detail_args={"whole": 1e5, "nothing": None, "\u00e9": ["\u2713", 0.1, -0.0]},
    )
    ProviderDocument.objects.create(url="https://x/\u00e9", content={}, fetched_at=timezone.now())
    TokenFormat.objects.get_or_create(version=2)
    WatchedSignIn.objects.create(account=account, seen={"claims": ["sub"]})
    FormerTask.objects.create(account=account, gid="9", task_pk=9)
    FieldValue.objects.create(
        task=task, gid="1", name="Effort", kind="number", shown="0.1", rank=0.1, folded="0.1"
    )
    Tagging.objects.create(task=task, gid="tag", name="\U0001f680 launch\u2019s")
    at = timezone.now() - timedelta(hours=1)
    Pass.objects.create(
        workspace=task.workspace, number=1, offset="o", pages=1, tasks=1, unreadable=0,
        completed_since=at, began_at=at,
    )  # fmt: skip
    Worker.objects.create(name="gone:1", kind=Worker.Kind.EMBEDDED, started_at=at, seen_at=at)
    UserSocialAuth.objects.create(user=user, provider="asana", uid="1", extra_data={"a": 1})
    Nonce.objects.create(server_url="https://x", timestamp=1, salt="s")
    Association.objects.create(
        server_url="https://x", handle="h", secret="s", issued=1, lifetime=2, assoc_type="t"
    )
    Code.objects.create(email="ada@example.com", code="c")
    Partial.objects.create(token="t", next_step=1, backend="asana", data={"kwargs": {}})
    LogEntry.objects.create(
        user=user, content_type=ContentType.objects.get_for_model(User), action_flag=CHANGE
    )
    return account


@pytest.fixture
def moved_from(account: AsanaAccount, empty_source: SQLite) -> tuple[SQLite, Contents]:
    """Return a SQLite database with rows in every table, and them; PostgreSQL has none of them."""
    held = empty_source.fill()
    assert [name for name, rows in held.items() if not rows] == []
    clear()
    return empty_source, held


@pytest.fixture
def source(moved_from: tuple[SQLite, Contents]) -> SQLite:
    return moved_from[0]


def clear() -> None:
    """Leave in the test's database what `migrate` makes."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in every_table():
            if table.model._meta.label_lower not in STORED_BY_MIGRATE:
                cursor.execute(f"DELETE FROM {table.name}")
    Group.objects.filter(name="Auditors").delete()


def rows_in_postgres() -> list[str]:
    return [
        table.name
        for table in every_table()
        if table.model._meta.label_lower not in STORED_BY_MIGRATE
        and table.model._base_manager.exists()
    ]


def move(source: SQLite | Path) -> str:
    out = io.StringIO()
    path = source.path if isinstance(source, SQLite) else source
    call_command("move_database", "--from", str(path), stdout=out)
    return out.getvalue()


def refusal(source: SQLite | Path) -> str:
    with pytest.raises(CommandError) as caught:
        move(source)
    return str(caught.value)


@to_postgres
def test_every_row_arrives_under_its_key(moved_from, asana):
    source, held = moved_from
    digest = source.digest()
    told = move(source)
    assert contents() == held
    assert source.digest() == digest
    for name, rows in held.items():
        assert re.search(rf"^{name} +{len(rows)}  [0-9a-f]{{32}}$", told, re.MULTILINE), name
    assert f"Moved {sum(map(len, held.values()))} rows" in told


@to_postgres
def test_people_go_on_where_they_were(source, owner_with_tasks):
    move(source)
    page = owner_with_tasks.get("/tasks/")  # with the session of before
    assert page.status_code == 200
    assert Task.objects.first().name in page.content.decode()
    account = AsanaAccount.objects.get()
    assert tokens.access_token_for(account)


@to_postgres
def test_no_key_is_given_twice(source):
    source.run(
        "DELETE FROM asana_tasks_formertask",
        "UPDATE sqlite_sequence SET seq = 4711 WHERE name = 'asana_tasks_formertask'",
    )
    move(source)
    account = AsanaAccount.objects.get()
    assert FormerTask.objects.create(account=account, gid="10", task_pk=1).pk == 4712
    latest = AuditEntry.objects.order_by("-pk")[0].pk
    assert AuditEntry.objects.create(event="seen", by="site").pk == latest + 1


@to_postgres
def test_the_null_of_json_is_kept(source):
    source.run("UPDATE accounts_providerdocument SET content = 'null'")
    move(source)
    with connection.cursor() as cursor:
        cursor.execute("SELECT content::text FROM accounts_providerdocument")
        assert cursor.fetchall() == [("null",)]


@to_postgres
def test_an_old_format_of_tokens_stays_readable(source):
    """Keep that the source has no TokenFormat, of which `migrate` makes a row."""
    source.run("DELETE FROM accounts_tokenformat")
    move(source)
    assert not TokenFormat.objects.exists()


@to_postgres
@pytest.mark.parametrize(
    ("statement", "table", "why"),
    [
        ("UPDATE accounts_asanaaccount SET label = '{long}'", "accounts_asanaaccount",
         "label is longer than 40 characters"),
        ("UPDATE asana_tasks_task SET name = 'a' || char(0)", "asana_tasks_task",
         "name holds a NUL character"),
        ("UPDATE accounts_user SET name = CAST(x'61ff' AS TEXT)", "accounts_user",
         "name is not UTF-8"),
        ("UPDATE asana_tasks_task SET due_on = 'soon'", "asana_tasks_task", "due_on can't be read"),
        ("UPDATE asana_tasks_workspace SET synced_at = 'x'", "asana_tasks_workspace",
         "synced_at can't be read"),
        ("UPDATE asana_tasks_syncstate SET tasks = 1099511627776", "asana_tasks_syncstate",
         "PostgreSQL refuses it (NumericValueOutOfRange"),
        ("UPDATE asana_tasks_savedview SET position = 'first'", "asana_tasks_savedview",
         "PostgreSQL refuses it (ValueError"),
        ("UPDATE accounts_auditentry SET address = 'nowhere'", "accounts_auditentry",
         "PostgreSQL refuses it ("),
        ("UPDATE accounts_auditentry SET detail_args = '{{\"a\": \"\\u0000\"}}'",
         "accounts_auditentry", "a JSON value holds a NUL character"),
        ("DELETE FROM asana_tasks_project", "asana_tasks_placement",
         "its row of asana_tasks_project is missing"),
    ],
)  # fmt: skip
def test_rows_that_postgresql_refuses_are_named(source, statement, table, why):
    source.run("PRAGMA ignore_check_constraints = ON", statement.format(long="x" * 41))
    (key,) = [each.key for each in every_table() if each.name == table]
    keys = [row[0] for row in source.run(f"SELECT {key} FROM {table} ORDER BY rowid")]
    told = refusal(source)
    assert told.startswith("Nothing was written: PostgreSQL would not take these rows")
    for key in keys[:100]:
        assert f"\n{table}, key {key}: {why}" in told
    assert rows_in_postgres() == []


@to_postgres
def test_of_many_refused_rows_the_first_are_named_and_all_counted(source):
    long = "replace(hex(zeroblob(1001)), '0', 'x')"
    source.run(f"UPDATE asana_tasks_task SET permalink_url = {long}")
    number = source.run("SELECT count(*) FROM asana_tasks_task")[0][0]
    source.run(
        "UPDATE asana_tasks_placement SET section_gid = replace(hex(zeroblob(40)), '0', 'x')"
    )
    number += source.run("SELECT count(*) FROM asana_tasks_placement")[0][0]
    told = refusal(source).splitlines()
    assert f"would not take these rows ({number})" in told[0]
    assert (len(told), told[-1]) == (102, f"and {number - 100} more")


@to_postgres
def test_it_moves_into_an_empty_database_only(source):
    Worker.objects.create(name="here:1", kind=Worker.Kind.EMBEDDED)
    assert "is not empty (asana_tasks_worker has rows)" in refusal(source)
    assert rows_in_postgres() == ["asana_tasks_worker"]


@to_postgres
@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("DELETE FROM django_migrations WHERE app = 'accounts' AND name = '0001_initial'",
         "The SQLite database lacks migrations (accounts.0001_initial): run"),
        ("DELETE FROM django_migrations WHERE app = 'social_django'", "more): run"),
        ("INSERT INTO django_migrations (app, name, applied) VALUES ('x', '0099_y', '" + WHEN +
         "')", "is of another version of Onelist (x.0099_y): move it with that version"),
        ("DROP TABLE django_migrations", "is no database of Onelist"),
    ],
)  # fmt: skip
def test_both_have_had_the_same_migrations(empty_source, db, statement, why):
    empty_source.run(statement)
    assert why in refusal(empty_source)


@to_postgres
def test_the_target_has_no_pending_migration(empty_source, db):
    (latest,) = MigrationLoader(connection).graph.leaf_nodes("asana_tasks")
    MigrationRecorder(connection).record_unapplied(*latest)
    assert "DATABASE_URL waits for migrations: run `manage.py migrate`" in refusal(empty_source)


@to_postgres
def test_other_tables_are_named_and_stay(empty_source, db, capsys):
    empty_source.run("CREATE TABLE notes (text TEXT)")
    move(empty_source)
    assert "Not of Onelist, so not moved: notes" in capsys.readouterr().err


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="has SQLite as its target")
def test_the_target_is_postgresql(db, tmp_path):
    assert "DATABASE_URL must be the PostgreSQL to move to" in refusal(tmp_path / "nothing")


@to_postgres
@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("nothing", None, "can't be read: No such file or directory"),
        (".", None, "can't be read: Is a directory"),
        ("empty", b"", "is no SQLite database"),
        ("text", b"no database " * 500, "is no SQLite database"),
    ],
)
def test_the_source_is_a_file_of_sqlite(tmp_path, db, name, content, why):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert why in refusal(tmp_path / name)


@to_postgres
def test_a_damaged_file_is_a_sentence(source):
    size = source.path.stat().st_size
    with source.path.open("rb+") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    assert "can't be read: " in refusal(source)
    assert rows_in_postgres() == []


@pytest.fixture
def other_process(empty_source) -> Iterator[None]:
    """Keep a connection open elsewhere, as a site does that waits for a request."""
    script = (
        "import sqlite3, sys; opened = sqlite3.connect(sys.argv[1]);"
        "opened.execute('PRAGMA journal_mode=WAL');"
        "opened.execute('SELECT * FROM accounts_user').fetchall();"
        "print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(empty_source.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "open\n"
        yield
        process.stdin.close()


@to_postgres
def test_a_database_that_a_site_has_open_is_left_alone(empty_source, db, other_process):
    assert "is in use by another process: stop the site, its workers" in refusal(empty_source)


@to_postgres
def test_a_worker_of_lately_has_to_be_stopped(empty_source, db):
    now = timezone.now().replace(tzinfo=None).isoformat(" ")
    empty_source.run(
        "INSERT INTO asana_tasks_worker (name, kind, started_at, seen_at)"
        f" VALUES ('here:1', 'embedded', '{now}', '{now}')"
    )
    assert "The worker here:1 was at work within 30 seconds: stop it" in refusal(empty_source)


@to_postgres
def test_what_is_written_meanwhile_is_not_lost(source, monkeypatch):
    compare = copying.compare

    def write_and_compare(*args: Any) -> None:
        source.run("UPDATE accounts_user SET time_zone = 'Europe/Berlin'")
        compare(*args)

    source.run("PRAGMA journal_mode=WAL")
    monkeypatch.setattr(copying, "compare", write_and_compare)
    assert "was changed meanwhile. Stop the site, its workers" in refusal(source)
    assert rows_in_postgres() == []


@to_postgres
def test_a_difference_is_noticed(source, monkeypatch):
    insert = target.insert

    def insert_and_forget(table, rows, refused):
        insert(table, rows[1:] if table.name == "asana_tasks_task" else rows, refused)

    monkeypatch.setattr(target, "insert", insert_and_forget)
    monkeypatch.setattr(target, "check_references", lambda: None)
    assert "asana_tasks_task would not be the same (" in refusal(source)


@to_postgres
def test_killed_half_way_it_leaves_nothing(transactional_db, source):
    script = (
        "import os, django; django.setup(); from accounts.database_move import copying;"
        "from django.core.management import call_command;"
        f"copying.compare = lambda *_: os.kill(os.getpid(), {int(signal.SIGKILL)});"
        f"call_command('move_database', '--from', {str(source.path)!r})"
    )
    env = {**environment(), "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run([sys.executable, "-c", script], env=env, cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    assert rows_in_postgres() == []
    assert "Moved " in move(source)
