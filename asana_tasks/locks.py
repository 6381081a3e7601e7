"""Row locks of accounts and their tasks, in the order of `accounts/locks.py` (3, then 6)."""

from typing import Any

from django.db import connection
from django.db.models import QuerySet

from accounts.models import AsanaAccount


def lock_accounts(*account_pks: int) -> None:
    """Lock accounts FOR KEY SHARE, in the order of their keys (order: accounts/locks.py, 3).

    Blocks a disconnect until the transaction ends. Does not block updates of the rows: a token
    refresh waits for Asana, and pages of tasks can be stored meanwhile.
    """
    if connection.vendor != "postgresql":  # SQLite has a single writer
        return
    table = connection.ops.quote_name(AsanaAccount._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM {table} WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE",  # noqa: S608
            [list(account_pks)],
        )


def lock_tasks(tasks: QuerySet[Any]) -> None:
    """Lock the accounts of these tasks, then the tasks (order: accounts/locks.py, 3 and 6)."""
    lock_accounts(*tasks.order_by("account").values_list("account_id", flat=True).distinct())
    list(tasks.select_for_update().order_by("pk").values_list("pk", flat=True))
