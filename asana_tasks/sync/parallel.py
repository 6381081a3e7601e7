"""Syncs of several accounts in parallel: a slow one does not delay the others."""

from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Queue
from threading import Event
from typing import Final

from django.db import connection

from accounts.models import AsanaAccount
from asana_tasks.sync import engine

ACCOUNTS_AT_ONCE: Final = 4


def sync_accounts(accounts: Sequence[AsanaAccount]) -> Generator[engine.Progress, None, None]:
    """Sync several accounts; yield their progress as it arrives.

    Closing the generator ends the syncs at their next step. Raises what a sync raises.
    """
    if len(accounts) < 2:
        for account in accounts:
            yield from engine.sync_account(account)
        return
    told: Queue[engine.Progress | BaseException | None] = Queue()
    stop = Event()
    with ThreadPoolExecutor(ACCOUNTS_AT_ONCE, thread_name_prefix="account") as pool:
        for account in accounts:
            pool.submit(_sync, account, told, stop)
        try:
            yield from _until_all_ended(told, len(accounts))
        finally:
            stop.set()


def _sync(
    account: AsanaAccount, told: "Queue[engine.Progress | BaseException | None]", stop: Event
) -> None:
    """Sync one account in a thread, over its own database connection, which is closed at the end.

    Puts progress and errors into the queue, and None at the end.
    """
    steps = engine.sync_account(account)
    try:
        for progress in steps:
            told.put(progress)
            if stop.is_set():
                break
    except BaseException as error:
        told.put(error)
    finally:
        steps.close()
        connection.close()
        told.put(None)


def _until_all_ended(
    told: "Queue[engine.Progress | BaseException | None]", running: int
) -> Iterator[engine.Progress]:
    while running:
        match told.get():
            case None:
                running -= 1
            case BaseException() as error:
                raise error
            case progress:
                yield progress
