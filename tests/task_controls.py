"""Change tasks of the stand-in, as somebody else in Asana would."""

from typing import Any

Record = dict[str, Any]


class TaskControls:
    """The control endpoints for tasks, as methods; each change counts as one at Asana's time now.

    That is, `modified_at` is the stand-in's now, except where a method says that it remains.
    """

    def _control(self, method: str, path: str, body: Record | None = None) -> Any:
        raise NotImplementedError

    def tasks(self, person: str) -> list[Record]:
        """Return all tasks assigned to that person, with all fields."""
        found: list[Record] = self._control("GET", f"people/{person}/tasks")
        return found

    def task(self, gid: str) -> Record:
        found: Record = self._control("GET", f"tasks/{gid}")
        return found

    def change_task(self, gid: str, **fields: Any) -> None:
        """Change any fields of a task; fake_asana/README.md says what else changes with some."""
        self._control("POST", f"tasks/{gid}", fields)

    def delete_task(self, gid: str) -> None:
        self._control("DELETE", f"tasks/{gid}")

    def create_task(
        self,
        person: str,
        name: str,
        *,
        workspace: str,
        due_on: str | None = None,
        project: str | None = None,
        place: str = "start",
    ) -> Record:
        """Create a task for a person, at the start or the "end" of the list; return it in full.

        `project` is "Project" or "Project / Section".
        """
        asked = {"name": name, "workspace": workspace, "due_on": due_on}
        asked |= {"project": project, "place": place}
        created: Record = self._control("POST", f"people/{person}/tasks", asked)
        return created

    def assign(self, gid: str, person: str | None) -> None:
        """Assign a task to another person or nobody; it comes first in the list of that person."""
        self.change_task(gid, assignee=person)

    def unassign(self, gid: str) -> None:
        self.assign(gid, None)

    def complete(self, gid: str, by: str | None = None) -> None:
        """Complete a task as that person, by default as a colleague who does not live there."""
        self.change_task(gid, completed=True, **({"completed_by": by} if by else {}))

    def reopen(self, gid: str) -> None:
        self.change_task(gid, completed=False)

    def move_task(self, gid: str, before: str | None) -> None:
        """Move a task to before another one of its list, or to the end; `modified_at` remains."""
        self._control("POST", f"tasks/{gid}/move", {"before": before})

    def move_to_workspace(self, gid: str, workspace: str) -> None:
        """Move a task to another workspace of its assignee; it loses projects and tags."""
        self.change_task(gid, workspace=workspace)

    def add_to_project(self, gid: str, project: str) -> None:
        """Add a task to "Project" or "Project / Section"."""
        self.change_task(gid, project=project)

    def add_comment(self, gid: str, text: str, person: str | None = None) -> Record:
        """Add a comment of that person, by default of a colleague who does not live there."""
        added: Record = self._control(
            "POST", f"tasks/{gid}/comments", {"text": text, "person": person}
        )
        return added

    def rename_project(self, gid: str, name: str) -> None:
        """Rename a project in all its tasks, whose `modified_at` remains."""
        self._control("POST", f"projects/{gid}", {"name": name})

    def rename_section(self, gid: str, name: str) -> None:
        """Rename a section in all its tasks, whose `modified_at` remains."""
        self._control("POST", f"sections/{gid}", {"name": name})
