from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("asana_tasks", "0008_claimed_until"),
    ]

    operations = [
        migrations.AddField(
            model_name="workspace",
            name="completed_since",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
    ]
