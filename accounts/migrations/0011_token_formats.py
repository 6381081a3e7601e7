"""The format of encrypted tokens that every row has, on a new site from the beginning."""

import django.utils.timezone
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def begin_with_the_new_one(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Refuse the old format at once where no row can be of it."""
    alias = editor.connection.alias
    has_rows = any(
        apps.get_model("accounts", name).objects.using(alias).exists()
        for name in ("AsanaAccount", "Revocation")
    )
    if not has_rows:
        apps.get_model("accounts", "TokenFormat").objects.using(alias).get_or_create(version=2)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_actor_name"),
    ]

    operations = [
        migrations.CreateModel(
            name="TokenFormat",
            fields=[
                ("version", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("complete_since", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.RunPython(begin_with_the_new_one, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="auditentry",
            name="detail",
            field=models.CharField(
                blank=True,
                choices=[
                    ("with_asana", "With Asana"),
                    ("with_password", "With Password"),
                    ("denied", "Denied"),
                    ("sign_in_ended", "Sign In Ended"),
                    ("unreachable", "Unreachable"),
                    ("bad_request", "Bad Request"),
                    ("scopes_refused", "Scopes Refused"),
                    ("app_refused", "App Refused"),
                    ("unverified", "Unverified"),
                    ("not_a_member", "Not A Member"),
                    ("signups_closed", "Signups Closed"),
                    ("too_many", "Too Many"),
                    ("inactive", "Inactive"),
                    ("code_rejected", "Code Rejected"),
                    ("another_account", "Another Account"),
                    ("another_person", "Another Person"),
                    ("still_wide", "Still Wide"),
                    ("no_longer_linked", "No Longer Linked"),
                    ("in_use", "In Use"),
                    ("old_password_wrong", "Old Password Wrong"),
                    ("browser", "Browser"),
                    ("other_sessions", "Other Sessions"),
                    ("everywhere", "Everywhere"),
                    ("nowhere", "Nowhere"),
                    ("refresh_refused", "Refresh Refused"),
                    ("key_is_back", "Key Is Back"),
                    ("earlier_token_unreadable", "Earlier Token Unreadable"),
                    ("connected_again", "Connected Again"),
                    ("history", "History"),
                    ("history_as_csv", "History As Csv"),
                    ("added", "Added"),
                    ("fields_changed", "Fields Changed"),
                    ("group_added", "Group Added"),
                    ("group_changed", "Group Changed"),
                    ("group_deleted", "Group Deleted"),
                    ("token_refreshed", "Token Refreshed"),
                    ("marked", "Marked"),
                    ("revocation_tried", "Revocation Tried"),
                    ("tasks_synced", "Tasks Synced"),
                    ("entries_exported", "Entries Exported"),
                    ("begun", "Begun"),
                    ("deleted", "Deleted"),
                    ("old_format_refused", "Old Format Refused"),
                    ("rotated", "Rotated"),
                    ("no_response", "No Response"),
                    ("timeout", "Timeout"),
                    ("tls_error", "Tls Error"),
                    ("redirected", "Redirected"),
                    ("too_large", "Too Large"),
                    ("http_error", "Http Error"),
                    ("gone", "Gone"),
                    ("being_refreshed", "Being Refreshed"),
                    ("answered_for_another", "Answered For Another"),
                    ("access_ended", "Access Ended"),
                    ("token_unreadable", "Token Unreadable"),
                    ("nothing_lasting", "Nothing Lasting"),
                    ("asked_by_administrator", "Asked By Administrator"),
                    ("ended_together", "Ended Together"),
                    ("legacy", "Legacy"),
                ],
                max_length=32,
            ),
        ),
    ]
