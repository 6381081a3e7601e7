"""Control endpoints, by which tests and people at this machine do what happens around Asana."""

from fake_asana.control import grants, people, stand_in, tasks
from fake_asana.control.blueprint import control

__all__ = ["control", "grants", "people", "stand_in", "tasks"]
