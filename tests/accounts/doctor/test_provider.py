"""What Asana is asked, and what each of its answers means."""

from datetime import timedelta
from email.utils import format_datetime

import pytest
from django.utils import timezone

from accounts.doctor import provider
from accounts.models import ProviderDocument
from scripts.ports import free_port
from tests.accounts import replies
from tests.accounts.doctor.findings import OK, PROBLEM, WARNING, examined, is_found
from tests.accounts.provider import API, DISCOVERY, KEYS, MISSING, TOKEN, public_jwk, rsa_key


def date(seconds: float) -> str:
    return format_datetime(timezone.now() + timedelta(seconds=seconds), usegmt=True)


PROVIDERS = [
    ({}, "discovery", OK, "names our issuer"),
    ({}, "clock", OK, "agrees"),
    ({}, "keys of Asana", OK, "1 of 1"),
    ({}, "client", OK, "knows the client"),
    ({}, "abilities", OK, "S256"),
    ({"discovery": {"issuer": MISSING}}, "discovery", PROBLEM, "another issuer"),
    ({"discovery": {"issuer": "https://x.example"}}, "discovery", PROBLEM, "https://x.example"),
    ({"discovery": {"issuer": ["x"]}}, "discovery", PROBLEM, "another issuer"),
    (
        {"discovery": {"token_endpoint": "https://x.example/token"}},
        "discovery",
        PROBLEM,
        "token_endpoint is not on",
    ),
    ({"discovery": {"jwks_uri": MISSING}}, "discovery", PROBLEM, "jwks_uri is not on"),
    (
        {"discovery": {"revocation_endpoint": "http://x.example"}},
        "discovery",
        PROBLEM,
        "revocation_endpoint",
    ),
    (
        {"discovery": {"code_challenge_methods_supported": ["plain"]}},
        "abilities",
        WARNING,
        "S256 is not among",
    ),
    (
        {"discovery": {"token_endpoint_auth_methods_supported": ["client_secret_basic"]}},
        "abilities",
        OK,
        "client_secret_basic",
    ),
    (
        {"discovery": {"token_endpoint_auth_methods_supported": ["private_key_jwt", 7]}},
        "abilities",
        WARNING,
        "neither client_secret_post nor client_secret_basic",
    ),
    ({"discovery": {"code_challenge_methods_supported": MISSING}}, "abilities", OK, "S256"),
    ({"replies": {DISCOVERY: replies.says({}, 500)}}, "discovery", PROBLEM, "answers with 500"),
    ({"replies": {DISCOVERY: replies.says({}, 404)}}, "discovery", PROBLEM, "answers with 404"),
    ({"replies": {DISCOVERY: replies.says(b"<p>")}}, "discovery", PROBLEM, "not JSON"),
    ({"replies": {DISCOVERY: replies.says([])}}, "discovery", PROBLEM, "not an object"),
    ({"replies": {DISCOVERY: replies.redirects_elsewhere}}, "discovery", PROBLEM, "redirect"),
    ({"replies": {DISCOVERY: replies.drops_the_connection}}, "discovery", PROBLEM, "answering"),
    ({"replies": {DISCOVERY: replies.sends_48_megabytes}}, "discovery", PROBLEM, "too large"),
    ({"jwks": []}, "keys of Asana", PROBLEM, "none of 0"),
    ({"jwks": [{"kty": "EC"}]}, "keys of Asana", PROBLEM, "none of 1"),
    ({"jwks": [public_jwk(rsa_key("short", 1024))]}, "keys of Asana", PROBLEM, "2048 bits"),
    (
        {"jwks": [public_jwk(rsa_key("first")), {"kty": "oct"}]},
        "keys of Asana",
        OK,
        "1 of 2 can be used",
    ),
    ({"replies": {KEYS: replies.says({}, 503)}}, "keys of Asana", PROBLEM, "answers with 503"),
    ({"replies": {KEYS: replies.says([1])}}, "keys of Asana", PROBLEM, "key set"),
    ({"replies": {TOKEN: replies.says({}, 500)}}, "client", WARNING, "answers 500"),
    ({"replies": {TOKEN: replies.says(b"<p>", 400)}}, "client", WARNING, "answers 400"),
    (
        {"replies": {TOKEN: replies.says({"error": "invalid_client"}, 400)}},
        "client",
        PROBLEM,
        "ASANA_CLIENT_SECRET",
    ),
    ({"replies": {TOKEN: replies.says({}, 401)}}, "client", PROBLEM, "ASANA_CLIENT_ID"),
    ({"replies": {TOKEN: replies.redirects_elsewhere}}, "client", PROBLEM, "redirect"),
]


