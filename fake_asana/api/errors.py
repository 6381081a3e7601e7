"""Errors of the REST API: https://developers.asana.com/docs/errors"""

import json
import secrets
from collections.abc import Mapping

from flask import Response

HELP = (
    "For more information on API status codes and how to handle them, "
    "read the docs on errors: https://developers.asana.com/docs/errors"
)
ANIMALS = ("squid", "moose", "otters", "herons", "badgers", "newts")
JSON = "application/json; charset=UTF-8"

NOT_AUTHORIZED = "Not Authorized"
NO_ROUTE = "No matching route for request"
EXPIRED = (
    "The bearer token has expired. If you have a refresh token, please use it to request a new "
    "bearer token, otherwise allow the user to re-authenticate."
)


class ApiError(Exception):
    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})


def forbidden(what: str) -> ApiError:
    return ApiError(403, f"{what}: Forbidden")


def unknown(what: str, gid: str) -> ApiError:
    return ApiError(404, f"{what}: Unknown object: {gid}")


def unrecognized(what: str, value: str) -> ApiError:
    return ApiError(400, f"{what}: Not a recognized ID: {value}")


def error_response(error: ApiError) -> Response:
    told = {"message": error.message, "help": HELP}
    if error.status == 500:
        told["phrase"] = f"{secrets.randbelow(30) + 2} sad {secrets.choice(ANIMALS)} sing softly"
    body = json.dumps({"errors": [told]})
    return Response(body, error.status, error.headers, content_type=JSON)
