"""The PostgreSQL of DATABASE_URL, to which a database is moved: migrated, and without rows."""

from typing import Any, Final

from django.db import (
    DataError,
    IntegrityError,
    OperationalError,
    ProgrammingError,
    connection,
    transaction,
)
from django.db.migrations.recorder import MigrationRecorder

from accounts.database import pending_migrations
from accounts.database_move.checksums import Checksum
from accounts.database_move.refusals import CannotMove, RefusedRows
from accounts.database_move.tables import Json, Row, Table

SECONDS_FOR_LOCKS: Final = 5
# What `migrate` stores itself, and the moved rows take the place of
STORED_BY_MIGRATE: Final = {
    "accounts.tokenformat",
    "auth.group",
    "auth.group_permissions",
    "auth.permission",
    "contenttypes.contenttype",
}
UNTRANSLATABLE: Final = "22P05"  # SQLSTATE of a \\u0000 in a JSON value
# For a row, not for a connection that broke
REFUSALS: Final = (DataError, IntegrityError, ProgrammingError, TypeError, ValueError)

Migrations = set[tuple[str, str]]


def refuse_other_kinds() -> None:
    """Raise CannotMove unless DATABASE_URL is a PostgreSQL without pending migrations."""
    if connection.vendor != "postgresql":
        raise CannotMove(
            "DATABASE_URL must be the PostgreSQL to move to, such as "
            "postgres://user:password@host/onelist."
        )
    if pending_migrations():
        raise CannotMove(
            "The PostgreSQL of DATABASE_URL waits for migrations: run `manage.py migrate` first."
        )


def refuse_other_migrations(of_source: Migrations) -> None:
    """Raise CannotMove unless both databases have had the same migrations."""
    here = set(MigrationRecorder(connection).applied_migrations())
    if lacking := sorted(here - of_source):
        raise CannotMove(
            f"The SQLite database lacks migrations ({_named(lacking)}): run `manage.py migrate` "
            "with DATABASE_URL=sqlite:///… first."
        )
    if unknown := sorted(of_source - here):
        raise CannotMove(
            f"The SQLite database is of another version of Onelist ({_named(unknown)}): move it "
            "with that version."
        )


def _named(migrations: list[tuple[str, str]]) -> str:
    app, name = migrations[0]
    return f"{app}.{name}" + (f" and {more} more" if (more := len(migrations) - 1) else "")


def lock(tables: list[Table]) -> None:
    """Keep all others from writing to the tables until the transaction ends."""
    names = ", ".join(_quoted(table.name) for table in tables)
    try:
        _execute(f"SET LOCAL lock_timeout = '{SECONDS_FOR_LOCKS}s'")
        _execute(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE")
        _execute("SET LOCAL lock_timeout = 0")
    except OperationalError as error:
        raise CannotMove(
            "The PostgreSQL of DATABASE_URL is in use: stop what writes to it, and move again."
        ) from error


def empty(tables: list[Table]) -> None:
    """Remove what `migrate` has stored. Raises CannotMove if there are other rows."""
    for table in tables:
        if table.model._meta.label_lower in STORED_BY_MIGRATE:
            _execute(f"DELETE FROM {_quoted(table.name)}")  # noqa: S608 - a name of our own models
        elif table.model._base_manager.exists():
            raise CannotMove(
                f"The PostgreSQL of DATABASE_URL is not empty ({table.name} has rows): move to a "
                "new database, with nothing in it but what `manage.py migrate` makes."
            )


def insert(table: Table, rows: list[Row], refused: RefusedRows) -> None:
    """Insert rows, all or none; if PostgreSQL refuses them, halve them to find which ones."""
    if not rows:
        return
    try:
        with transaction.atomic():
            _insert(table, rows)
    except REFUSALS as error:
        if len(rows) == 1:
            refused.add(table.name, table.key_of(rows[0]), _why(error))
            return
        half = len(rows) // 2
        insert(table, rows[:half], refused)
        insert(table, rows[half:], refused)


def checksum_of(table: Table) -> Checksum:
    checksum = Checksum(table)
    for rows in table.chunks(connection):
        for row in rows:
            checksum.add(row)
    return checksum


def check_references() -> None:
    """Check foreign keys now, not when the transaction ends. Raises CannotMove."""
    try:
        connection.check_constraints()
    except IntegrityError as error:
        raise CannotMove(f"Nothing was written: {_why(error)}.") from error


def set_sequences(last_keys: dict[str, int], tables: list[Table]) -> None:
    """Let PostgreSQL go on numbering where SQLite was: no key of a deleted row is given again."""
    for table in tables:
        field = table.model._meta.auto_field
        if field is not None and (last := last_keys.get(table.name)):
            _execute(
                "SELECT setval(pg_get_serial_sequence(%s, %s), %s)",
                [_quoted(table.name), field.column, last],
            )


def _insert(table: Table, rows: list[Row]) -> None:
    columns = ", ".join(map(_quoted, table.columns))
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        # psycopg parses the placeholders of an INSERT for as long as PostgreSQL needs for it
        cursor.copy(f"COPY {_quoted(table.name)} ({columns}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(list(map(_prepared, table.fields, row)))


def _prepared(field: Any, value: Any) -> Any:
    """Return a value for psycopg. Unlike `get_db_prep_save`, keeps JSON's null."""
    if value is None:
        return None
    python = value.value if isinstance(value, Json) else value
    return field.get_db_prep_value(python, connection)


def _why(error: Exception) -> str:
    """Say why a row is refused, without repeating a value of it."""
    cause = error.__cause__
    about = getattr(cause, "diag", None)
    if getattr(cause, "sqlstate", None) == UNTRANSLATABLE:
        return "a JSON value holds a NUL character"
    where = about and (about.column_name or about.constraint_name)
    kind = type(cause or error).__name__
    return f"PostgreSQL refuses it ({kind}{f' of {where}' if where else ''})"


def _execute(statement: str, parameters: list[Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
