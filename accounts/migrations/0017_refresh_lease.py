from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0016_custom_fields_allowed")]
    operations = [
        migrations.AddField(
            "asanaaccount",
            "refresh_lease_expires_at",
            models.DateTimeField(null=True, editable=False, serialize=False),
        ),
    ]
