from dataclasses import dataclass

from fake_asana.tasks.related import Task

NOW = "now"


@dataclass(frozen=True)
class TaskFilter:
    """Leaves tasks out of a list. All date-times of the stand-in have one form: text compares."""

    completed_since: str | None = None  # NOW: only what is open
    modified_since: str | None = None

    def accepts(self, task: Task) -> bool:
        if self.modified_since and task["modified_at"] < self.modified_since:
            return False
        if not (self.completed_since and task["completed"]):
            return True
        return self.completed_since != NOW and bool(task["completed_at"] >= self.completed_since)
