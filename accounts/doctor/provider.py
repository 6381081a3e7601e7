"""Checks of Asana itself, with requests of their own. Nothing they return is stored."""

import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.utils.crypto import get_random_string

from accounts import http
from accounts.backends import AsanaOpenIdConnect
from accounts.codes import Problem
from accounts.doctor import site
from accounts.doctor.findings import Finding, Findings, ok, problem, warning
from accounts.oidc import discovery, id_tokens
from accounts.oidc.client_authentication import BASIC, IN_FORM, credentials, method_for

LEEWAY: Final = AsanaOpenIdConnect.JWT_LEEWAY
CLOCK: Final = "Set this machine's clock by NTP (`timedatectl` tells whether it is)."
METHODS: Final = "token_endpoint_auth_methods_supported"
WANTED: Final = {
    "code_challenge_methods_supported": "S256",
    "id_token_signing_alg_values_supported": id_tokens.ALGORITHM,
    "response_types_supported": "code",
}
WHY: Final = {
    Problem.NO_RESPONSE: "isn't answering",
    Problem.TIMEOUT: "no response in time",
    Problem.TLS_ERROR: "its certificate is not trusted",
    Problem.REDIRECTED: "answers with a redirect, which is not followed",
    Problem.TOO_LARGE: "the response is too large",
}


def _reach() -> str:
    """Return advice for an Asana that can't be reached; it names what leads there."""
    proxy, bundle = site.proxy_in_use(), settings.CA_BUNDLE
    return (
        "Check that this machine reaches it; sign-ins and refreshes wait until it does. "
        f"HTTPS_PROXY_URL is {proxy or 'not set'}, CA_BUNDLE is {bundle or 'not set'}."
    )


class _NoResponse(Exception):
    """The error for a response that is missing or useless; its message is worded as a finding."""


def discovery_and_client() -> Findings:
    """Check the discovery document, the clock, Asana's abilities, its keys and our client."""
    url = AsanaOpenIdConnect().oidc_config_url()
    try:
        asked_at = time.time()
        response = _get(url)
        yield _clock(response, (asked_at + time.time()) / 2)
        configuration = _json(response)
    except _NoResponse as error:
        yield problem("discovery", f"{url}: {error}", f"{_reach()} ASANA_OIDC_ENDPOINT says where.")
        return
    try:
        discovery.check_configuration(configuration)
    except discovery.BadDocument as error:
        yield problem("discovery", f"not to be trusted: {error}", _trust_advice(configuration))
        return
    host = urlsplit(settings.ASANA_OIDC_ISSUER).hostname
    yield ok("discovery", f"names our issuer, and every endpoint is on {host}")
    yield _abilities(configuration)
    yield from _keys(configuration["jwks_uri"])
    yield _client(configuration)


def rest_api() -> Findings:
    """Check the REST API by a request without a token, which Asana answers with 401."""
    url = settings.ASANA_API_URL + "/users/me"
    advice = f"{_reach()} ASANA_API_URL says where."
    try:
        status = http.send("GET", url).status_code
    except requests.RequestException as error:
        yield problem("REST API", f"{settings.ASANA_API_URL}: {_why(error)}", advice)
        return
    if status == 401:
        yield ok("REST API", f"{settings.ASANA_API_URL} answers")
    elif status >= 500:
        says = f"{settings.ASANA_API_URL} answers with an error ({status})"
        yield problem("REST API", says, advice)
    else:
        yield warning("REST API", f"answers {status} where Asana answers 401", advice)


def _trust_advice(configuration: Any) -> str:
    """Return advice for an untrusted discovery document; it names the document's issuer."""
    named = configuration.get("issuer") if isinstance(configuration, dict) else None
    if isinstance(named, str) and named != settings.ASANA_OIDC_ISSUER:
        return (
            f"It names {named[:200]!r}; ASANA_OIDC_ISSUER is {settings.ASANA_OIDC_ISSUER!r}. "
            "Correct the setting only if you are sure that this is Asana."
        )
    return "Check ASANA_OIDC_ENDPOINT and ASANA_OIDC_ISSUER. Nobody can sign in until it is right."


