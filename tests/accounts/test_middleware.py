from datetime import timedelta

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from qsessions.models import Session

from accounts.middleware import use_time_zone
from accounts.models import User
from tests.accounts.sign_ins import sign_in

PAGE = "/accounts/"


@pytest.fixture
def client(op) -> Client:
    client = Client()
    sign_in(op, client).is_signed_in()
    return client


def days_later(days: float):
    return time_machine.travel(timezone.now() + timedelta(days=days), tick=True)


def test_a_session_that_is_used_lives_on(client):
    for day in range(20, 200, 20):
        with days_later(day):
            assert client.get(PAGE).status_code == 200


def test_a_session_that_is_not_used_ends_after_30_days(client):
    client.get(PAGE)
    with days_later(31):
        assert client.get(PAGE).status_code == 302


def test_its_cookie_lives_as_long(client):
    with days_later(20):
        cookie = client.get(PAGE).cookies["onelist"]
    assert cookie["max-age"] == 30 * 24 * 3600


def test_its_cookie_and_its_data_are_written_once_a_day_at_most(client):
    client.get(PAGE)
    before = Session.objects.get()
    for hours in (1, 12, 23):
        with days_later(hours / 24):
            assert "onelist" not in client.get(PAGE).cookies
    assert _lasting(Session.objects.get()) == _lasting(before)
    with days_later(1.1):
        client.get(PAGE)
    assert _lasting(Session.objects.get()) != _lasting(before)


def _lasting(session) -> tuple:
    return session.session_data, session.expire_date


def test_visitors_get_no_session(nobody, db):
    nobody.get("/login/")
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    ("name", "now"),
    [
        ("Europe/Prague", "Europe/Prague"),
        ("Pacific/Kiritimati", "Pacific/Kiritimati"),
        ("UTC", "UTC"),
        ("", "UTC"),
        ("Nowhere/Land", "UTC"),
        ("America", "UTC"),  # a folder of zones
        ("Europe/", "UTC"),
        ("../../etc/passwd", "UTC"),
        ("/etc/localtime", "UTC"),
        ("tzdata.zi", "UTC"),  # a file that is no zone
        ("a\nb", "UTC"),
        ("ž" * 64, "UTC"),
    ],
)
def test_dates_are_the_persons_own(client, rf, name, now):
    User.objects.update(time_zone=name)
    assert client.get(PAGE).status_code == 200
    assert _zone_in_a_page_of(User.objects.get(), rf) == now


def _zone_in_a_page_of(user, rf) -> str:
    request = rf.get("/")
    request.user = user
    response = use_time_zone(lambda _request: HttpResponse(timezone.get_current_timezone_name()))(
        request
    )
    return response.content.decode()


def test_one_persons_time_zone_is_not_the_next_ones(client, nobody):
    User.objects.update(time_zone="Asia/Tokyo")
    client.get(PAGE)
    assert timezone.get_current_timezone_name() == "UTC"


@pytest.mark.parametrize("path", ["/accounts/", "/tasks/", "/workspaces/", "/no-such-page/"])
def test_nobody_keeps_the_pages_of_a_person(client, path):
    response = client.get(path)
    assert response["Cache-Control"] == ("max-age=0, no-cache, no-store, must-revalidate, private")


def test_a_failed_sign_in_is_logged_without_details(op, caplog):
    op.token_response["token_type"] = "mac"
    sign_in(op)
    (line,) = [each.getMessage() for each in caplog.records if each.name == "accounts.middleware"]
    assert line == (
        "Sign-in failed: code=invalid_claim stage=token_exchange parameter=None "
        "claim=token_type status=502"
    )


def test_what_a_callback_says_cannot_forge_lines_of_the_log(op, caplog):
    op.callback = {"error": "x\nWARNING forged", "error_description": "y\nforged"}
    sign_in(op)
    assert all("forged" not in record.getMessage() for record in caplog.records)
