"""Whether commands that units, containers and docs name can be given."""

import re
import shlex
from importlib.util import find_spec

from celery.bin.celery import celery
from django.core.management import get_commands, load_command_class

PYTHON = re.compile(r"(.*/)?python3?")
CELERY = re.compile(r"(.*/)?celery")


def check_command(command: str | list[str]) -> None:
    """Fail unless it is a command of manage.py, a module of ours or Celery's, with its options."""
    program, *words = shlex.split(command) if isinstance(command, str) else command
    if CELERY.fullmatch(program):
        assert words[:2] == ["-A", "config"]
        celery.commands[words[2]].make_context(words[2], words[3:], resilient_parsing=True)
    elif PYTHON.fullmatch(program) and words[0] == "-m":
        assert find_spec(words[1]), words
    else:
        assert PYTHON.fullmatch(program), command
        assert words[0] == "manage.py", command
        _check_management_command(words[1], words[2:])


def _check_management_command(name: str, words: list[str]) -> None:
    app = get_commands()[name]
    loaded = load_command_class(app, name) if isinstance(app, str) else app
    loaded.create_parser("manage.py", name).parse_args(words)
