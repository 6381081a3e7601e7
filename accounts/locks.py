"""Row locks, and the order in which the whole site takes them.

With one order, no two transactions wait for each other (PostgreSQL would end one of them as a
deadlock):

1. the administrators, by their keys: `lock_administrators`
2. the user: `lock_user`
3. the linked account: `lock_account`; code that only needs it not to be deleted locks it FOR KEY
   SHARE, several in the order of their keys (`asana_tasks/locks.py`)
4. its waiting revocations
5. the state of its sync
6. its workspaces, projects and tasks, tasks in the order of their keys (`asana_tasks/locks.py`)

A transaction may leave out any of these, but not change the order. A row of the audit log or of a
session is locked alone, or last. SQLite has no row locks: it allows one writing transaction.

FOR NO KEY UPDATE doesn't block writing rows that refer to the locked one: an entry in the history
of a user, or a page of tasks of an account whose token is being stored.
"""

from accounts.models import AsanaAccount, User


def lock_administrators() -> None:
    """Lock every superuser (order: locks.py, 1).

    Otherwise two administrators could delete themselves at the same time, and leave none.
    """
    administrators = User.objects.select_for_update(no_key=True).filter(is_superuser=True)
    list(administrators.order_by("pk"))


def lock_user(pk: int) -> User:
    """Lock and return a user as it is now (order: locks.py, 2). Raises User.DoesNotExist.

    It blocks transactions that delete the user, or delete or connect one of their accounts.
    """
    return User.objects.select_for_update(no_key=True).get(pk=pk)


def lock_account(pk: int, *, key: bool = True) -> AsanaAccount:
    """Lock and return an account as it is now (order: locks.py, 3). Raises DoesNotExist.

    `key` locks it FOR UPDATE, as deleting needs: then no tasks can be stored for it meanwhile.
    """
    return AsanaAccount.objects.select_for_update(no_key=not key).get(pk=pk)