def _clock(response: requests.Response, ours: float) -> Finding:
    try:
        theirs = parsedate_to_datetime(response.headers["Date"]).timestamp()
        theirs += max(0, int(response.headers.get("Age", 0)))  # its age in a cache
    except (KeyError, ValueError, OverflowError):
        return warning("clock", "Asana's response names no time", CLOCK)
    apart = abs(theirs - ours)
    if apart > LEEWAY:
        return problem("clock", f"{apart:.0f} s from Asana's: sign-ins fail", CLOCK)
    if apart > LEEWAY / 3:
        return warning("clock", f"{apart:.0f} s from Asana's ({LEEWAY:.0f} s are tolerated)", CLOCK)
    return ok("clock", "agrees with Asana's")


def _abilities(configuration: dict[str, Any]) -> Finding:
    lacking = [
        f"{value} is not among {name}"
        for name, value in WANTED.items()
        if isinstance(configuration.get(name), list) and value not in configuration[name]
    ]
    methods = configuration.get(METHODS)
    if isinstance(methods, list) and not {IN_FORM, BASIC} & set(map(str, methods)):
        lacking.append(f"neither {IN_FORM} nor {BASIC} is among {METHODS}")
    if lacking:
        advice = "Onelist uses them all the same; try `manage.py asana_doctor --sign-in`."
        return warning("abilities", "; ".join(lacking), advice)
    return ok("abilities", f"PKCE with S256, RS256, {method_for(configuration)}")


def _keys(url: str) -> Iterator[Finding]:
    try:
        content = _json(_get(url))
        discovery.check_keys(content)
    except (_NoResponse, discovery.BadDocument) as error:
        yield problem("keys of Asana", f"{url}: {error}", _reach())
        return
    usable = id_tokens.usable_keys(content["keys"])
    if usable:
        yield ok("keys of Asana", f"{len(usable)} of {len(content['keys'])} can be used")
    else:
        yield problem(
            "keys of Asana",
            f"none of {len(content['keys'])} is an RSA key for RS256 of at least "
            f"{id_tokens.MIN_RSA_BITS} bits",
            "Nobody can sign in with an ID token until Asana publishes one.",
        )


def _client(configuration: dict[str, Any]) -> Finding:
    """Check client ID and secret by exchanging a code that doesn't exist.

    Asana refuses either the client or, if that is right, the code (`invalid_grant`).
    """
    form, headers = credentials(
        configuration, settings.ASANA_CLIENT_ID, settings.ASANA_CLIENT_SECRET
    )
    form |= {
        "grant_type": "authorization_code",
        "code": get_random_string(32),
        "code_verifier": get_random_string(64),
        "redirect_uri": AsanaOpenIdConnect().get_redirect_uri(),
    }
    try:
        response = http.send("POST", configuration["token_endpoint"], data=form, headers=headers)
    except requests.RequestException as error:
        return problem("client", f"the token endpoint: {_why(error)}", _reach())
    error_code = _error_code(response)
    if error_code == "invalid_grant":
        return ok("client", "Asana knows the client ID and its secret")
    if error_code in {"invalid_client", "unauthorized_client"} or response.status_code == 401:
        advice = "Compare ASANA_CLIENT_ID and ASANA_CLIENT_SECRET with Asana's developer console."
        return problem("client", "Asana doesn't accept the client ID or its secret", advice)
    says = f"the token endpoint answers {response.status_code}, from which nothing follows"
    return warning("client", says, "Sign in to see whether it works.")


def _error_code(response: requests.Response) -> str:
    try:
        body = response.json()
    except ValueError:
        return ""
    return str(body.get("error", "")) if isinstance(body, dict) else ""


def _get(url: str) -> requests.Response:
    try:
        response = http.send("GET", url, headers={"Accept": "application/json"})
    except (requests.RequestException, ValueError) as error:
        raise _NoResponse(_why(error)) from error
    if response.status_code != requests.codes.ok:
        raise _NoResponse(f"answers with {response.status_code}")
    return response


def _json(response: requests.Response) -> Any:
    try:
        return response.json()
    except ValueError as error:
        raise _NoResponse("the response is not JSON") from error


def _why(error: Exception) -> str:
    return WHY[http.problem_of(error)]
