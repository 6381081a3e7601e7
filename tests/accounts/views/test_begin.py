import random
import socket
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.conf import settings as django_settings
from django.test import Client

from accounts.sign_in import failures
from tests.accounts.provider import AUTHORIZE, Provider
from tests.accounts.sign_ins import sign_in
from tests.people import authorize_url


def asked(client: Client, **headers: str) -> dict[str, str]:
    """Press the button; return the parameters of the authorization request."""
    response = client.post("/login/asana/", **headers)
    assert response.status_code == 302
    query = parse_qs(urlsplit(response["Location"]).query, strict_parsing=True)
    assert all(len(values) == 1 for values in query.values())
    return {name: value for name, (value,) in query.items()}


def test_it_asks_for_a_code_and_nothing_more_than_we_need(op, nobody):
    url = authorize_url(nobody)
    assert url.startswith(op.url + AUTHORIZE + "?")
    request = asked(nobody)
    assert request.keys() == {
        *("client_id", "redirect_uri", "response_type", "scope", "state", "nonce"),
        *("code_challenge", "code_challenge_method"),
    }
    assert request["client_id"] == Provider.client_id
    assert request["response_type"] == "code"
    assert request["scope"].split() == [
        *("openid", "email", "profile"),
        *("users:read", "workspaces:read", "tasks:read"),
    ]


def test_an_app_with_full_permissions_asks_in_its_own_words(op, nobody, settings):
    settings.ASANA_APP_PERMISSIONS = "full"
    assert asked(nobody)["scope"] == "openid email profile default"


@pytest.mark.parametrize("methods", [["S256"], ["plain"], []])
def test_pkce_is_s256_whatever_metadata_says(op, nobody, methods):
    op.discovery["code_challenge_methods_supported"] = methods
    request = asked(nobody)
    assert request["code_challenge_method"] == "S256"
    assert len(request["code_challenge"]) == 43


def test_state_nonce_and_challenge_are_fresh_each_time(op, nobody):
    starts = [asked(client) for client in (nobody, nobody, Client())]
    for name in ("state", "nonce", "code_challenge"):
        values = {start[name] for start in starts}
        assert len(values) == 3
        assert all(len(value) >= 32 for value in values)


def test_two_tabs_can_both_be_finished(op, nobody):
    first, second = authorize_url(nobody), authorize_url(nobody)
    assert nobody.get(op.allow(second)).status_code == 302
    assert nobody.get(op.allow(first)).status_code == 302


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "localhost:1", "[::1]"])
def test_the_address_to_come_back_to_is_the_sites_own(op, nobody, host):
    redirect_uri = asked(nobody, HTTP_HOST=host)["redirect_uri"]
    assert redirect_uri == django_settings.SITE_URL + "/complete/asana/"


@pytest.mark.parametrize("name", ["X-Forwarded-Host", "X-Host", "Forwarded"])
def test_no_header_moves_it(op, nobody, name):
    about = {"HTTP_" + name.upper().replace("-", "_"): "host=evil.example"}
    redirect_uri = asked(nobody, **about)["redirect_uri"]
    assert redirect_uri == django_settings.SITE_URL + "/complete/asana/"


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost@evil", ""])
def test_a_foreign_host_is_refused(op, nobody, host):
    assert nobody.post("/login/asana/", HTTP_HOST=host).status_code == 400
    assert op.seen == []


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "options"])
def test_it_takes_an_action_to_start(op, nobody, method):
    assert getattr(nobody, method)("/login/asana/").status_code == 405


def test_it_wants_the_sites_own_form(op):
    client = Client(enforce_csrf_checks=True)
    assert client.post("/login/asana/").status_code == 403
    client.get("/login/")
    token = client.cookies["csrftoken"].value
    assert client.post("/login/asana/", {"csrfmiddlewaretoken": token}).status_code == 302


@pytest.mark.parametrize("path", ["/login/google/", "/login/oidc/", "/complete/google/"])
def test_there_is_no_other_provider(op, nobody, path):
    send = nobody.get if path.startswith("/complete") else nobody.post
    assert send(path).status_code == 404


@pytest.mark.parametrize("path", ["/disconnect/asana/", "/idp/asana/", "/launch/asana/"])
def test_social_auths_other_views_are_not_there(op, nobody, path):
    assert nobody.post(path).status_code == nobody.get(path).status_code == 404


HOSTILE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "https:evil.example",
    "https:///evil.example/",
    "https://testserver@evil.example/",
    "https://testserver.evil.example/",
    "javascript:alert(1)",
    "\thttps://evil.example/",
    "/\t/evil.example/",
    "SECRET_KEY",
    "http://[evil.example/",
]


@pytest.mark.parametrize("after", HOSTILE)
@pytest.mark.parametrize("place", ["begin", "complete"])
def test_next_never_leaves_the_site(op, nobody, after, place):
    url = authorize_url(nobody, **({"next": after} if place == "begin" else {}))
    if place == "complete":
        op.callback["next"] = after
    response = nobody.get(op.allow(url))
    assert response.status_code == 302
    where = response["Location"]
    assert where.startswith("/tasks/")
    assert django_settings.SECRET_KEY not in where


