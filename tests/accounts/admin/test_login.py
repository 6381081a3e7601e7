"""The administrators' password form, and how often one address may try it."""

import random

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from tests.accounts.administration import user_of

LOGIN = "/admin/login/"


@pytest.fixture
def few(settings, administrator) -> None:
    """Set the limit to two passwords a minute."""
    settings.PASSWORD_RATE = "2/minute"


def someone() -> str:
    """Return a random IP address, so that no other test shares its limit."""
    return "10." + ".".join(str(random.randrange(256)) for _ in range(3))


def attempt(address: str, password: str = "wrong", username: str = "root", **more) -> int:
    data = {"username": username, "password": password}
    return Client().post(LOGIN, data, REMOTE_ADDR=address, **more).status_code


def test_the_right_password_lets_in(administrator):
    assert attempt(someone(), "root") == 302


def test_an_address_can_try_so_many(few):
    here = someone()
    assert [attempt(here) for _ in range(3)] == [200, 200, 429]


def test_the_right_one_counts_and_is_not_looked_at_either(few):
    here = someone()
    assert [attempt(here, "root") for _ in range(3)] == [302, 302, 429]
    client = Client()
    client.post(LOGIN, {"username": "root", "password": "root"}, REMOTE_ADDR=here)
    assert "_auth_user_id" not in client.session


def test_whoever_it_is_for(few):
    here = someone()
    assert [attempt(here, username=name) for name in ("root", "a", "b")] == [200, 200, 429]


def test_nobody_is_locked_out_by_somebody_else(few):
    here = someone()
    for _ in range(5):
        attempt(here)
    assert attempt(someone(), "root") == 302


def test_to_look_at_the_form_counts_nothing(few):
    here = someone()
    for _ in range(5):
        assert Client().get(LOGIN, REMOTE_ADDR=here).status_code == 200
        assert Client().head(LOGIN, REMOTE_ADDR=here).status_code == 200
    assert attempt(here) == 200


def test_sign_ins_with_asana_have_a_count_of_their_own(few, settings, asana):
    settings.SIGN_IN_RATE = "2/minute"
    here = someone()
    for _ in range(3):
        attempt(here)
    assert Client().post("/login/asana/", REMOTE_ADDR=here).status_code == 302


def test_it_says_how_long_it_is_until_the_next(settings, administrator):
    settings.PASSWORD_RATE = "1/hour"
    here = someone()
    with time_machine.travel("2026-11-23 12:00:00Z", tick=False) as clock:
        attempt(here)
        clock.shift(600.5)
        response = Client().post(LOGIN, {"username": "root"}, REMOTE_ADDR=here)
        assert (response.status_code, response["Retry-After"]) == (429, "3000")
        assert "no-store" in response["Cache-Control"]
        assert "Try again in 50 minutes." in response.content.decode()
        clock.shift(2999)
        assert attempt(here, "root") == 429
        clock.shift(1)
        assert attempt(here, "root") == 302


def test_a_client_cannot_choose_its_own_address(few, settings):
    settings.TRUSTED_PROXIES = 0
    here = someone()
    tried = [attempt(here, HTTP_X_FORWARDED_FOR=f"1.1.1.{each}") for each in range(3)]
    assert tried == [200, 200, 429]


def test_an_ipv6_client_has_a_whole_network(few):
    prefix = f"2001:db8:{random.randrange(65536):x}:{random.randrange(65536):x}"
    assert [attempt(f"{prefix}::{each}") for each in range(3)] == [200, 200, 429]


def test_a_counter_that_does_not_answer_locks_nobody_out(few, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    here = someone()
    assert [attempt(here) for _ in range(3)] == [200, 200, 200]


def test_it_wants_the_sites_own_form(administrator):
    client = Client(enforce_csrf_checks=True)
    assert client.post(LOGIN, {"username": "root", "password": "root"}).status_code == 403


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
def test_who_is_no_active_administrator_stays_outside(administrator, change):
    User.objects.filter(pk=user_of(administrator).pk).update(**change)
    assert attempt(someone(), "root") == 200
