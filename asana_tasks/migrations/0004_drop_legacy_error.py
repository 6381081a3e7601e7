from django.db import migrations, models


class Migration(migrations.Migration):
    """Drop the sentences that 0003 turned into codes: a transaction of its own, for PostgreSQL."""

    dependencies = [("asana_tasks", "0003_sync_state")]

    operations = [
        migrations.AlterField(
            model_name="workspace",
            name="legacy_error",
            field=models.CharField(blank=True, default="", max_length=255),
        ),
        migrations.RemoveField("workspace", "legacy_error"),
    ]
