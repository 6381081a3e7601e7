from typing import Any

from django.db import migrations, models
from django.db.models import F


def keep_order(apps: Any, _schema_editor: Any) -> None:
    apps.get_model("asana_tasks", "SavedView").objects.update(position=F("pk"))


class Migration(migrations.Migration):
    dependencies = [("asana_tasks", "0010_tags_creators_and_my_sections")]
    operations = [
        migrations.AddField(
            "savedview", "position", models.PositiveIntegerField(default=0, editable=False)
        ),
        migrations.AddField("savedview", "is_start", models.BooleanField(default=False)),
        migrations.RunPython(keep_order, migrations.RunPython.noop),
        migrations.AlterModelOptions("savedview", {"ordering": ["position", "pk"]}),
        migrations.AddConstraint(
            "savedview",
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(is_start=True), name="one_start_per_user"
            ),
        ),
    ]
