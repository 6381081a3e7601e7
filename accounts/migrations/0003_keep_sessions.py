"""Sessions move to a table that says whose they are; nobody is signed out by that."""

from datetime import UTC, datetime
from typing import Any

from django.apps.registry import Apps
from django.contrib.auth import SESSION_KEY
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone
from qsessions.backends.db import SessionStore

OLD = "django_session"


def move_sessions(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    connection = editor.connection
    with connection.cursor() as cursor:
        if OLD not in connection.introspection.table_names(cursor):
            return
        cursor.execute(f"SELECT session_key, session_data, expire_date FROM {OLD}")  # noqa: S608
        rows = cursor.fetchall()
    people = set(apps.get_model("accounts", "User").objects.values_list("pk", flat=True))
    moved = [_moved(apps, row, people) for row in rows]
    sessions = apps.get_model("qsessions", "Session").objects
    sessions.bulk_create([each for each in moved if each], batch_size=500, ignore_conflicts=True)
    editor.execute(f"DROP TABLE {OLD}")


def _moved(apps: Apps, row: tuple[str, str, Any], people: set[int]) -> Any:
    """None for one that opens nothing any more: expired, unreadable, or somebody's who is gone."""
    key, data, expires_at = row
    if isinstance(expires_at, str):  # SQLite's
        expires_at = datetime.fromisoformat(expires_at)
    if timezone.is_naive(expires_at):
        expires_at = expires_at.replace(tzinfo=UTC)
    content = SessionStore().decode(data)
    user = content.get(SESSION_KEY)
    if expires_at <= timezone.now() or not content or (user and int(user) not in people):
        return None
    return apps.get_model("qsessions", "Session")(
        session_key=key, session_data=data, expire_date=expires_at, user_id=user
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_linked_accounts_for_life"),
        ("qsessions", "0002_session_created_at"),
    ]
    operations = [migrations.RunPython(move_sessions)]  # there is no way back without signing out
