"""A process that does one thing to one row, and may be killed on the way.

`python -m tests.accounts.victim WHAT PK [EVENT MODEL]`. It says "ready" and begins when told to. At
that EVENT of that MODEL, `post_save` or `post_delete`, it kills itself: what it has written by then
is written, and not committed.
"""

import os
import signal
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.apps import apps  # noqa: E402
from django.db.models import signals  # noqa: E402
from django.test import RequestFactory  # noqa: E402

from accounts import tokens  # noqa: E402
from accounts.disconnect import remove_account  # noqa: E402
from accounts.models import AsanaAccount, Revocation  # noqa: E402


def refresh(pk: int) -> None:
    tokens.access_token_for(AsanaAccount.objects.get(pk=pk))


def revoke(pk: int) -> None:
    tokens.revoke(Revocation.objects.get(pk=pk))


def disconnect(pk: int) -> None:
    account = AsanaAccount.objects.select_related("user").get(pk=pk)
    request = RequestFactory().post("/")
    request.user = account.user
    revocations = remove_account(account, request, even_the_last=True)
    assert revocations
    tokens.revoke_together(revocations)


def die(**_signal: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


what, pk, *end = sys.argv[1:]
if end:
    event, model = end
    getattr(signals, event).connect(die, sender=apps.get_model("accounts", model), weak=False)
sys.stdout.write("ready\n")
sys.stdout.flush()
sys.stdin.readline()
{"refresh": refresh, "revoke": revoke, "disconnect": disconnect}[what](int(pk))
