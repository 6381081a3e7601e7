"""The part of `make check` that needs settings: types, migrations, Django's deployment checks.

They run with generated production settings; this machine's .env is not read.
"""

import os
import subprocess
import sys
from pathlib import Path

from cryptography.fernet import Fernet
from django.core.management.utils import get_random_secret_key

ROOT = Path(__file__).parent.parent
PACKAGES = [
    "config",
    "accounts",
    "asana_tasks",
    "fake_asana",
    "scripts",
    "bench",
    "tests",
    "manage.py",
]
CHECKS = [
    ["-m", "mypy", *PACKAGES],
    ["manage.py", "makemigrations", "--check", "--dry-run"],
    ["manage.py", "check", "--deploy", "--fail-level", "WARNING"],
]


def production() -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", ""),
        "HOME": os.environ.get("HOME", ""),
        "ENV_FILE": "",
        "SECRET_KEY": get_random_secret_key(),
        "TOKEN_KEYS": Fernet.generate_key().decode(),
        "SITE_URL": "https://onelist.example.com",
        "ASANA_CLIENT_ID": "1200000000000999",
        "ASANA_CLIENT_SECRET": "not-a-real-secret",
        "DATABASE_URL": "sqlite://:memory:",
    }


def main() -> None:
    for check in CHECKS:
        print("$ python", *check, flush=True)
        if subprocess.run(
            [sys.executable, *check], cwd=ROOT, env=production(), check=False
        ).returncode:
            sys.exit(1)


if __name__ == "__main__":
    main()
