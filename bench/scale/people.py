"""The people of a large site: their rows, their sessions, what they open."""

from django.db import connection

from accounts.models import AsanaAccount, User
from asana_tasks.models import SyncState, Task
from bench.crowd import OTHERS_HAVE, populate
from bench.starvation import cookie_of


def settle(people: int, large: int) -> None:
    """Store people with 200 tasks each and one with `large` tasks, unless they are there.

    A fifth of them has a second account, without tasks.
    """
    if User.objects.exists():
        return
    populate([large], people * OTHERS_HAVE)
    second = [
        AsanaAccount(user=user, gid=f"{user.username}-2", name=user.username)
        for user in User.objects.filter(username__startswith="other-").order_by("pk")[::5]
    ]
    accounts = AsanaAccount.objects.bulk_create(second)
    SyncState.objects.bulk_create([SyncState(account=each) for each in accounts])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # what autovacuum does within minutes


def counts() -> dict[str, int]:
    return {
        "people": User.objects.count(),
        "accounts": AsanaAccount.objects.count(),
        "tasks": Task.objects.count(),
    }


def cookies_of(number: int) -> list[str]:
    """Return the cookies of that many people who have just signed in."""
    return [cookie_of(user) for user in User.objects.order_by("pk")[:number]]
