"""Files for the site's own system user alone: .env, the database, everything in var/."""

import os
from collections.abc import Iterator
from pathlib import Path
from stat import S_IMODE, S_ISDIR, S_ISLNK, S_ISREG
from typing import Final

from django.conf import settings

OTHERS: Final = 0o077
BESIDE_SQLITE: Final = ("", "-wal", "-shm", "-journal")
DONE: Final = "now they can't"
FAILED: Final = "they still can, since this user may not change that"


def make_private(sqlite: str) -> Iterator[str]:
    """Make files private; yield a sentence for .env, the database ('' for none), and failures."""
    told = {path: _mended(path) for path in _important(sqlite)}
    for path in _everything(settings.VAR):
        if path not in told:
            told[path] = "" if _mended(path) in {"", DONE} else FAILED
    for path, says in told.items():
        if says:
            yield f"{path} could be read by others: {says}."


def _mended(path: Path) -> str:
    """Take a file's bits for others away; return how that went, '' if there was nothing to do."""
    try:
        mode = path.lstat().st_mode
        if not (S_ISREG(mode) or S_ISDIR(mode)) or S_ISLNK(mode) or not mode & OTHERS:
            return ""
        path.chmod(S_IMODE(mode) & ~OTHERS)
    except FileNotFoundError:
        return ""
    except OSError:
        return FAILED
    return DONE


def _important(sqlite: str) -> Iterator[Path]:
    if settings.ENV_FILE:
        yield Path(settings.ENV_FILE).resolve()
    if sqlite:
        path = Path(sqlite).resolve()
        yield from (path.with_name(path.name + end) for end in BESIDE_SQLITE)


def _everything(folder: Path) -> Iterator[Path]:
    """Yield a folder and what is in it; a link is not followed."""
    for where, _, names in os.walk(folder):
        yield Path(where)
        yield from (Path(where) / name for name in names)
