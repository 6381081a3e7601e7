"""Control endpoints: faults, clock, grants, tasks and the log of requests."""

import ipaddress
from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, request

from fake_asana.api.errors import ApiError
from fake_asana.faults import BadFaultError, make_fault
from fake_asana.oauth.id_token import userinfo
from fake_asana.people import PEOPLE
from fake_asana.world import world

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


@control.get("/people")
def people() -> Body:
    rows = [
        {**each.compact(), "email": each.email, "about": each.about} for each in PEOPLE.values()
    ]
    return {"data": rows}


@control.get("/people/<gid>/tasks")
def tasks(gid: str) -> Body:
    if gid not in PEOPLE:
        raise ApiError(404, f"user: Unknown object: {gid}")
    return {"data": list(world().tasks.all_of(PEOPLE[gid]))}


@control.get("/requests")
def requests() -> Body:
    return {"data": world().log.all()}


@control.get("/faults")
def faults() -> Body:
    return {"data": world().faults.all()}


@control.post("/faults")
def add_fault() -> Body:
    try:
        world().faults.add(make_fault(_body()))
    except BadFaultError as error:
        raise ApiError(400, str(error)) from error
    return faults()


@control.delete("/faults")
def clear_faults() -> Body:
    world().faults.clear()
    return faults()


@control.post("/reset")
def reset() -> Body:
    world().reset()
    return {"data": {}}


@control.post("/clock")
def advance_clock() -> Body:
    seconds = _body("advance").get("advance")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
        raise ApiError(400, "advance must be a number of seconds.")
    world().clock.advance(seconds)
    return {"data": {"time": world().clock.time()}}


@control.post("/grants")
def grant() -> Body:
    """Grant `scope` as if that person had allowed it; return tokens and profile."""
    asked = _body("person", "scope")
    person, scope = PEOPLE.get(str(asked.get("person"))), asked.get("scope")
    if person is None:
        raise ApiError(400, f"Nobody has the gid {asked.get('person')!r}.")
    if not isinstance(scope, str) or current_app.extensions["client"].forbidden(scope):
        raise ApiError(400, "scope must be scopes that the app is registered for.")
    lifetime = world().options.token_lifetime
    with world().changing():
        tokens = world().grants.issue(person.gid, scope, lifetime)
    about = {"scope": scope, "expires_in": lifetime, "userinfo": userinfo(person, scope)}
    return {"data": {**tokens, **about}}


@control.post("/grants/revoke")
def revoke_grants() -> Body:
    """Revoke a person's grants, as when they remove the app in Asana's settings."""
    return _change_grants(lambda person: world().grants.revoke_all_of(str(person)), needed=True)


@control.post("/tokens/expire")
def expire_tokens() -> Body:
    return _change_grants(world().grants.expire_access_tokens, needed=False)


@control.get("/tasks/<gid>")
def get_task(gid: str) -> Body:
    return {"data": _task(gid)}


@control.post("/tasks/<gid>")
def change_task(gid: str) -> Body:
    """Change any field of a task, without the rules of PUT, as somebody else in Asana would."""
    task = _task(gid)
    changed = _body(*(task.keys() - {"gid"}))
    with world().changing():
        world().tasks.change(task, changed)
    return {"data": task}


@control.delete("/tasks/<gid>")
def delete_task(gid: str) -> Body:
    with world().changing():
        world().tasks.delete(_task(gid))
    return {"data": {}}


def _change_grants(change: Callable[[str | None], None], *, needed: bool) -> Body:
    person = _body("person").get("person")
    if person not in list(PEOPLE) and (needed or person is not None):
        raise ApiError(400, f"Nobody has the gid {person!r}.")
    with world().changing():
        change(person)
    return {"data": {}}


def _task(gid: str) -> Body:
    found = world().tasks.find(gid)
    if found is None:
        raise ApiError(404, f"task: Unknown object: {gid}")
    return found[1]


def _body(*known: str) -> Body:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise ApiError(400, "Send a JSON object.")
    if known and (strange := sorted(set(body) - set(known))):
        raise ApiError(400, f"Unknown key {strange[0]!r}.")
    return body


def _is_loopback(address: str) -> bool:
    try:
        return address == "localhost" or ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
