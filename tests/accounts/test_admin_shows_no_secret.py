"""No administrator, superuser included, sees a token or a task: not on any page of the
administration, not in an export, not in a dump."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.urls import reverse
from qsessions.models import Session

from accounts.models import AsanaAccount, Revocation, User
from accounts.tokens.keeping import stored
from asana_tasks import sync
from asana_tasks.models import Placement, Project, SavedView, Task, Workspace
from tests.accounts.administration import (
    ACCOUNTS,
    LOG,
    PEOPLE,
    REVOCATIONS,
    ask,
    confirm,
    revocation_waits,
)
from tests.people import sign_in
from tests.stand_in import SAM

PAGES = ("change", "history", "delete")


@pytest.fixture
def full(owner, asana, administrator) -> None:
    """Tokens, tasks, a waiting revocation, a log: a row of everything."""
    sync.run(owner.account)
    SavedView.objects.create(user=owner.user, name="Zebra crossing", query="q=secret+plan")
    AsanaAccount.objects.update(label="Moonlight job")
    sign_in(owner.client.__class__(), asana, SAM)
    revocation_waits(asana, administrator, AsanaAccount.objects.get(gid=SAM))


def secrets() -> set[str]:
    """Every text that no administrator may read."""
    account, revocation = AsanaAccount.objects.get(), Revocation.objects.get()
    found = {
        stored(account, "access_token"),
        stored(account, "refresh_token"),
        account.encrypted_access_token,
        account.encrypted_refresh_token,
        revocation.encrypted_refresh_token,
        revocation.account_hash,
        "Moonlight job",
        "Zebra crossing",
        "secret+plan",
    }
    for model, names in (
        (Task, ("name", "parent_name", "project_name", "permalink_url", "search_text")),
        (Workspace, ("name",)),
        (Project, ("name",)),
        (Placement, ("section_name",)),
    ):
        for row in model.objects.values_list(*names):
            found.update(row)
    for session in Session.objects.all():  # the key opens it, the data may hold a report of tasks
        found |= {session.pk, session.session_data}
    return {text for text in found if len(text) > 6}  # "Next" is a section, and a button


def addresses() -> Iterator[str]:
    """Every page that is registered, of every row there is."""
    yield from ("/admin/", "/admin/jsi18n/", "/admin/password_change/", "/admin/login/")
    for model, model_admin in admin.site._registry.items():  # noqa: SLF001
        name = f"{model_admin.opts.app_label}_{model_admin.opts.model_name}"
        yield reverse("admin:app_list", args=[model_admin.opts.app_label])
        yield reverse(f"admin:{name}_changelist") + "?q=a"
        for row in rows_of(model):
            yield reverse(f"admin:{name}_changelist") + f"?pk={row.pk}"
            yield from (reverse(f"admin:{name}_{page}", args=[row.pk]) for page in PAGES)
        for url in model_admin.get_urls():
            if url.name and "<" not in str(url.pattern):
                yield reverse(f"admin:{url.name}")
    for entry in Task.objects.all()[:3]:
        yield f"/admin/r/{ContentType.objects.get_for_model(Task).pk}/{entry.pk}/"


def rows_of(model: Any) -> list[Any]:
    return list(model.objects.all())


def assert_silent(text: str, hidden: set[str], where: str) -> None:
    assert "gAAAA" not in text, where
    for secret in hidden:
        pattern = rf"(?<!\w){re.escape(secret)}(?!\w)"
        assert not re.search(pattern, text), f"{secret!r} stands in {where}"


def test_there_is_something_to_hide(full):
    hidden = secrets()
    assert len(hidden) > 100
    assert {"Personal Projects", "Moonlight job"} <= hidden


@pytest.mark.parametrize("who", ["account_manager", "administrator"])
def test_no_page_shows_one(request, full, who):
    client, hidden, seen = request.getfixturevalue(who), secrets(), set()
    for address in addresses():
        answer = client.get(address)
        assert answer.status_code in {200, 302, 400, 403, 404, 405}, address
        seen.add(answer.status_code)
        assert_silent(answer.getvalue().decode(), hidden, address)
    assert 200 in seen


def test_every_room_was_walked(full):
    walked = set(addresses())
    assert {f"{LOG}export/", f"{ACCOUNTS}?q=a", f"{REVOCATIONS}?q=a", f"{PEOPLE}?q=a"} <= walked


@pytest.mark.parametrize("who", ["account_manager", "administrator"])
def test_no_action_shows_one(request, full, who):
    client, hidden = request.getfixturevalue(who), secrets()
    for where, model in ((REVOCATIONS, Revocation), (ACCOUNTS, AsanaAccount), (PEOPLE, User)):
        model_admin: Any = admin.site.get_model_admin(model)
        rows = [row.pk for row in rows_of(model)]
        for action in model_admin.confirmed_actions:
            for step in (ask, confirm):
                answer = step(client, where, action.name, *rows)
                assert answer.status_code in {200, 302, 403}
                assert_silent(answer.getvalue().decode(), hidden, f"{step.__name__} {action.name}")


@pytest.mark.parametrize("format_", ["json", "jsonl", "xml"])
def test_no_dump_holds_one(full, format_, tmp_path):
    of_the_person = {
        "Moonlight job",
        "Zebra crossing",
        "secret+plan",
    }  # no task
    hidden = secrets() - of_the_person - {Revocation.objects.get().account_hash}
    file = tmp_path / "dump"
    call_command("dumpdata", format=format_, output=str(file), verbosity=0)
    text = file.read_text()
    assert_silent(text, hidden, "the dump")
    assert "encrypted_" not in text
    assert "Ada Okafor" in text
    if format_ == "json":
        assert any(row["model"] == "asana_tasks.task" for row in json.loads(text))
