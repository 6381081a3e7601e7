"""The token, revocation and token_info endpoints: https://developers.asana.com/docs/oauth"""

from typing import Any

from flask import Blueprint, Response, current_app, request

from fake_asana.oauth.errors import missing_parameter
from fake_asana.world import world

tokens = Blueprint("tokens", __name__)


@tokens.post("/-/oauth_token")
def token() -> Response:
    response: Response = current_app.extensions["provider"].create_token_response()
    return response


@tokens.post("/-/oauth_revoke")
def revoke() -> Response:
    provider = current_app.extensions["provider"]
    response: Response = provider.create_endpoint_response("revocation")
    return response


@tokens.post("/-/token_info")
def token_info() -> dict[str, Any] | Response:
    """Return what is known of a token; `active` is false for an unknown one.

    Does not use Authlib's endpoint: that requires client authentication, and Asana's does not.
    """
    if not request.form.get("token"):
        refusal: Response = current_app.extensions["provider"].handle_error_response(
            request, missing_parameter("token")
        )
        return refusal
    here = world()
    known = here.grants.token(request.form["token"])
    if known is None or not here.grants.is_active(known):
        return {"active": False}
    info = {"token_type": known.kind, "scope": known.scope, "active": True}
    if known.expires_at is not None:
        info["expires_in"] = int(known.expires_at - here.clock.time())
        info["exp"] = int(known.expires_at)
    return {**info, "client_id": here.options.client_id}
