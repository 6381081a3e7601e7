"""Grants and tokens."""

from collections.abc import Callable

from flask import current_app

from fake_asana.api.errors import ApiError
from fake_asana.control.blueprint import Body, control, person, read
from fake_asana.oauth.id_token import userinfo
from fake_asana.world import world


@control.post("/grants")
def grant() -> Body:
    """Grant `scope` as if that person had allowed it; return tokens and profile."""
    asked = read("person", "scope")
    who, scope = person(asked.get("person")), asked.get("scope")
    if not isinstance(scope, str) or current_app.extensions["client"].forbidden(scope):
        raise ApiError(400, "scope must be scopes that the app is registered for.")
    lifetime = world().options.token_lifetime
    with world().changing():
        tokens = world().grants.issue(who.gid, scope, lifetime)
    about = {"scope": scope, "expires_in": lifetime, "userinfo": userinfo(who, scope)}
    return {"data": {**tokens, **about}}


@control.post("/grants/revoke")
def revoke_grants() -> Body:
    """Revoke a person's grants, as when they remove the app in Asana's settings."""
    return _change_grants(lambda who: world().grants.revoke_all_of(str(who)), needed=True)


@control.post("/tokens/expire")
def expire_tokens() -> Body:
    return _change_grants(world().grants.expire_access_tokens, needed=False)


def _change_grants(change: Callable[[str | None], None], *, needed: bool) -> Body:
    gid = read("person").get("person")
    if needed or gid is not None:
        person(gid)
    with world().changing():
        change(gid)
    return {"data": {}}
