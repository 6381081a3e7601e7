"""Helpers that run `rotate_token_keys`, and that store and read the rows it rotates."""

import io
import subprocess
import sys

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.management import CommandError, call_command

from accounts.encryption import encrypt, key_id
from accounts.models import AsanaAccount, Revocation, TokenFormat
from accounts.tokens.key_usage import KINDS
from accounts.tokens.set_aside import read_revocation
from accounts.tokens.storage import read_token, token_binding
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
    return read_token(account, "refresh_token")


def copies(account: AsanaAccount, count: int) -> None:
    """Store `count` other accounts, each with a refresh token of its own."""
    rows = [AsanaAccount(gid=str(number), user=account.user) for number in range(count)]
    for row in rows:
        place = token_binding(row, "refresh_token")
        row.encrypted_refresh_token = encrypt(f"refresh-{row.gid}", bound_to=place)
    AsanaAccount.objects.bulk_create(rows)


def in_old_format(account: AsanaAccount) -> None:
    """Store the tokens of an account and of all revocations as release 0.9.0 did."""
    TokenFormat.objects.all().delete()
    for kind in KINDS:
        if getattr(account, f"encrypted_{kind}"):
            place, token = f"asana_account:{account.gid}:{kind}", read_token(account, kind)
            setattr(account, f"encrypted_{kind}", as_before(token, place))
    account.save()
    for row in Revocation.objects.all():
        token = as_before(read_revocation(row), f"revocation:{row.reference}:refresh_token")
        Revocation.objects.filter(pk=row.pk).update(encrypted_refresh_token=token)


def as_before(token: str, place: str) -> str:
    """Encrypt a token as release 0.9.0 did."""
    key = settings.TOKEN_KEYS[0]
    encrypted = Fernet(key).encrypt(f"{place}\0{token}".encode())
    return f"{key_id(key)}.{encrypted.decode()}"


def start_rotation() -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "manage.py", "rotate_token_keys"],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
