from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import ProviderDocument
from accounts.oidc import discovery
from accounts.sign_in import failures
from tests.accounts import replies
from tests.accounts.provider import AUTHORIZE, DISCOVERY, KEYS, MISSING, TOKEN, USERINFO
from tests.accounts.sign_ins import sign_in, try_to_start

ENDPOINTS = {
    "authorization_endpoint": AUTHORIZE,
    "token_endpoint": TOKEN,
    "userinfo_endpoint": USERINFO,
    "jwks_uri": KEYS,
}


def age(days: float) -> None:
    fetched_at = timezone.now() - timedelta(days=days)
    assert ProviderDocument.objects.update(fetched_at=fetched_at)


@pytest.mark.parametrize(
    "issuer",
    [
        pytest.param("https://elsewhere.example", id="another"),
        pytest.param("{issuer}/", id="a slash more"),
        pytest.param("{url}", id="its origin only"),
        pytest.param(["{issuer}"], id="a list"),
        pytest.param(None, id="null"),
        pytest.param(MISSING, id="none"),
    ],
)
def test_it_refuses_another_issuer(op, issuer):
    if isinstance(issuer, str):
        issuer = issuer.format(issuer=op.issuer, url=op.url)
    op.discovery["issuer"] = issuer
    try_to_start(op).is_refused(failures.UNTRUSTED)
    assert not ProviderDocument.objects.exists()


@pytest.mark.parametrize("name", ENDPOINTS)
@pytest.mark.parametrize(
    "address",
    [
        pytest.param("{elsewhere}{path}", id="another port"),
        pytest.param("https://{host}{path}", id="another scheme"),
        pytest.param("http://localhost:{port}{path}", id="another name"),
        pytest.param("http://user@{host}{path}", id="a user"),
        pytest.param("http://{host}@elsewhere.example{path}", id="the host as a user"),
        pytest.param("http://{host}\\@elsewhere.example{path}", id="a backslash"),
        pytest.param("//{host}{path}", id="no scheme"),
        pytest.param("{path}", id="a path"),
        pytest.param("http://[{host}{path}", id="no address"),
        pytest.param("javascript:alert(1)", id="a script"),
        pytest.param(7, id="a number"),
        pytest.param(MISSING, id="missing"),
    ],
)
def test_it_refuses_endpoints_that_are_not_on_the_issuers_origin(op, name, address):
    if isinstance(address, str):
        host, port = op.url.removeprefix("http://"), op.url.rpartition(":")[2]
        about = {"host": host, "port": port, "elsewhere": op.elsewhere, "path": ENDPOINTS[name]}
        address = address.format(**about)
    op.discovery[name] = address
    try_to_start(op).is_refused(failures.UNTRUSTED)


@pytest.mark.parametrize("name", ["revocation_endpoint", "introspection_endpoint"])
def test_optional_endpoints_are_on_the_issuers_origin_too(op, name):
    op.discovery[name] = op.elsewhere + "/somewhere"
    try_to_start(op).is_refused(failures.UNTRUSTED)
    op.discovery[name] = MISSING
    sign_in(op).is_signed_in()


def test_an_https_issuer_has_no_http_endpoint(settings):
    settings.ASANA_OIDC_ISSUER = "https://asana.example/api"
    document = {name: "https://asana.example" + path for name, path in ENDPOINTS.items()}
    document["issuer"] = "https://asana.example/api"
    discovery.check_configuration(document)
    with pytest.raises(discovery.BadDocument):
        discovery.check_configuration(document | {"token_endpoint": "http://asana.example/token"})


