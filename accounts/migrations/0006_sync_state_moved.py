from django.db import migrations, models


class Migration(migrations.Migration):
    """Drop what `asana_tasks` keeps in a table of its own since its migration 0003."""

    dependencies = [
        ("accounts", "0005_what_came_to_nothing"),
        ("asana_tasks", "0003_sync_state"),
    ]

    operations = [
        migrations.RemoveField("asanaaccount", "synced_at"),
        migrations.AlterField(
            model_name="asanaaccount",
            name="sync_lease",
            field=models.CharField(blank=True, default="", editable=False, max_length=32),
        ),
        migrations.RemoveField("asanaaccount", "sync_lease"),
        migrations.RemoveField("asanaaccount", "sync_lease_expires_at"),
        migrations.RemoveField("asanaaccount", "ask_again_at"),
    ]
