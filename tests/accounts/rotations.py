"""`rotate_token_keys`, run; and the rows it is run upon."""

import io
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command

from accounts.encryption import decrypt, encrypt
from accounts.models import AsanaAccount
from tests.accounts.parallel import environment
from tests.stand_in import ROOT

DONE = "Every stored token is under the newest key"
FIELDS = ("encrypted_access_token", "encrypted_refresh_token")


def rotate(*args: str) -> str:
    out = io.StringIO()
    call_command("rotate_token_keys", *args, stdout=out)
    return out.getvalue()


def fails(sentence: str, *args: str) -> str:
    out = io.StringIO()
    with pytest.raises(CommandError, match=sentence) as caught:
        call_command("rotate_token_keys", *args, stdout=out)
    assert caught.value.returncode == 1
    return out.getvalue()


def ciphertexts() -> list[tuple[str, str]]:
    return list(AsanaAccount.objects.order_by("pk").values_list(*FIELDS))


def refresh_token(account: AsanaAccount) -> str:
    account.refresh_from_db()
    place = f"asana_account:{account.gid}:refresh_token"
    return decrypt(account.encrypted_refresh_token, bound_to=place)


def copies(account: AsanaAccount, count: int) -> None:
    """Rows of as many other accounts, each with a token of its own."""
    AsanaAccount.objects.bulk_create(
        AsanaAccount(
            gid=str(number),
            user=account.user,
            encrypted_refresh_token=encrypt(
                f"refresh-{number}", bound_to=f"asana_account:{number}:refresh_token"
            ),
        )
        for number in range(count)
    )


def start_rotation() -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "manage.py", "rotate_token_keys"],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
