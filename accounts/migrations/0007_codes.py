"""Errors and details become codes with arguments. Text that fits no code is kept as `legacy`.

An account that is connected needs no reconnecting: the error of its last sync isn't kept here.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, Final

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from accounts.migrations._sentences import to_code, to_text

BATCH: Final = 500
PROBLEMS: Final = (
    "no_response timeout tls_error redirected too_large http_error"
    " gone being_refreshed answered_for_another"
    " access_ended token_unreadable nothing_lasting asked_by_administrator ended_together legacy"
)
DETAILS: Final = (
    "with_asana with_password denied sign_in_ended unreachable bad_request scopes_refused"
    " app_refused unverified not_a_member signups_closed too_many inactive code_rejected"
    " another_account another_person still_wide no_longer_linked in_use"
    " browser other_sessions everywhere nowhere"
    " refresh_refused key_is_back earlier_token_unreadable connected_again"
    " history history_as_csv added fields_changed token_refreshed marked revocation_tried"
    " tasks_synced entries_exported begun deleted rotated"
)

Args = dict[str, Any]


def _choices(codes: str) -> list[tuple[str, str]]:
    return [(code, code.replace("_", " ").title()) for code in codes.split()]


def to_codes(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    accounts, revocations, entries = _tables(apps, editor)
    accounts.filter(status="connected").exclude(last_error="").update(last_error="")
    for rows in (accounts, revocations):
        _change(rows, ["last_error"], to_code, "last_error", "last_error_args")
    _change(entries, ["detail", "event"], to_code, "detail", "detail_args")


def to_sentences(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    accounts, revocations, entries = _tables(apps, editor)
    for rows, code in ((accounts, "last_error"), (revocations, "last_error"), (entries, "detail")):
        _change(rows, [code, f"{code}_args"], _sentence, code)


def _sentence(code: str, args: Args) -> tuple[str]:
    return (to_text(code, args),)


def _tables(apps: Apps, editor: BaseDatabaseSchemaEditor) -> Iterator[Any]:
    for name in ("AsanaAccount", "Revocation", "AuditEntry"):
        yield apps.get_model("accounts", name).objects.using(editor.connection.alias)


def _change(rows: Any, read: list[str], changed: Callable[..., Any], *written: str) -> None:
    """Write what `changed` makes of what was read: a batch at a time, rows alike in one query."""
    for batch in _batches(rows.exclude(**{read[0]: ""}), read):
        alike = defaultdict(list)
        for pk, *values in batch:
            alike[json.dumps(values)].append(pk)
        for values, pks in alike.items():
            result = changed(*json.loads(values))
            rows.filter(pk__in=pks).update(**dict(zip(written, result, strict=True)))


def _batches(rows: Any, read: list[str]) -> Iterator[list[Any]]:
    last = 0
    rows = rows.order_by("pk").values_list("pk", *read)
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        yield batch
        last = batch[-1][0]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_sync_state_moved")]
    operations = [
        migrations.AddField(
            model_name="asanaaccount",
            name="last_error_args",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="revocation",
            name="last_error_args",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="detail_args",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.RunPython(to_codes, to_sentences),
        migrations.AlterField(
            model_name="asanaaccount",
            name="last_error",
            field=models.CharField(blank=True, choices=_choices(PROBLEMS), max_length=32),
        ),
        migrations.AlterField(
            model_name="revocation",
            name="last_error",
            field=models.CharField(blank=True, choices=_choices(PROBLEMS), max_length=32),
        ),
        migrations.AlterField(
            model_name="auditentry",
            name="detail",
            field=models.CharField(
                blank=True, choices=[*_choices(DETAILS), *_choices(PROBLEMS)], max_length=32
            ),
        ),
    ]
