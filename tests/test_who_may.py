"""Every address of the site, asked by four people. An address that has no line here is a failure.

What each gets is a status, or a redirect: `login` or `admin` to that sign-in page, `on` to another
page, `away` to Asana. The first three must not change anything of the owner's. To actions of the
administration, all but the manager, who may carry them out, post the data that would do so.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from qsessions.models import Session

from accounts import sessions
from accounts.models import AsanaAccount, AuditEntry, Revocation, User
from asana_tasks.models import SavedView, Task
from tests.people import Person
from tests.synced import SyncedTasks

PEOPLE = ("nobody", "manager", "other", "owner")
# What these four get by GET, and by POST.
SITE = {
    "accounts:account_list": ("login 200 200 200", "login 405 405 405"),
    "accounts:confirm": ("login 405 405 405", "login away away away"),
    "accounts:connect": ("login 200 200 200", "login away away away"),
    "accounts:connected_already": ("login 404 404 200", "login 405 405 405"),
    "accounts:csp_reports": ("405 405 405 405", "400 400 400 400"),
    "accounts:custom_fields": ("login 404 404 200", "login 404 404 away"),
    "accounts:delete_person": ("login 200 200 200", "login 200 200 200"),
    "accounts:disconnect": ("login 404 404 200", "login on on 409"),
    "accounts:download": ("login 405 405 405", "login 200 200 200"),
    "accounts:end_other_sessions": ("login 405 405 405", "login on on on"),
    "accounts:end_session": ("login 405 405 405", "login on on login"),
    "accounts:give_up_writing": ("login 404 404 on", "login 404 404 on"),
    "accounts:history": ("login 200 200 200", "login 405 405 405"),
    "accounts:home": ("200 on on on", "405 405 405 405"),
    "accounts:inactive": ("403 on on on", "405 405 405 405"),
    "accounts:label": ("login 405 405 405", "login 404 404 on"),
    "accounts:mail": ("login 200 200 200", "login on on on"),
    "accounts:mail_proof": ("login 405 405 405", "login on on on"),
    "accounts:my_data": ("login 200 200 200", "login 405 405 405"),
    "accounts:permission": ("login 404 404 200", "login 404 404 away"),
    "accounts:reconnect": ("login 404 404 on", "login 404 404 on"),
    "accounts:session_list": ("login 200 200 200", "login 405 405 405"),
    "accounts:sign_in": ("200 on on on", "405 405 405 405"),
    "accounts:sign_out": ("405 405 405 405", "login login login login"),
    "favicon": ("on on on on", "405 405 405 405"),
    "manifest": ("200 200 200 200", "405 405 405 405"),
    "admin:login": ("200 on 200 200", "200 200 200 200"),
    "admin:logout": ("on 405 on on", "on 200 on on"),
    "asana_tasks:custom_fields": ("login 200 200 200", "login 405 405 405"),
    "asana_tasks:change_custom_fields": ("login 405 405 405", "login 404 404 on"),
    "asana_tasks:resume_custom_fields": ("login on on on", "login 405 405 405"),
    "asana_tasks:filters": ("login 200 200 200", "login 405 405 405"),
    "asana_tasks:calendar": ("login 200 200 200", "login 405 405 405"),
    "asana_tasks:change": ("405 405 405 405", "login on on on"),
    "asana_tasks:insights": ("login 200 200 200", "login 405 405 405"),
    "asana_tasks:mark_seen": ("login 405 405 405", "login on on on"),
    "asana_tasks:sync_now": ("login 405 405 405", "login on on on"),
    "asana_tasks:sync_status": ("401 200 200 200", "401 405 405 405"),
    "asana_tasks:remove_view": ("login 405 405 405", "login 404 404 on"),
    "asana_tasks:resume_change": ("login on on on", "login 405 405 405"),
    "asana_tasks:save_view": ("login 405 405 405", "login on on on"),
    "asana_tasks:palette": ("login 200 200 200", "login 405 405 405"),
    "asana_tasks:preferences": ("login 200 200 200", "login 200 200 200"),
    "asana_tasks:use_keys": ("login 405 405 405", "login 204 204 204"),
    "asana_tasks:rename_view": ("login 405 405 405", "login 404 404 on"),
    "asana_tasks:move_view": ("login 405 405 405", "login 404 404 on"),
    "asana_tasks:start": ("login on on on", "login 405 405 405"),
    "asana_tasks:start_with_view": ("login 405 405 405", "login 404 404 on"),
    "asana_tasks:view_counts": ("login 200 200 200", "login 405 405 405"),
    "asana_tasks:view_list": ("login 200 200 200", "login 405 405 405"),
    "asana_tasks:task": ("login 404 404 200", "login 405 405 405"),
    "asana_tasks:task_list": ("login 200 200 200", "login 405 405 405"),
    "asana_tasks:time_zone": ("login 200 200 200", "login 200 200 200"),
    "asana_tasks:workspace": ("login 404 404 on", "login 405 405 405"),
    "asana_tasks:workspace_list": ("login 200 200 200", "login 405 405 405"),
    "social:begin": ("405 405 405 405", "away away away away"),
    "social:complete": ("400 400 400 400", "405 405 405 405"),
}
# What an account manager gets by GET, and by POST; the others have to sign in there first.
ADMIN = {
    "(?P<url>.*)$": ("404", "404"),
    "<path:object_id>/": ("on", "on"),
    "accounts_asanaaccount_add": ("403", "403"),
    "accounts_asanaaccount_change": ("200", "403"),
    "accounts_asanaaccount_changelist": ("200", "200"),
    "accounts_asanaaccount_delete": ("200", "200"),
    "accounts_asanaaccount_do delete": ("on", "200"),
    "accounts_asanaaccount_do disconnect": ("on", "200"),
    "accounts_asanaaccount_do end-sessions": ("on", "200"),
    "accounts_asanaaccount_do sync": ("on", "200"),
    "accounts_asanaaccount_do mark": ("on", "200"),
    "accounts_asanaaccount_do refresh": ("on", "200"),
    "accounts_asanaaccount_history": ("200", "200"),
    "accounts_auditentry_add": ("403", "403"),
    "accounts_auditentry_change": ("200", "403"),
    "accounts_auditentry_changelist": ("200", "200"),
    "accounts_auditentry_delete": ("403", "403"),
    "accounts_auditentry_export": ("200", "200"),
    "accounts_auditentry_history": ("200", "200"),
    "accounts_revocation_add": ("403", "403"),
    "accounts_revocation_change": ("200", "403"),
    "accounts_revocation_changelist": ("200", "200"),
    "accounts_revocation_delete": ("403", "403"),
    "accounts_revocation_do try-again": ("on", "200"),
    "accounts_revocation_history": ("200", "200"),
    "accounts_user_add": ("403", "403"),
    "accounts_user_change": ("200", "403"),
    "accounts_user_changelist": ("200", "200"),
    "accounts_user_delete": ("200", "200"),
    "accounts_user_do delete": ("on", "200"),
    "accounts_user_do end-sessions": ("on", "200"),
    "accounts_user_history": ("200", "200"),
    "app_list": ("200", "200"),
    "auth_group_add": ("403", "403"),
    "auth_group_change": ("403", "403"),
    "auth_group_changelist": ("403", "403"),
    "auth_group_delete": ("403", "403"),
    "auth_group_history": ("403", "403"),
    "auth_user_password_change": ("403", "403"),
    "autocomplete": ("403", "405"),
    "index": ("200", "200"),
    "jsi18n": ("200", "405"),
    "password_change": ("200", "200"),
    "password_change_done": ("200", "405"),
    "view_on_site": ("404", "404"),
}
LINES = SITE | {
    f"admin:{name}": (f"admin {get} admin admin", f"admin {post} admin admin")
    for name, (get, post) in ADMIN.items()
}
# The kind of row whose number or name is part of an address.
TAKES = {
    "accounts:end_session": "session",
    "asana_tasks:task": "task",
    "asana_tasks:workspace": "workspace",
    "asana_tasks:move_view": "view",
    "asana_tasks:remove_view": "view",
    "asana_tasks:rename_view": "view",
    "asana_tasks:start_with_view": "view",
    "admin:auth_user_password_change": "user",
}
TAKES |= dict.fromkeys(
    (
        f"accounts:{name}"
        for name in ("permission", "label", "reconnect", "disconnect", "connected_already")
    ),
    "asanaaccount",
)
TAKES |= dict.fromkeys(
    (
        "accounts:give_up_writing",
        "accounts:custom_fields",
        "asana_tasks:change_custom_fields",
    ),
    "asanaaccount",
)
FIXED = {
    "social:begin": "/login/asana/",
    "social:complete": "/complete/asana/",
    "asana_tasks:resume_change": "/tasks/change/resume/xxxxxxxxxxxxxxxxxxxxxx/",
    "asana_tasks:resume_custom_fields": "/tasks/custom-fields/resume/xxxxxxxxxxxxxxxxxxxxxx/",
    "admin:app_list": "/admin/accounts/",
    "admin:view_on_site": "/admin/r/1/1/",
    "admin:<path:object_id>/": "/admin/accounts/asanaaccount/1/",
    "admin:(?P<url>.*)$": "/admin/nothing/of/that/kind/",
}


def addresses(patterns: list[Any] | None = None, space: str = "") -> Iterator[str]:
    """Yield the name of every address; one without a name is listed by its pattern."""
    for each in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(each, URLResolver):
            inner = f"{space}{each.namespace}:" if each.namespace else space
            yield from addresses(each.url_patterns, inner)
        elif isinstance(each, URLPattern):
            yield from actions(each) or [f"{space}{each.name or each.pattern}"]


def actions(address: URLPattern) -> list[str]:
    """Return a line for each action of the administration: those of a model share an address."""
    found = re.fullmatch(r"accounts_(\w+)_do", str(address.name))
    if found is None:
        return []
    room: Any = admin.site.get_model_admin(apps.get_model("accounts", found[1]))
    return [f"admin:{address.name} {action.name}" for action in room.confirmed_actions]


# Django's own actions in the menus of lists; each needs the permission to delete.
DJANGOS = {Group: {"delete_selected"}}


@pytest.fixture
def path(
    request: pytest.FixtureRequest, synced_tasks: SyncedTasks, owner: Person, line: str
) -> str:
    """Return the path of a line; if it takes a row, with one of the owner's.

    `synced_tasks` syncs for an Ada of its own, so it has to come before `owner` stores her.
    """
    if line in FIXED:
        return FIXED[line]
    name, _, action = line.partition(" ")
    of_a_row = re.fullmatch(r"admin:\w+_(\w+)_(?:change|delete|history)", name)
    wanted = TAKES.get(name) or (of_a_row and of_a_row[1])
    if wanted:
        if wanted in {"task", "workspace"}:
            request.getfixturevalue("owner_with_tasks")
        return reverse(name, args=[ROWS[wanted](owner)])
    return reverse(name, args=[action] if action else [])


ROWS: dict[str, Callable[[Person], Any]] = {
    "session": lambda owner: sessions.reference(owner.client.session.session_key),
    "task": lambda owner: owner.user.tasks.first().pk,
    "workspace": lambda owner: owner.account.workspaces.first().pk,
    "view": lambda owner: SavedView.objects.create(user=owner.user, name="Mine").pk,
    "asanaaccount": lambda owner: owner.account.pk,
    "user": lambda owner: owner.user.pk,
    "group": lambda _: Group.objects.get(name="Account managers").pk,
    "auditentry": lambda owner: AuditEntry.objects.filter(user=owner.user).first().pk,
    "revocation": lambda owner: Revocation.objects.create(user=owner.user).pk,
}


def sent(owner: Person, line: str) -> dict[str, Any]:
    """Return the form data that would carry out an action, if that were permitted."""
    action = re.fullmatch(r"admin:accounts_(\w+)_do [\w-]+", line)
    return {"rows": ROWS[action[1]](owner), "confirmed": "yes"} if action else {}


def belongings(user: User) -> dict[str, Any]:
    mine = Session.objects.filter(user=user)
    return {
        "user": User.objects.filter(pk=user.pk).values().get(),
        "accounts": list(AsanaAccount.objects.filter(user=user).values()),
        "views": list(SavedView.objects.filter(user=user).values()),
        "tasks": list(Task.objects.filter(user=user).order_by("pk").values()),
        "sessions": set(mine.values_list("pk", flat=True)),
        "revocations": list(Revocation.objects.values()),
    }


def what(response: Any) -> str:
    location = response.headers.get("Location", "")
    if not location:
        return str(response.status_code)
    if location.startswith("/admin/login/"):
        return "admin"
    if location.partition("?")[0] == "/login/":
        return "login"
    return "away" if location.startswith(settings.ASANA_OIDC_ENDPOINT[:20]) else "on"


def test_every_address_has_a_line():
    assert set(addresses()) == set(LINES)


def test_every_action_of_a_list_asks_to_be_confirmed(administrator, rf):
    request: Any = rf.get("/admin/")
    request.user = User.objects.get(is_superuser=True)
    for model in filter(admin.site.is_registered, apps.get_models()):
        room = admin.site.get_model_admin(model)
        ours = getattr(room, "confirmed_actions", ())
        known = {each.name for each in ours if each.on_list} | DJANGOS.get(model, set())
        assert set(room.get_actions(request)) == known, model


@pytest.mark.parametrize("line", LINES)
def test_who_may(request, owner, line, path):
    clients = {
        "nobody": request.getfixturevalue("nobody"),
        "manager": request.getfixturevalue("account_manager"),
        "other": request.getfixturevalue("other_user").client,
        "owner": owner.client,
    }
    data = sent(owner, line)
    before = belongings(owner.user)
    got: tuple[list[str], list[str]] = ([], [])
    for person in PEOPLE:
        for method, outcomes in zip(("get", "post"), got, strict=True):
            form = {} if person == "manager" else data
            outcomes.append(what(getattr(clients[person], method)(path, form)))
            if method == "get":
                assert belongings(owner.user) == before
    assert tuple(" ".join(outcomes) for outcomes in got) == LINES[line]
    if not line.startswith("social:"):  # a started sign-in has to be remembered
        assert not clients["nobody"].cookies.keys() & {settings.SESSION_COOKIE_NAME}


@pytest.mark.parametrize("line", LINES)
def test_nobody_makes_a_session_but_by_beginning_a_sign_in(owner, nobody, line, path):
    before = Session.objects.count()
    old = Client(enforce_csrf_checks=True)
    old.cookies[settings.CSRF_COOKIE_NAME] = "y" * 32
    if line != "social:begin":
        nobody.post(path, sent(owner, line))
    for data in ({}, {"password": "hunter2"}):
        old.post(path, data, headers={"Origin": "http://testserver"})
    assert Session.objects.count() == before
