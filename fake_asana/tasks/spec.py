"""Short specifications of tasks; `record.py` makes records of them."""

from dataclasses import dataclass

INBOX, TODAY, SOON, LATER = "Recently assigned", "Do today", "Do next week", "Do later"


@dataclass(frozen=True)
class Spec:
    name: str
    due: int | None = None  # days from today
    at: str | None = None  # a time of day makes it due_at
    start: int | None = None
    where: tuple[str, ...] = ()  # "Project / Section"
    bucket: str = INBOX  # the assignee_section
    subtype: str = "default_task"
    approval: str | None = None
    done: int | None = None  # days ago
    parent: str | None = None
    subtasks: int = 0
    notes: str = ""
    by: str = ""  # who created it, if not the one who has it
    tags: tuple[str, ...] = ()
    fields: tuple[tuple[str, str | float], ...] = ()  # custom fields
    followers: tuple[str, ...] = ()
    comments: tuple[tuple[str, str], ...] = ()  # who, and what they said; oldest first
    attachments: tuple[str, ...] = ()  # names of files
    age: int | None = None  # days since it was created; None: within ten weeks
