import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("asana_tasks", "0009_completed_since"),
    ]

    operations = [
        migrations.AddField(
            model_name="task",
            name="assignee_section_gid",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="task",
            name="assignee_section_name",
            field=models.CharField(blank=True, max_length=200, serialize=False),
        ),
        migrations.AddField(
            model_name="task",
            name="created_by_gid",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="task",
            name="created_by_name",
            field=models.CharField(blank=True, max_length=200, serialize=False),
        ),
        migrations.AddField(
            model_name="task",
            name="tags",
            field=models.JSONField(default=list, serialize=False),
        ),
        migrations.CreateModel(
            name="Tagging",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("gid", models.CharField(max_length=64)),
                ("name", models.CharField(blank=True, max_length=200, serialize=False)),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="taggings",
                        to="asana_tasks.task",
                    ),
                ),
            ],
            options={
                "verbose_name": "tag of a task",
                "verbose_name_plural": "tags of tasks",
                "constraints": [
                    models.UniqueConstraint(fields=("task", "gid"), name="tag_once_per_task")
                ],
            },
        ),
    ]
