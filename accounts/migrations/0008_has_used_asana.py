"""Who has ever signed in with Asana, so that nobody else sets a password for them.

Somebody whose last account was disconnected has entries about it. Without a usable password and
without entries (AUDIT_DAYS have passed), nothing but Asana can have let them in.
"""

from django.apps.registry import Apps
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Q

BATCH = 500


def remember(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    users = apps.get_model("accounts", "User").objects.using(editor.connection.alias)
    came = Q(asana_accounts__isnull=False) | Q(history__account_gid__gt="")
    nothing_else = Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    numbers = list(users.filter(came | nothing_else).values_list("pk", flat=True).distinct())
    for start in range(0, len(numbers), BATCH):
        users.filter(pk__in=numbers[start : start + BATCH]).update(has_used_asana=True)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_codes")]
    operations = [
        migrations.AddField(
            model_name="user",
            name="has_used_asana",
            field=models.BooleanField(
                default=False, editable=False, verbose_name="has signed in with Asana"
            ),
        ),
        migrations.RunPython(remember, migrations.RunPython.noop),
    ]
