from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0014_first_weekday")]
    operations = [
        migrations.AddField(
            "user",
            "density",
            models.CharField(
                choices=[("compact", "One line a task"), ("comfortable", "Two lines a task")],
                default="compact",
                max_length=16,
            ),
        ),
        migrations.AddField(
            "user", "uses_keys", models.BooleanField("keyboard shortcuts", default=True)
        ),
    ]
