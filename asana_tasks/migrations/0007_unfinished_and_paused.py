from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("asana_tasks", "0006_crawls_and_deltas")]

    operations = [
        migrations.AddField(
            "syncstate",
            "unfinished_since",
            models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            "syncstate",
            "paused_at",
            models.DateTimeField(editable=False, null=True),
        ),
    ]
