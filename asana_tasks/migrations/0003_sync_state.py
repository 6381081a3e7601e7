import re
from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

CODES = [
    "no_response",
    "http_error",
    "not_json",
    "errors_in_response",
    "incomplete_list",
    "another_task",
    "bad_offset",
    "foreign_page",
    "endless_pages",
    "unreadable_tasks",
    "rejected",
    "rate_limited",
    "not_authorized",
    "forbidden",
    "not_listed",
    "no_token",
    "just_reconnected",
    "already_syncing",
    "taken_over",
    "disconnected",
    "legacy",
]
CHOICES = [(code, code.replace("_", " ").title()) for code in CODES]
NOT_LISTED = (
    "Asana no longer lists this workspace: you left it, or its administrator blocks Onelist"
)
# The sentences that were kept before, and the codes that say the same.
SENTENCES = [
    ("no_response", "Asana isn't answering"),
    ("not_json", "Asana's answer is not JSON"),
    ("not_json", "Asana's answer is not an object"),
    ("errors_in_response", "Asana's answer tells of errors"),
    ("incomplete_list", "Asana's answer holds no list"),
    ("incomplete_list", "Asana's answer holds no whole page of a list"),
    ("incomplete_list", "Asana lists a workspace that can't be read"),
    ("another_task", "Asana's answer holds another task or none"),
    ("bad_offset", "Asana's pages lead nowhere"),
    ("foreign_page", "Asana's pages lead to another host"),
    ("endless_pages", "Asana's pages never end"),
    (
        "unreadable_tasks",
        "Some of the tasks that Asana sent can't be read; no task was removed",
    ),
    ("not_authorized", "Asana doesn't accept our token"),
    ("forbidden", "Asana doesn't let us see this"),
    ("not_listed", NOT_LISTED),
    ("just_reconnected", "It has just been connected anew"),
]
PATTERNS = [
    ("rejected", r"Asana answers with an error \((?P<status>4\d\d)\)(?:: (?P<message>.*))?"),
    ("http_error", r"Asana answers with an error \((?P<status>\d+)\)"),
    ("rate_limited", r"Asana asks to wait (?P<seconds>\d+) seconds"),
]


# Problems that `accounts` names, of a token that could not be refreshed
NO_TOKEN = [
    ("being_refreshed", "Somebody else is refreshing this account"),
    ("answered_for_another", "Asana answered for another account"),
]


def code_of(sentence: str) -> tuple[str, dict[str, object]]:
    """Return the code and arguments of a sentence; those that fit none are kept as they are."""
    for code, known in SENTENCES:
        if sentence == known:
            return code, {}
    for problem, known in NO_TOKEN:
        if sentence == known:
            return "no_token", {"problem": problem, "problem_args": {}}
    for code, pattern in PATTERNS:
        if match := re.fullmatch(pattern, sentence, re.DOTALL):
            args = {name: value or "" for name, value in match.groupdict().items()}
            return code, {
                name: int(value) if name in {"status", "seconds"} else value
                for name, value in args.items()
            }
    return "legacy", {"text": sentence}


def sentence_of(code: str, args: dict[str, object]) -> str:
    """Return what the version before would have kept."""
    if code == "legacy":
        return str(args["text"])
    if code == "rejected":
        return f"Asana answers with an error ({args['status']}): {args['message']}".removesuffix(
            ": "
        )
    if code == "http_error":
        return f"Asana answers with an error ({args['status']})"
    if code == "rate_limited":
        return f"Asana asks to wait {args['seconds']} seconds"
    known = dict(reversed(NO_TOKEN if code == "no_token" else SENTENCES))
    return known.get(str(args.get("problem", code)), "Asana isn't answering")


def move_forwards(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Give every account its state. The error of an account that works was the sync's own."""
    state_model = apps.get_model("asana_tasks", "SyncState")
    accounts = apps.get_model("accounts", "AsanaAccount").objects.order_by("pk")
    batch = []
    for account in accounts.iterator(chunk_size=500):
        is_syncs = account.status == "connected" and account.last_error
        code, args = code_of(account.last_error) if is_syncs else ("", {})
        batch.append(
            state_model(
                account=account,
                synced_at=account.synced_at,
                lease=account.sync_lease,
                lease_expires_at=account.sync_lease_expires_at,
                paused_until=account.ask_again_at,
                last_error=code,
                last_error_args=args,
            )
        )
        if len(batch) == 500:
            state_model.objects.bulk_create(batch)
            batch = []
    state_model.objects.bulk_create(batch)
    accounts.filter(status="connected").exclude(last_error="").update(last_error="")
    workspaces = apps.get_model("asana_tasks", "Workspace").objects
    for workspace in workspaces.exclude(legacy_error="").iterator():
        workspace.last_error, workspace.last_error_args = code_of(workspace.legacy_error)
        workspace.save(update_fields=["last_error", "last_error_args"])


def move_backwards(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Write times, lease and sentences back to the accounts and workspaces."""
    for state in apps.get_model("asana_tasks", "SyncState").objects.select_related("account"):
        account = state.account
        account.synced_at, account.ask_again_at = state.synced_at, state.paused_until
        account.sync_lease, account.sync_lease_expires_at = state.lease, state.lease_expires_at
        if state.last_error and account.status == "connected":
            account.last_error = sentence_of(state.last_error, state.last_error_args)[:255]
        account.save()
    workspaces = apps.get_model("asana_tasks", "Workspace").objects
    for workspace in workspaces.exclude(last_error="").iterator():
        workspace.legacy_error = sentence_of(workspace.last_error, workspace.last_error_args)[:255]
        workspace.save(update_fields=["legacy_error"])


class Migration(migrations.Migration):
    """Move what a sync knows of an account from `accounts` to a table of its own, as codes."""

    dependencies = [
        ("accounts", "0005_what_came_to_nothing"),
        ("asana_tasks", "0002_dumps_without_tasks"),
    ]

    operations = [
        migrations.CreateModel(
            name="SyncState",
            fields=[
                (
                    "last_error",
                    models.CharField(blank=True, choices=CHOICES, max_length=32),
                ),
                ("last_error_args", models.JSONField(blank=True, default=dict)),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="sync_state",
                        serialize=False,
                        to="accounts.asanaaccount",
                    ),
                ),
                (
                    "synced_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="tasks synced at"),
                ),
                ("lease", models.CharField(blank=True, editable=False, max_length=32)),
                (
                    "lease_expires_at",
                    models.DateTimeField(blank=True, editable=False, null=True),
                ),
                (
                    "paused_until",
                    models.DateTimeField(blank=True, editable=False, null=True),
                ),
            ],
            options={"abstract": False},
        ),
        migrations.RenameField("workspace", "last_error", "legacy_error"),
        migrations.AddField(
            model_name="workspace",
            name="last_error",
            field=models.CharField(blank=True, choices=CHOICES, max_length=32, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="workspace",
            name="last_error_args",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.RunPython(move_forwards, move_backwards),
    ]
