from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0015_preferences")]
    operations = [
        migrations.AddField(
            "asanaaccount",
            "refresh_lease_expires_at",
            models.DateTimeField(null=True, editable=False, serialize=False),
        ),
    ]
