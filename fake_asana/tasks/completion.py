"""The fields that change together when a task is completed or reopened."""

from collections.abc import Mapping
from typing import Any

from fake_asana.tasks.related import Task

APPROVAL = {"pending": False, "approved": True, "rejected": True, "changes_requested": True}


def with_completion(task: Task, changed: Task, by: Mapping[str, Any], now: str) -> Task:
    """Return `changed` with what else changes: the approval, who completed the task and
    when; that moment is also when it was modified.

    What is in `changed` stays as it is.
    """
    together: Task = {}
    if task["resource_subtype"] == "approval":
        if changed.get("approval_status"):
            together["completed"] = APPROVAL[changed["approval_status"]]
        elif "completed" in changed:
            together["approval_status"] = "approved" if changed["completed"] else "pending"
    done = {**together, **changed}.get("completed", task["completed"])
    if done != task["completed"]:
        together["completed_at"] = now if done else None
        together["completed_by"] = dict(by) if done else None
        together["modified_at"] = now
    return {**together, **changed}
