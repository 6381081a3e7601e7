"""What released code does with the database it is given: fed to Python in the folder of that code.

Nothing of the present code is imported; the helpers are those of the release. Writes a JSON object
to stdout: "" for each step that worked, else the error.
"""

import json
import os
import secrets
import sys

import django
from django.test.utils import setup_test_environment

django.setup()
setup_test_environment()

from django.apps import apps  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import models, transaction  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.utils import timezone  # noqa: E402

from tests.people import Person  # noqa: E402
from tests.stand_in import ADA, StandIn  # noqa: E402

told: dict[str, str] = {}
asana = StandIn(None, os.environ["ASANA_URL"])
people: dict[str, Person] = {}


def step(name):
    """Run a function now, by itself, and note how it ended."""

    def run(function):
        try:
            with transaction.atomic():
                function()
        except Exception as error:
            said = str(error).splitlines()
            told[name] = f"{type(error).__name__}: {said[0] if said else ''}"
        else:
            told[name] = ""

    return run


def made(model):
    """Store a row with a value in every column that has no default, and those it refers to."""
    values = {}
    for field in model._meta.concrete_fields:
        if field.has_default() or field.null or isinstance(field, models.AutoField):
            continue
        values[field.name] = made(field.related_model) if field.related_model else value(field)
    return model._base_manager.create(**values)


def value(field):
    if isinstance(field, models.DateTimeField):
        return timezone.now()
    if isinstance(field, models.JSONField):
        return {}
    if isinstance(field, (models.BooleanField, models.IntegerField)):
        return 1
    return secrets.token_hex(4)[: field.max_length]


def write(model):
    """Store a row of the model and undo it."""
    with transaction.atomic():
        made(model)
        transaction.set_rollback(True)


def page(client, path):
    response = client.get(path)
    assert response.status_code == 200, f"status {response.status_code}"


plain = {**settings.STORAGES}
plain["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
with override_settings(STORAGES=plain):
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            label = model._meta.label_lower
            step(f"read {label}")(lambda model=model: list(model._base_manager.all()[:2]))
            step(f"write {label}")(lambda model=model: write(model))

    @step("sign in")
    def sign_in():
        people["ada"] = Person.signed_in(asana, ADA)

    @step("sync")
    def sync():
        with open(os.devnull, "w") as nowhere:
            call_command("sync_tasks", stdout=nowhere, stderr=nowhere)
        assert people["ada"].account.tasks.exists()

    for path in ("/tasks/", "/tasks/calendar/", "/accounts/", "/accounts/history/", "/workspaces/"):
        step(path)(lambda path=path: page(people["ada"].client, path))

    @step("change")
    def change():
        ada = people["ada"]
        ada.allow_writing(asana)
        task = ada.account.tasks.filter(completed=False)[0]
        ada.client.post("/tasks/change/", {"task": task.pk, "do": "complete"})
        task.refresh_from_db()
        assert task.completed

    @step("administration")
    def administration():
        client, users = Client(), apps.get_model("accounts", "User").objects
        client.force_login(
            users.create_superuser("old-root", password="x"), settings.AUTHENTICATION_BACKENDS[-1]
        )
        for path in ("", "accounts/user/", "accounts/asanaaccount/", "accounts/auditentry/"):
            page(client, f"/admin/{path}")


json.dump(told, sys.stdout)
