import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("asana_tasks", "0011_view_order_and_start"),
    ]

    operations = [
        migrations.AddField(
            model_name="syncstate",
            name="custom_fields",
            field=models.CharField(
                blank=True,
                choices=[("", "Not read"), ("yes", "Read"), ("refused", "Refused by Asana")],
                default="",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="workspace",
            name="fields_cursor",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="workspace",
            name="fields_offset",
            field=models.TextField(blank=True, editable=False),
        ),
        migrations.AddField(
            model_name="workspace",
            name="fields_since",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="workspace",
            name="fields_upto",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.CreateModel(
            name="FieldValue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("gid", models.CharField(max_length=64)),
                ("name", models.CharField(max_length=200, serialize=False)),
                ("kind", models.CharField(max_length=16)),
                ("shown", models.CharField(max_length=200, serialize=False)),
                ("rank", models.FloatField(null=True)),
                ("folded", models.CharField(max_length=200, serialize=False)),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="field_values",
                        to="asana_tasks.task",
                    ),
                ),
            ],
            options={
                "verbose_name": "custom field of a task",
                "verbose_name_plural": "custom fields of tasks",
                "constraints": [
                    models.UniqueConstraint(fields=("task", "gid"), name="field_once_per_task")
                ],
            },
        ),
    ]
