"""The site's own secrets, generated once into an environment file that only its owner can read."""

import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

from cryptography.fernet import Fernet
from dotenv import dotenv_values, set_key

MAKERS = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(50),
    "TOKEN_KEYS": lambda: Fernet.generate_key().decode(),
}


def keep_secrets(path: Path, *, like: Path | None = None) -> list[str]:
    """Generate the secrets that `path` lacks, without printing them; return their names.

    A missing file is created as a copy of `like`, with mode 0600. Exits with a sentence if the file
    can't be used.
    """
    try:
        present = dotenv_values(path, interpolate=False)
        made = [name for name in MAKERS if not _given(name, present)]
        _write(path, made, like)
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        sys.exit(
            f"{path} can't be used ({why}). Make that possible, or give SECRET_KEY and TOKEN_KEYS "
            "in the environment."
        )
    return made


def all_given() -> bool:
    """Tell whether the environment has all secrets: then no file is needed."""
    return all(_given(name, os.environ) for name in MAKERS)


def _given(name: str, where: Mapping[str, str | None]) -> bool:
    return bool(where.get(name) or where.get(f"{name}_FILE"))


def _write(path: Path, made: list[str], like: Path | None) -> None:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(like.read_text() if like else "")
    for name in made:
        set_key(path, name, MAKERS[name](), quote_mode="never")
