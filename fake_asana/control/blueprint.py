"""The blueprint of the control endpoints: who may call them, and reading what they send."""

import ipaddress
from typing import Any

from flask import Blueprint, request

from fake_asana.api.errors import ApiError
from fake_asana.people import PEOPLE, Person

control = Blueprint("control", __name__, url_prefix="/control")

Body = dict[str, Any]


@control.before_request
def _only_from_this_machine() -> None:
    """Refuse requests from other machines and from web pages, by ApiError (403, 400).

    A form of a web page cannot send JSON, and DNS rebinding cannot forge a loopback Host.
    """
    host = request.host.rpartition(":")[0] or request.host
    if not (_is_loopback(request.remote_addr or "") and _is_loopback(host.strip("[]"))):
        raise ApiError(403, "The control endpoints answer to this machine only.")
    if request.method == "POST" and not request.is_json:
        raise ApiError(400, "Send JSON, with Content-Type: application/json.")


def read(*known: str) -> Body:
    """Return the JSON object that was sent. Raises ApiError (400), also for a key not `known`."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise ApiError(400, "Send a JSON object.")
    if known and (strange := sorted(set(body) - set(known))):
        raise ApiError(400, f"Unknown key {strange[0]!r}.")
    return body


def text(body: Body, name: str) -> str:
    """Return a string that was sent. Raises ApiError (400)."""
    value = body.get(name)
    if not isinstance(value, str):
        raise ApiError(400, f"{name} must be a string.")
    return value


def person(gid: Any) -> Person:
    """Return the person with a gid that was sent. Raises ApiError (400)."""
    found = PEOPLE.get(gid) if isinstance(gid, str) else None
    if found is None:
        raise ApiError(400, f"Nobody has the gid {gid!r}.")
    return found


def _is_loopback(address: str) -> bool:
    try:
        return address == "localhost" or ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
