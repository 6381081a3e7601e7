"""The site's own secrets, generated once into an environment file that only its owner can read."""

import secrets
from pathlib import Path

from cryptography.fernet import Fernet
from dotenv import dotenv_values, set_key

MAKERS = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(50),
    "TOKEN_KEYS": lambda: Fernet.generate_key().decode(),
}


def keep_secrets(path: Path, *, like: Path | None = None) -> list[str]:
    """Generate the secrets that `path` lacks, without printing them; return their names.

    A missing file is created as a copy of `like`, with mode 0600.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(like.read_text() if like else "")
    present = dotenv_values(path)
    made = [name for name in MAKERS if not present.get(name) and not present.get(f"{name}_FILE")]
    for name in made:
        set_key(path, name, MAKERS[name](), quote_mode="never")
    return made
