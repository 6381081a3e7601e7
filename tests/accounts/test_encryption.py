import base64

import pytest
from cryptography.fernet import Fernet

from accounts.encryption import (
    CannotDecrypt,
    decrypt,
    decrypt_old,
    encrypt,
    is_old_format,
    key_id,
    newest_prefix,
)
from tests.accounts.rotations import as_before


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


# Key ids


def parts(encrypted: str) -> tuple[str, str, str]:
    version, name, value = encrypted.split(".")
    return version, name, value


def test_a_value_names_its_format_and_its_key_and_tells_nothing_of_it(settings):
    key = settings.TOKEN_KEYS[0]
    version, name, value = parts(encrypt("token", bound_to="here"))
    assert (version, name) == ("v2", key_id(key))
    assert newest_prefix() == f"v2.{name}."
    assert len(name) == 8
    assert name not in key
    assert value.startswith("gAAAA")


def test_every_key_has_its_own_name(settings):
    settings.TOKEN_KEYS = [Fernet.generate_key().decode() for _ in range(50)]
    assert len({key_id(key) for key in settings.TOKEN_KEYS}) == 50
    assert newest_prefix() == f"v2.{key_id(settings.TOKEN_KEYS[0])}."


@pytest.mark.parametrize("name", ["00000000", "", "ž", "a.b", "\0"])
def test_a_name_that_is_no_key_of_ours_opens_nothing(name):
    value = parts(encrypt("token", bound_to="here"))[2]
    with pytest.raises(CannotDecrypt):
        decrypt(f"v2.{name}.{value}", bound_to="here")


def test_the_name_of_another_key_of_ours_does_not_help(settings):
    value = parts(encrypt("token", bound_to="here"))[2]
    other = Fernet.generate_key().decode()
    settings.TOKEN_KEYS = [other, *settings.TOKEN_KEYS]
    with pytest.raises(CannotDecrypt):
        decrypt(f"v2.{key_id(other)}.{value}", bound_to="here")


def test_every_value_has_a_nonce_of_its_own():
    """Fernet's 128-bit IV stands in bytes 9 to 25."""
    values = [parts(encrypt("token", bound_to="here"))[2] for _ in range(200)]
    assert len({base64.urlsafe_b64decode(value)[9:25] for value in values}) == 200


# Formats


@pytest.fixture
def before() -> str:
    """Return a value as release 0.9.0 wrote it."""
    return as_before("token", "here")


def test_a_value_of_the_old_format_is_read_by_its_own_function_alone(before):
    assert is_old_format(before)
    assert decrypt_old(before, bound_to="here") == "token"
    with pytest.raises(CannotDecrypt):
        decrypt(before, bound_to="here")


def test_one_of_the_time_before_key_ids_is_read_with_any_key(settings, before):
    unnamed = before.partition(".")[2]
    settings.TOKEN_KEYS = [Fernet.generate_key().decode(), *settings.TOKEN_KEYS]
    assert decrypt_old(unnamed, bound_to="here") == "token"
    with pytest.raises(CannotDecrypt):
        decrypt_old(unnamed, bound_to="there")


def test_no_label_turns_one_format_into_the_other(before):
    """The version is inside the ciphertext as well."""
    now = encrypt("token", bound_to="here")
    for value in (f"v2.{before}", f"v3.{parts(now)[1]}.{parts(now)[2]}"):
        with pytest.raises(CannotDecrypt):
            decrypt(value, bound_to="here")
    with pytest.raises(CannotDecrypt):
        decrypt_old(now.removeprefix("v2."), bound_to="here")
