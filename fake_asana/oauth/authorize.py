"""The consent page and its form: https://developers.asana.com/docs/oauth"""

from typing import Any
from urllib.parse import urlencode

from authlib.oauth2 import OAuth2Error
from flask import Blueprint, Response, current_app, g, make_response, render_template, request

from fake_asana.oauth.client import Client
from fake_asana.oauth.errors import ERROR_URI
from fake_asana.people import PEOPLE
from fake_asana.world import world

authorize = Blueprint("authorize", __name__)

WORDS = {
    "openid": "know which Asana account you have",
    "profile": "see your name and photo",
    "email": "see your e-mail address",
    "users:read": "see the people in your workspaces",
    "workspaces:read": "see your workspaces",
    "tasks:read": "see your tasks",
    "tasks:write": "change your tasks",
    "custom_fields:read": "see custom fields",
    "default": "see and change everything that you can",
}
DECISIONS = ("person", "answer")


@authorize.get("/-/oauth_authorize")
def ask() -> Response:
    if refusal := _bad_app():
        return refusal
    try:
        _provider().get_consent_grant(end_user=None)
    except OAuth2Error as error:
        return _tell(error)
    return _page()


@authorize.post("/-/oauth_authorize")
def decide() -> Response:
    """Redirect with a code after Allow, with an error after Deny.

    Checks the whole request again, since the page keeps no state here.
    """
    if refusal := _bad_app():
        return refusal
    person = PEOPLE.get(request.form.get("person", ""))
    said = request.form.get("answer")
    if said not in {"allow", "deny"} or (said == "allow" and person is None):
        return _plain("Choose a person, then press Allow or Deny.")
    try:
        grant = _provider().get_consent_grant(end_user=person)
        g.person = person.gid if person else None
    except OAuth2Error as error:
        return _tell(error)
    response: Response = _provider().create_authorization_response(
        grant=grant, grant_user=person if said == "allow" else None
    )
    response.status_code = 303
    return response


def _bad_app() -> Response | None:
    """Return the response to a bad request of an app, None if nothing is wrong.

    A wrong client_id or redirect_uri is never redirected: the address cannot be trusted.
    """
    client: Client = current_app.extensions["client"]
    if request.values.get("client_id") != client.client_id:
        return _plain("invalid_request: The client_id parameter does not match a valid application")
    if not client.check_redirect_uri(request.values.get("redirect_uri", "")):
        return _plain(
            "invalid_request: The redirect_uri parameter does not match a valid url "
            "for the application"
        )
    if any(len(values) > 1 for _, values in request.values.lists()):
        return _plain("invalid_request: A parameter was given more than once")
    if request.values.get("response_type") != "code":
        return _redirect("unsupported_response_type", "Only response_type=code is offered here.")
    return None


def _tell(error: OAuth2Error) -> Response:
    return _redirect(str(error.error), str(error.description))


def _redirect(error: str, description: str) -> Response:
    if world().options.authorize_errors == "page":
        return _plain(f"{error}: {description}")
    told = {"error": error, "error_description": description, "error_uri": ERROR_URI}
    if state := request.values.get("state"):
        told["state"] = state
    redirect_uri = request.values["redirect_uri"]
    separator = "&" if "?" in redirect_uri else "?"
    return Response(status=303, headers={"Location": redirect_uri + separator + urlencode(told)})


def _plain(text: str) -> Response:
    return Response(text + "\n", 400, content_type="text/plain; charset=utf-8")


def _page() -> Response:
    scopes = (request.values.get("scope") or "default").split()
    asked = [(name, value) for name, value in request.values.items() if name not in DECISIONS]
    html = render_template(
        "consent.html",
        asked=asked,
        scopes=[WORDS[scope] for scope in scopes],
        people=PEOPLE.values(),
        site=request.values["redirect_uri"].split("/complete/")[0],
    )
    response = make_response(html)
    response.headers["Cache-Control"] = "no-store"
    # no form-action: browsers apply it to the redirect after the form as well
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'none'"
    )
    return response


def _provider() -> Any:
    return current_app.extensions["provider"]
