"""The programs that tests of deploy/ run, such as nginx and Caddy, found or installed.

`python -m scripts.deploy_tools` installs what is missing, by apt as root on Debian, or fails and
says what to install.
"""

import os
import shutil
import sys
from typing import Final

from scripts import debian

PACKAGES: Final = {
    "nginx": "nginx-light",
    "caddy": "caddy",
    "systemd-analyze": "systemd",
    "pg_dump": "postgresql-client",
}
FOLDERS: Final = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


def find(program: str) -> str | None:
    """Return the path of a program, also of one for administrators; None if there is none."""
    return shutil.which(program, path=FOLDERS)


def missing() -> list[str]:
    return [program for program in PACKAGES if find(program) is None]


def explain(lacking: list[str]) -> str:
    packages = " ".join(PACKAGES[program] for program in lacking)
    return (
        f"Tests of deploy/ lack {', '.join(lacking)}, which could not be installed.\n"
        f"Debian, Ubuntu: apt install {packages}"
    )


def main() -> None:
    if lacking := missing():
        print(f"Not on this machine: {', '.join(lacking)}. Installing …", flush=True)
        debian.install([PACKAGES[program] for program in lacking])
    if lacking := missing():
        sys.exit(explain(lacking))


if __name__ == "__main__":
    main()
