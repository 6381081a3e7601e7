"""What rows hold is found again by every later version, whatever its modules are called."""

from accounts import tokens
from accounts.models import AsanaAccount, Revocation
from accounts.tokens.key_usage import KINDS
from accounts.tokens.set_aside import revocation_binding
from accounts.tokens.storage import token_binding


def test_the_hash_of_a_gid_stays_the_same(settings):
    settings.SECRET_KEY = "a key of before"
    expected = "a4a8393a7271fe4264ddb437d0bf92cd6b0af16b2d41cb0eecfe7e8e665e04ac"
    assert tokens.account_hash("1200000000000101") == expected


def test_what_tokens_are_bound_to_stays_the_same():
    account = AsanaAccount(gid="12", user_id=7)
    for kind in KINDS:
        assert token_binding(account, kind) == f"asana_account:12:user:7:{kind}"
    assert revocation_binding(Revocation(reference="ab")) == "revocation:ab:refresh_token"
