"""The order in which rows are locked, in all of the site, so that no two transactions wait for each
other (PostgreSQL would end one of them as a deadlock):

1. the administrators, by their keys: `lock_administrators`
2. the user: `lock_user`
3. the linked account: `lock_account`; whoever only needs it to stay locks it FOR KEY SHARE,
   several in the order of their keys (`asana_tasks/locks.py`)
4. its waiting revocations
5. its workspaces, projects and tasks, tasks in the order of their keys (`asana_tasks/locks.py`)

Whoever takes several takes them in this order, and may leave out any. A row of the audit log or of
a session is locked alone, or last. SQLite knows no row locks: it lets in one transaction that
writes.

NO KEY UPDATE keeps nobody from writing rows that refer to the locked one: an entry in the history
of a user, or a page of tasks of an account whose token is being refreshed.
"""

from accounts.models import AsanaAccount, User


def lock_administrators() -> None:
    """Lock every superuser (order: locks.py, 1).

    Of two who leave at the same time, each could otherwise count on the other one.
    """
    administrators = User.objects.select_for_update(no_key=True).filter(is_superuser=True)
    list(administrators.order_by("pk"))


def lock_user(pk: int) -> User:
    """Lock and return a user as it is now (order: locks.py, 2). Raises User.DoesNotExist.

    It keeps out others who delete the user or one of their accounts, or connect one.
    """
    return User.objects.select_for_update(no_key=True).get(pk=pk)


def lock_account(pk: int, *, key: bool = True) -> AsanaAccount:
    """Lock and return an account as it is now (order: locks.py, 3). Raises DoesNotExist.

    With `key`, as needed to delete it, nobody can store tasks for it meanwhile either.
    """
    return AsanaAccount.objects.select_for_update(no_key=not key).get(pk=pk)
