"""Everybody's tasks, built when first asked for and then kept."""

from fake_asana.tasks.book import TaskBook
from fake_asana.tasks.record import Task

__all__ = ["Task", "TaskBook"]
