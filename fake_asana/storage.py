"""The state file, which survives a restart. It is replaced as a whole, so never half written."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

VERSION = 1


class StateError(Exception):
    """A state file that cannot be used; the message says why."""


def load(path: Path) -> dict[str, Any] | None:
    """Return the saved state, None if there is no file. Raises StateError."""
    try:
        saved = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise unusable(path) from error
    if not isinstance(saved, dict) or saved.get("version") != VERSION:
        raise unusable(path)
    return saved


def save(path: Path, state: dict[str, Any]) -> None:
    try:
        # mkstemp gives mode 0600: the file holds tokens and a private key
        fd, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    except OSError as error:
        raise StateError(f"The state file {path} cannot be written: {error.strerror}.") from error
    try:
        with os.fdopen(fd, "w", encoding="utf-8") as file:
            json.dump({"version": VERSION, **state}, file)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def unusable(path: Path) -> StateError:
    return StateError(
        f"The state file {path} is not one that Fake Asana can read. Move it away to start afresh."
    )
