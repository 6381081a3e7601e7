import pytest
from cryptography.fernet import Fernet

from accounts.encryption import CannotDecrypt, decrypt, encrypt


@pytest.mark.parametrize("secret", ["", "token", "a\0b", "ž" * 100, "x" * 10_000])
def test_what_was_encrypted_comes_back(secret):
    encrypted = encrypt(secret, bound_to="row:field")
    assert decrypt(encrypted, bound_to="row:field") == secret
    assert not secret or secret not in encrypted


def test_the_same_secret_looks_different_each_time():
    assert len({encrypt("token", bound_to="here") for _ in range(20)}) == 20


@pytest.mark.parametrize("place", ["", "there", "her", "here2", "here\0", "HERE"])
def test_a_value_is_worth_nothing_in_another_place(place):
    encrypted = encrypt("token", bound_to="here")
    with pytest.raises(CannotDecrypt):
        decrypt(encrypted, bound_to=place)


def test_no_secret_can_move_the_border_to_its_place():
    encrypted = encrypt("there\0token", bound_to="here")
    with pytest.raises(CannotDecrypt):
        decrypt(encrypted, bound_to="here\0there")


@pytest.mark.parametrize("position", [0, 1, 12, 30, 60, -2])
def test_an_altered_value_does_not_decrypt(position):
    encrypted = encrypt("token", bound_to="here")
    letter = "A" if encrypted[position] != "A" else "B"
    altered = encrypted[:position] + letter + encrypted[position:][1:]
    with pytest.raises(CannotDecrypt):
        decrypt(altered, bound_to="here")


@pytest.mark.parametrize("value", ["", "token", "gAAAA", "ž", "a b", "=" * 200])
def test_what_never_was_encrypted_does_not_decrypt(value):
    """No falling back on plain text."""
    with pytest.raises(CannotDecrypt):
        decrypt(value, bound_to="here")


def test_another_key_does_not_decrypt(settings):
    encrypted = encrypt("token", bound_to="here")
    settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CannotDecrypt):
        decrypt(encrypted, bound_to="here")


def test_older_keys_still_read_and_the_newest_writes(settings):
    old = settings.TOKEN_KEYS[0]
    new = Fernet.generate_key().decode()
    before = encrypt("token", bound_to="here")
    settings.TOKEN_KEYS = [new, old]
    assert decrypt(before, bound_to="here") == "token"
    after = encrypt("token", bound_to="here")
    settings.TOKEN_KEYS = [new]
    assert decrypt(after, bound_to="here") == "token"
    with pytest.raises(CannotDecrypt):
        decrypt(before, bound_to="here")


def test_no_key_is_derived_from_another_secret(settings):
    encrypted = encrypt("token", bound_to="here")
    settings.SECRET_KEY = "another"
    assert decrypt(encrypted, bound_to="here") == "token"
