from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("asana_tasks", "0007_unfinished_and_paused")]

    operations = [
        migrations.AddField(
            "syncstate",
            "claimed_until",
            models.DateTimeField(editable=False, null=True),
        ),
    ]