BROKEN = [
    pytest.param(replies.says(b"<html>"), failures.UNTRUSTED, id="not JSON"),
    pytest.param(replies.says([]), failures.UNTRUSTED, id="a list"),
    pytest.param(replies.says(None), failures.UNTRUSTED, id="null"),
    pytest.param(replies.says(b"[" * 100_000), failures.UNTRUSTED, id="deeply nested"),
    pytest.param(replies.redirects_elsewhere, failures.UNTRUSTED, id="redirect elsewhere"),
    pytest.param(replies.redirects_here, failures.UNTRUSTED, id="redirect to itself"),
    pytest.param(replies.sends_48_megabytes, failures.UNTRUSTED, id="48 MB"),
    pytest.param(replies.sends_a_gzip_bomb, failures.UNTRUSTED, id="gzip bomb"),
    pytest.param(replies.drips_headers, failures.UNREACHABLE, id="dripping headers"),
    pytest.param(replies.drips_a_body, failures.UNREACHABLE, id="dripping body"),
    pytest.param(replies.sends_half, failures.UNREACHABLE, id="half an answer"),
    pytest.param(replies.drops_the_connection, failures.UNREACHABLE, id="dropped"),
    pytest.param(replies.says({}, 500), failures.UNREACHABLE, id="500"),
    pytest.param(replies.says({}, 429), failures.UNREACHABLE, id="429"),
    pytest.param(replies.says({}, 404), failures.UNTRUSTED, id="404"),
]


@pytest.mark.parametrize(("reply", "failure"), BROKEN)
def test_without_a_good_copy_nobody_can_start(op, hasty, reply, failure):
    op.replies[DISCOVERY] = reply
    try_to_start(op).is_refused(failure)


@pytest.mark.parametrize(("reply", "failure"), BROKEN)
def test_the_last_good_copy_outlives(op, hasty, reply, failure):
    sign_in(op).is_signed_in()
    age(days=30)
    op.replies[DISCOVERY] = op.replies[KEYS] = reply
    sign_in(op).is_signed_in()


@pytest.mark.parametrize(
    "change", [{"issuer": "https://elsewhere.example"}, {"token_endpoint": "{elsewhere}"}]
)
def test_a_good_copy_is_not_replaced_by_a_bad_document(op, change):
    sign_in(op).is_signed_in()
    age(days=2)
    op.discovery.update(
        {key: value.format(elsewhere=op.elsewhere) for key, value in change.items()}
    )
    sign_in(op).is_signed_in()


def test_a_young_copy_is_not_fetched_again_and_an_old_one_is(op):
    for _ in range(2):
        sign_in(op).is_signed_in()
    assert len(op.asked(DISCOVERY)) == len(op.asked(KEYS)) == 1
    age(days=1.01)
    sign_in(op).is_signed_in()
    assert len(op.asked(DISCOVERY)) == len(op.asked(KEYS)) == 2


def test_in_an_outage_it_asks_once_and_then_waits_a_while(op):
    """Else each sign-in would wait for as many time limits as it has questions."""
    sign_in(op).is_signed_in()
    age(days=2)
    op.replies[DISCOVERY] = op.replies[KEYS] = replies.drops_the_connection
    op.seen.clear()
    for _ in range(2):
        sign_in(op).is_signed_in()
    assert len(op.asked(DISCOVERY)) == len(op.asked(KEYS)) == 1
    op.replies.clear()
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=True):
        try_to_start(op)
    assert len(op.asked(DISCOVERY)) == 2


def test_a_copy_of_an_issuer_that_was_configured_before_is_not_used(op, settings):
    sign_in(op).is_signed_in()
    settings.ASANA_OIDC_ISSUER = "https://asana.example"
    assert try_to_start(op).response.status_code == failures.UNTRUSTED.status


def test_a_key_that_was_taken_back_is_trusted_for_a_day_at_most(op):
    sign_in(op).is_signed_in()
    op.jwks = []
    age(days=1.01)
    assert sign_in(op).response.status_code == failures.UNTRUSTED.status


@pytest.mark.parametrize("extra", [float("nan"), float("inf"), "\0", "\ud800"])
def test_a_document_that_no_database_can_hold_works_as_well(op, extra):
    op.discovery["x_extra"] = extra
    sign_in(op).is_signed_in()


@pytest.mark.parametrize("methods", [["plain"], [], MISSING, "S256"])
def test_metadata_cannot_weaken_pkce(op, methods):
    op.discovery["code_challenge_methods_supported"] = methods
    sign_in(op).is_signed_in()  # the provider knows S256 only
