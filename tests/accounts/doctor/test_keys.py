import io

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command

from accounts import doctor, tokens
from accounts.doctor import keys
from accounts.models import Revocation
from tests.accounts.doctor.findings import OK, PROBLEM, WARNING, is_found
from tests.accounts.sign_ins import sign_in


@pytest.mark.parametrize(
    ("token_keys", "state", "words"),
    [
        (["a", "b"], OK, "2 in TOKEN_KEYS"),
        (["a", "a"], WARNING, "twice"),
        (["the-secret-key"], PROBLEM, "SECRET_KEY"),
    ],
)
def test_token_keys(settings, token_keys, state, words):
    settings.SECRET_KEY, settings.TOKEN_KEYS = "the-secret-key", token_keys
    is_found(keys.keys_in_settings, state, words)


def test_rows_on_old_keys_and_unreadable_ones(op, settings):
    is_found(keys.rows, OK, "newest key")
    sign_in(op).is_signed_in()
    is_found(keys.rows, OK, "newest key")
    settings.TOKEN_KEYS = [Fernet.generate_key().decode(), *settings.TOKEN_KEYS]
    is_found(keys.rows, WARNING, "rotate_token_keys")
    settings.TOKEN_KEYS = settings.TOKEN_KEYS[:1]
    is_found(keys.rows, PROBLEM, "Put back the key")


def test_accounts_given_up_for_a_key_that_is_back(op, settings):
    account = sign_in(op).is_signed_in()
    key, another = settings.TOKEN_KEYS[0], Fernet.generate_key().decode()
    settings.TOKEN_KEYS = [another]
    with pytest.raises(tokens.NeedsReconnecting):
        tokens.access_token_for(account)
    for settings.TOKEN_KEYS in ([key], [another, key]):
        is_found(keys.rows, PROBLEM, "1 account was given up")
        is_found(keys.rows, PROBLEM, "Run `manage.py rotate_token_keys`")
    Revocation.objects.create(encrypted_refresh_token="0123abcd.gAAAAA")
    unreadable, given_up = doctor.examine((keys.rows,))
    assert "1 row can't be read" in unreadable.says
    assert "1 account was given up" in given_up.says
    Revocation.objects.all().delete()
    call_command("rotate_token_keys", stdout=io.StringIO())
    is_found(keys.rows, OK, "newest key")
