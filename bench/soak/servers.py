"""A PostgreSQL and a Redis of our own, which are restarted under the site."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scripts.debian import install
from scripts.ports import free_port

PROGRAMS: Final = "/usr/lib/postgresql"  # Debian's; elsewhere they are in PATH
SECONDS_TO_START: Final = 60


@dataclass(frozen=True)
class Postgres:
    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgres://onelist@127.0.0.1:{self.port}/postgres"

    def create(self) -> None:
        """Make the cluster. PostgreSQL refuses to run as root: then it is the user postgres's."""
        self.folder.mkdir()
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        self._run("initdb", "--username", "onelist", "--auth", "trust", "--no-sync")

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        self._control("start", "-o", options, "-l", str(self.folder / "log"))

    def restart(self, *, crashes: bool) -> None:
        """Stop it as an upgrade does, or as a crash would, and start it again."""
        self._control("stop", "-m", "immediate" if crashes else "fast")
        self.start()

    def stop(self) -> None:
        self._control("stop", "-m", "immediate")

    def _control(self, *command: str) -> None:
        self._run("pg_ctl", *command, "-w", "-t", str(SECONDS_TO_START))

    def _run(self, program: str, *arguments: str) -> None:
        as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*as_user, str(_path_of(program)), "-D", str(self.folder), *arguments]
        subprocess.run(command, cwd="/", stdout=subprocess.DEVNULL, check=True)


@dataclass
class Redis:
    folder: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it with nothing in it: what it held was not kept."""
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self.process = subprocess.Popen(
            [*command, "--dir", str(self.folder)], stdout=subprocess.DEVNULL
        )

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()


@contextmanager
def own_postgres(folder: Path) -> Iterator[Postgres]:
    """Run one in a folder. Exits with a sentence if a program of the soak is missing."""
    for program, package in (("redis-server", "redis-server"), ("initdb", "postgresql")):
        if _path_of(program) is None:
            install([package])
        if _path_of(program) is None:
            sys.exit(f"The soak needs {program} (Debian: apt install {package}).")
    folder.chmod(0o755)  # PostgreSQL's user enters it
    postgres = Postgres(folder / "postgresql", free_port())
    postgres.create()
    postgres.start()
    try:
        yield postgres
    finally:
        postgres.stop()


def _path_of(program: str) -> str | None:
    """Return the path of a program, of PostgreSQL's the newest; None without any."""
    newest = max(map(str, Path(PROGRAMS).glob(f"*/bin/{program}")), default=None)
    return newest or shutil.which(program)