@pytest.mark.parametrize(("wrong", "about", "state", "words"), PROVIDERS)
def test_the_provider(op, wrong, about, state, words):
    for name, value in wrong.items():
        setattr(op, name, value)
    is_found(provider.discovery_and_client, state, words, about)
    assert not ProviderDocument.objects.exists()  # it changes nothing


@pytest.mark.parametrize(
    ("headers", "state", "words"),
    [
        (lambda: {"Date": date(0)}, OK, "agrees"),
        (lambda: {"Date": date(-10)}, OK, "agrees"),
        (lambda: {"Date": date(30)}, WARNING, "NTP"),
        (lambda: {"Date": date(-30)}, WARNING, "NTP"),
        (lambda: {"Date": date(90)}, PROBLEM, "sign-ins fail"),
        (lambda: {"Date": date(-86400)}, PROBLEM, "sign-ins fail"),
        (lambda: {"Date": date(-86400), "Age": "86400"}, OK, "agrees"),
        (lambda: {"Date": "yesterday"}, WARNING, "no time"),
        (lambda: {"Date": date(0), "Age": "x"}, WARNING, "no time"),
        (dict, WARNING, "no time"),
    ],
)
def test_the_clock(op, headers, state, words):
    def responses(handler):
        handler.send_response_only(200)
        for name, value in headers().items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(b"{}")

    op.replies[DISCOVERY] = responses
    is_found(provider.discovery_and_client, state, words, "clock")


def test_a_wrong_secret(asana, settings):
    settings.ASANA_CLIENT_SECRET = "not-the-secret"
    is_found(provider.discovery_and_client, PROBLEM, "ASANA_CLIENT_SECRET", "client")
    assert "not-the-secret" not in str(examined(provider.discovery_and_client))


@pytest.mark.parametrize(
    ("reply", "state", "words"),
    [
        (replies.says({"errors": []}, 401), OK, "answers"),
        (replies.says({}, 503), PROBLEM, "(503)"),
        (replies.says({}, 404), WARNING, "404"),
        (replies.says({}, 200), WARNING, "200"),
        (replies.drops_the_connection, PROBLEM, "isn't answering"),
        (replies.redirects_elsewhere, PROBLEM, "redirect"),
    ],
)
def test_the_rest_api(op, settings, reply, state, words):
    settings.ASANA_API_URL = op.url + API
    op.replies[API + "/users/me"] = reply
    is_found(provider.rest_api, state, words)


def test_an_asana_that_is_down(settings):
    settings.ASANA_OIDC_ENDPOINT = settings.ASANA_API_URL = (
        f"http://127.0.0.1:{free_port()}/api/1.0"
    )
    settings.HTTPS_PROXY_URL = "http://ada:hush@proxy.example:3128"
    settings.CA_BUNDLE = "/etc/company.pem"
    ways = "HTTPS_PROXY_URL is http://proxy.example:3128, CA_BUNDLE is /etc/company.pem"
    is_found(provider.discovery_and_client, PROBLEM, ways, "discovery")
    is_found(provider.rest_api, PROBLEM, ways)
    is_found(provider.discovery_and_client, PROBLEM, "isn't answering", "discovery")
    is_found(provider.rest_api, PROBLEM, "isn't answering")
