"""No administrator, superuser included, sees a token or a task: not on any page of the
administration, not in an export, not in a dump."""

import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.core.management import CommandError, call_command
from django.urls import reverse
from qsessions.models import Session

from accounts.models import AsanaAccount, Revocation, User, WatchedSignIn
from accounts.registry import dumped_models
from accounts.tokens.storage import read_token
from asana_tasks.models import Placement, Project, SavedView, Tagging, Task, Workspace
from asana_tasks.sync import engine
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
def full(owner_with_tasks, asana, administrator) -> None:
    """Create rows of every kind: tokens, tasks, a waiting revocation, audit entries."""
    owner = owner_with_tasks
    SavedView.objects.create(user=owner.user, name="Zebra crossing", query="q=secret+plan")
    AsanaAccount.objects.update(label="Moonlight job")
    sign_in(owner.client.__class__(), asana, SAM)
    revocation_waits(asana, administrator, AsanaAccount.objects.get(gid=SAM))


def secrets() -> set[str]:
    """Return every text that no administrator may read."""
    account, revocation = AsanaAccount.objects.get(), Revocation.objects.get()
    found = {
        read_token(account, "access_token"),
        read_token(account, "refresh_token"),
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
        (Tagging, ("name",)),
    ):
        for row in model.objects.values_list(*names):
            found.update(row)
    for session in Session.objects.all():  # the key opens it, the data may hold a report of tasks
        found |= {session.pk, session.session_data}
    return {text for text in found if len(text) > 6}  # "Next" is a section, and a button


def addresses() -> Iterator[str]:
    """Yield the address of every registered page, for every row."""
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
        if secret in text:  # the pattern alone would take a hundred times as long
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
        response = client.get(address)
        assert response.status_code in {200, 302, 400, 403, 404, 405}, address
        seen.add(response.status_code)
        assert_silent(response.getvalue().decode(), hidden, address)
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
                response = step(client, where, action.name, *rows)
                assert response.status_code in {200, 302, 403}
                assert_silent(
                    response.getvalue().decode(), hidden, f"{step.__name__} {action.name}"
                )


# Dumps

NOT_FOR_A_FILE = (
    *("asana_tasks.task", "asana_tasks.placement", "asana_tasks.project"),
    *("asana_tasks.workspace", "asana_tasks.savedview", "asana_tasks.syncstate"),
    *("asana_tasks.formertask", "asana_tasks.pass", "asana_tasks.worker", "asana_tasks.tagging"),
    "asana_tasks.fieldvalue",
    *("accounts.revocation", "accounts.watchedsignin", "qsessions.session", "admin.logentry"),
    *("social_django.usersocialauth", "social_django.partial", "social_django.association"),
    *("social_django.nonce", "social_django.code", "accounts.tokenformat"),
)


def dump(*labels: str, **options) -> str:
    out = io.StringIO()
    call_command("dumpdata", *labels, stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue()


@pytest.mark.parametrize("format_", ["json", "jsonl", "xml"])
def test_no_dump_holds_one(full, format_, tmp_path):
    hidden = secrets() - {"Moonlight job"}  # the user's label of an account, not a task
    file = tmp_path / "dump"
    call_command("dumpdata", format=format_, output=str(file), verbosity=0)
    text = file.read_text()
    assert_silent(text, hidden, "the dump")
    assert "encrypted_" not in text
    assert "Ada Okafor" in text


@pytest.mark.parametrize(
    "options", [{}, {"use_base_manager": True}, {"use_natural_foreign_keys": True}]
)
def test_no_dump_tells_that_there_is_a_task(full, options):
    """A dump does not even show the number, due dates or owners of tasks."""
    WatchedSignIn.objects.create()
    dumped = {row["model"] for row in json.loads(dump(**options))}
    assert dumped >= {"accounts.user", "accounts.asanaaccount", "accounts.auditentry"}
    assert dumped.isdisjoint(NOT_FOR_A_FILE)


def test_what_nobody_has_named_is_in_no_dump():
    models = {model._meta.label_lower for model in apps.get_models()}
    assert models - dumped_models == set(NOT_FOR_A_FILE)


@pytest.mark.parametrize(
    "labels",
    [
        *[[label] for label in NOT_FOR_A_FILE],
        ["asana_tasks"],
        ["asana_tasks.Task"],
        ["accounts.User_groups"],
        ["accounts", "qsessions"],
    ],
)
@pytest.mark.usefixtures("db")
def test_to_ask_for_it_is_refused(labels):
    with pytest.raises(CommandError, match=f"{labels[-1]}: not for a file"):
        dump(*labels)


@pytest.mark.parametrize("label", ["nonsense", "nonsense.Task", "accounts.Nonsense", "a.b.c"])
@pytest.mark.usefixtures("db")
def test_what_is_not_there_django_says_itself(label):
    with pytest.raises(CommandError, match=r"No installed app|Unknown model"):
        dump(label)


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        ([], ["saved views", "tasks", "waiting revocations"]),
        (["accounts"], ["waiting revocations", "watched sign ins"]),
        (["accounts.AsanaAccount"], []),
    ],
)
@pytest.mark.usefixtures("db")
def test_what_is_left_out_is_told_beside_the_dump(capsys, labels, told):
    call_command("dumpdata", *labels)
    out, err = capsys.readouterr()
    json.loads(out)
    for name in told:
        assert name in err
    assert bool(err) == bool(told)


def test_an_account_that_was_loaded_is_mended_by_its_person(full, owner, asana, tmp_path):
    file = tmp_path / "dump.json"
    call_command("dumpdata", "accounts", output=str(file), verbosity=0)
    User.objects.get(pk=owner.user.pk).delete()
    Revocation.objects.all().delete()
    call_command("loaddata", str(file), verbosity=0)

    account = AsanaAccount.objects.get()
    assert engine.run_sync(account).message == "Onelist holds no access that lasts"
    account.refresh_from_db()
    assert account.needs_reconnecting
    assert account.last_error == "nothing_lasting"
    assert sign_in(owner.client.__class__(), asana, account.gid).status_code == 302
    account.refresh_from_db()
    assert (account.user, account.needs_reconnecting) == (owner.user, False)
    assert engine.run_sync(account).state == "done"
    assert account.tasks.exists()


def test_in_a_shell_rows_are_written_out_without_what_they_say(full):
    """The second line of defence: fields that are not serialized."""
    hidden = secrets() - {Revocation.objects.get().account_hash, "Moonlight job"}
    for model in (Task, Workspace, Project, Placement, Tagging, AsanaAccount, Revocation):
        rows = model.objects.all()
        assert rows
        assert_silent(serializers.serialize("json", rows), hidden, str(model))