@pytest.mark.parametrize("after", ["/workspaces/", "/tasks/?page=2", "http://testserver/accounts/"])
def test_next_leads_where_one_was_going(op, nobody, after):
    response = nobody.get(op.allow(authorize_url(nobody, next=after)))
    assert response["Location"] == after


# How often


@pytest.fixture
def few(op, settings):
    """Set the limit to two starts a minute."""
    settings.SIGN_IN_RATE = "2/minute"


def someone() -> str:
    """Return a random IP address, so that no other test shares its limit."""
    return "10." + ".".join(str(random.randrange(256)) for _ in range(3))


def statuses(*addresses: str, forwarded: tuple[str, ...] = ()) -> list[int]:
    headers = [{"HTTP_X_FORWARDED_FOR": each} for each in forwarded] or [{}] * len(addresses)
    return [
        Client().post("/login/asana/", REMOTE_ADDR=address, **about).status_code
        for address, about in zip(addresses, headers, strict=True)
    ]


def test_an_address_can_start_so_many_sign_ins(few):
    here = someone()
    assert statuses(here, here, here, someone()) == [302, 302, 429, 302]


def test_a_port_that_a_proxy_writes_down_makes_no_other_address(few, settings):
    settings.TRUSTED_PROXIES = 1
    here = someone()
    forwarded = (f"{here}:5001", f"{here}:5002", f"{here}:5003")
    assert statuses("127.0.0.1", "127.0.0.1", "127.0.0.1", forwarded=forwarded) == [302, 302, 429]


def test_it_says_so_and_asks_nothing_of_the_provider(few, op):
    here = someone()
    statuses(here, here)
    op.seen.clear()
    response = Client().post("/login/asana/", REMOTE_ADDR=here)
    assert failures.TOO_MANY.title in response.content.decode()
    assert op.seen == []


def test_it_says_how_long_it_is_until_the_next(op, settings):
    settings.SIGN_IN_RATE = "1/hour"
    here = someone()
    with time_machine.travel("2026-11-23 12:00:00Z", tick=False) as clock:
        statuses(here)
        clock.shift(600.5)
        response = Client().post("/login/asana/", REMOTE_ADDR=here)
        assert response["Retry-After"] == "3000"
        assert "Try again in 50 minutes." in response.content.decode()
        clock.shift(2999)
        assert statuses(here) == [429]
        clock.shift(1)
        assert statuses(here) == [302]


def test_a_client_cannot_choose_its_own_address(few, settings):
    settings.TRUSTED_PROXIES = 0
    here = someone()
    assert statuses(*[here] * 3, forwarded=("1.1.1.1", "2.2.2.2", "3.3.3.3")) == [302, 302, 429]


def test_behind_a_proxy_its_word_counts_and_the_clients_does_not(few, settings):
    settings.TRUSTED_PROXIES = 1
    here, proxy = someone(), someone()
    forwarded = (here, f"1.1.1.1, {here}", f"2.2.2.2,{here}", someone())
    assert statuses(*[proxy] * 4, forwarded=forwarded) == [302, 302, 429, 302]


def test_behind_a_proxy_that_says_nothing_the_proxy_counts(few, settings):
    settings.TRUSTED_PROXIES = 1
    proxy = someone()
    assert statuses(*[proxy] * 3, forwarded=("", "", "")) == [302, 302, 429]


def test_an_ipv6_client_has_a_whole_network(few):
    prefix = f"2001:db8:{random.randrange(65536):x}:{random.randrange(65536):x}"
    assert statuses(prefix + "::1", prefix + ":a::2", prefix + ":ffff:ffff:ffff:ffff") == [
        *(302, 302, 429)
    ]


def test_ipv4_in_ipv6_is_no_network(few):
    """A dual-stack socket gives such addresses to IPv4 clients; each has its own count."""
    here, there = (f"::ffff:{someone()}" for _ in range(2))
    assert statuses(here, here, there, here.removeprefix("::ffff:")) == [302, 302, 302, 429]


def test_an_ipv6_address_with_a_zone_counts_without_it(few, settings):
    """A zone names an interface, where the address is local to a link."""
    near = f"fe80::{random.randrange(65536):x}"
    assert statuses(f"{near}%eth0", f"{near}%1", near) == [302, 302, 429]
    settings.TRUSTED_PROXIES = 1
    near = f"fe80:0:0:{random.randrange(1, 65536):x}::1"
    forwarded = (f"{near}%eth0", f"[{near}%25eth0]:5001", near)
    assert statuses("10.0.0.1", "10.0.0.1", "10.0.0.1", forwarded=forwarded) == [302, 302, 429]


def test_a_counter_that_does_not_answer_locks_nobody_out(few, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    here = someone()
    assert statuses(here, here, here) == [302, 302, 302]


def test_nor_does_one_that_is_silent(few, settings):
    settings.REDIS_TIMEOUTS = {"socket_connect_timeout": 0.05, "socket_timeout": 0.05}
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        here = someone()
        assert statuses(here, here, here) == [302, 302, 302]


def test_connecting_counts_as_well(few, op):
    here, client = someone(), Client()
    sign_in(op, client).is_signed_in()
    statuses(here, here)
    assert client.post("/accounts/connect/", REMOTE_ADDR=here).status_code == 429
