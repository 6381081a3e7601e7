from asana_tasks.models.saved_views import SavedView
from asana_tasks.models.sync_states import SyncState
from asana_tasks.models.tasks import FieldValue, FormerTask, Placement, Project, Tagging, Task
from asana_tasks.models.workers import Worker
from asana_tasks.models.workspaces import Pass, Workspace

__all__ = [
    "FieldValue",
    "FormerTask",
    "Pass",
    "Placement",
    "Project",
    "SavedView",
    "SyncState",
    "Tagging",
    "Task",
    "Worker",
    "Workspace",
]
