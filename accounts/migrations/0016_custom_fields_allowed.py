from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0015_preferences"),
    ]

    operations = [
        migrations.AlterField(
            model_name="auditentry",
            name="event",
            field=models.CharField(
                choices=[
                    ("signed_in", "Signed in"),
                    ("sign_in_refused", "Sign-in refused"),
                    ("confirmed", "Confirmed by signing in again"),
                    ("password_changed", "Password changed"),
                    ("session_ended", "Signed out somewhere"),
                    ("nothing_changed", "Nothing changed"),
                    ("connected", "Connected"),
                    ("permissions_widened", "May now change tasks"),
                    ("custom_fields_allowed", "May now read custom fields"),
                    ("permissions_given_up", "Permission given up"),
                    ("refresh_refused", "Token refresh refused"),
                    ("needs_reconnecting", "Needs reconnecting"),
                    ("reconnected", "Reconnected"),
                    ("disconnected", "Disconnected"),
                    ("revoked", "Access revoked at Asana"),
                    ("revocation_waiting", "Revocation waits for Asana"),
                    ("revocation_given_up", "Revocation given up"),
                    ("data_downloaded", "Data downloaded"),
                    ("deletion_asked", "Deletion asked for by mail"),
                    ("user_deleted", "A person and all their data deleted"),
                    ("seen", "Seen by an administrator"),
                    ("changed", "Changed by an administrator"),
                    ("group_changed", "Group changed by an administrator"),
                    ("log_exported", "Audit log exported"),
                    ("keys_rotated", "Tokens encrypted anew"),
                    ("cleaned_up", "Cleaned up"),
                ],
                max_length=32,
            ),
        ),
    ]
