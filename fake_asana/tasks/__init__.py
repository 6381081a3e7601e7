"""The tasks of all people, built at the first request and then kept."""

from fake_asana.tasks.book import TaskBook
from fake_asana.tasks.related import Task

__all__ = ["Task", "TaskBook"]
