"""A process that asks for an access token, in several threads at once, as often as it is told to.

Started by tokens/test_refreshing.py: `python -m tests.accounts.refreshing PK THREADS`. It says
"ready", then answers each line (the rejected token, or none) with the results of its threads.
"""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection  # noqa: E402

from accounts import tokens  # noqa: E402
from accounts.models import AsanaAccount  # noqa: E402

THREADS = int(sys.argv[2])


def ask(rejected: str, barrier: Barrier) -> str:
    account = AsanaAccount.objects.get(pk=int(sys.argv[1]))
    barrier.wait()
    try:
        return tokens.access_token_for(account, rejected=rejected or None)
    except tokens.TokenError as error:
        return repr(error)
    finally:
        connection.close()


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


say("ready")
for line in sys.stdin:
    barrier = Barrier(THREADS)
    with ThreadPoolExecutor(THREADS) as pool:
        results = list(pool.map(ask, [line.strip()] * THREADS, [barrier] * THREADS))
    say(json.dumps(results))
