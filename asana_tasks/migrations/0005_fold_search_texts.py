from typing import Any

from django.db import migrations

from asana_tasks.text_search import normalize

BATCH = 500


def fold(apps: Any, schema_editor: Any) -> None:
    """Fold what tasks are searched and sorted by once more: `normalize` does more than it did.

    A sync writes only rows that changed in Asana, so it would not.
    """
    tasks = apps.get_model("asana_tasks", "Task").objects.using(schema_editor.connection.alias)
    changed = []
    rows = tasks.only("search_text", "sort_name").order_by("pk")
    for task in rows.iterator(chunk_size=BATCH):
        folded = "\n".join(map(normalize, task.search_text.split("\n"))), normalize(task.sort_name)
        if folded != (task.search_text, task.sort_name):
            task.search_text, task.sort_name = folded[0], folded[1][:100]
            changed.append(task)
        if len(changed) >= BATCH:
            tasks.bulk_update(changed, ["search_text", "sort_name"])
            changed.clear()
    tasks.bulk_update(changed, ["search_text", "sort_name"])


class Migration(migrations.Migration):
    dependencies = [("asana_tasks", "0004_drop_legacy_error")]

    operations = [migrations.RunPython(fold, migrations.RunPython.noop, elidable=True)]
