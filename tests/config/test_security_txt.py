"""`/.well-known/security.txt`, the same for everybody and without a session."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

PATH = "/.well-known/security.txt"
CONTACT = "mailto:security@example.com"
NOW = datetime(2026, 11, 28, 15, 5, tzinfo=UTC)


@pytest.fixture
def contact(settings) -> str:
    settings.SECURITY_CONTACT = CONTACT
    return CONTACT


@pytest.fixture(params=["owner", "other_user", "administrator", "nobody"])
def client(request, db, running_asana) -> Client:
    who = request.getfixturevalue(request.param)
    found: Client = getattr(who, "client", who) if request.param in {"owner", "other_user"} else who
    return found


def test_everybody_gets_the_same(contact, settings, client):
    with time_machine.travel(NOW):
        response = client.get(PATH)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.decode().splitlines() == [
        f"Contact: {CONTACT}",
        "Expires: 2027-05-27T00:00:00Z",
        "Preferred-Languages: en",
        f"Canonical: {settings.SITE_URL}{PATH}",
    ]


def test_without_a_contact_it_is_missing(client):
    assert client.get(PATH).status_code == 404


def test_it_reads_and_makes_no_session(contact, client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get(PATH)
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


@pytest.mark.parametrize("day", [NOW, datetime(2028, 2, 29, 23, 59, tzinfo=UTC)])
def test_it_expires_in_less_than_a_year(contact, day):
    with time_machine.travel(day):
        text = Client().get(PATH).content.decode()
    expires = datetime.fromisoformat(re.search(r"^Expires: (\S+)$", text, re.MULTILINE)[1])
    assert timedelta(days=1) < expires - day < timedelta(days=365)


def test_a_head_is_told_the_same(contact):
    response = Client().head(PATH)
    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_it_only_reads(contact, method):
    response = getattr(Client(), method)(PATH)
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


def test_it_is_as_well_guarded_as_other_pages(contact):
    response = Client().get(PATH)
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
