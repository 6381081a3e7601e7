"""`make run`: the site against real Asana, as .env or the environment says."""

import atexit
import fcntl
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import TextIO

from django.core.exceptions import ImproperlyConfigured

from scripts import ports, processes
from scripts.secrets_file import all_given, keep_secrets

ROOT = Path(__file__).parent.parent
PYTHON = sys.executable
WORKER = [PYTHON, "manage.py", "worker"]


def prepare(port: int) -> None:
    """Check what the site depends on, migrate the database and collect static files.

    Exits with 1 if a command fails. Holds a lock, since two processes that collect into one folder
    remove each other's files. Each command inherits the lock, since it may outlive this process.
    """
    with (folder() / "preparing.lock").open("w") as lock:
        while not _locked(lock):
            processes.stop_if_asked()
            time.sleep(processes.LOOK_EVERY)
        for command in (
            ["check_start", "--port", str(port)],
            ["migrate", "--verbosity", "0"],
            ["collectstatic", "--noinput", "-v", "0"],
        ):
            code, said = processes.run([PYTHON, "manage.py", *command], pass_fds=[lock.fileno()])
            sys.stderr.write(said)
            if code:
                sys.exit(1)


def _locked(lock: TextIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def folder() -> Path:
    """Return VAR_DIR or var/; a temporary folder if that can't be written and nothing stays there.

    Exits with a sentence if settings make no sense, or if the database would have to be there.
    """
    try:
        from config import environment  # noqa: PLC0415  (it reads the file that was just made)

        var = Path(environment.text("VAR_DIR") or ROOT / "var")
        has_database = bool(environment.text("DATABASE_URL"))
    except ImproperlyConfigured as error:
        sys.exit(f"Onelist cannot start: {error}")
    try:
        var.mkdir(mode=0o700, parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=var).close()
    except OSError as error:
        if not has_database:
            sys.exit(
                f"Onelist cannot start: {var} can't be written ({error.strerror}), and the "
                "database would be there. Set DATABASE_URL, or VAR_DIR to another folder."
            )
        var = Path(tempfile.mkdtemp(prefix="onelist-"))
        atexit.register(shutil.rmtree, var, ignore_errors=True)
        os.environ["VAR_DIR"] = str(var)
    return var


def web_server(port: int, host: str = "127.0.0.1") -> list[str]:
    return [PYTHON, "-m", "scripts.web_server", f"{ports.bracketed(host)}:{port}"]


def main(env_file: Path | None = None) -> None:
    processes.catch_signals()
    os.umask(0o077)  # what is made is for this user alone
    env_file = env_file or Path(os.environ.get("ENV_FILE") or ROOT / ".env")
    if os.environ.get("ENV_FILE") != "" and not all_given():
        keep_secrets(env_file, like=ROOT / ".env.example")
    host, port = ports.wanted_host(), ports.wanted()
    ports.refuse_if_taken(port, "the site", host)
    prepare(port)
    print(f"Onelist listens on port {port}. Ctrl-C stops it.", flush=True)
    with processes.side_by_side() as running:
        running.append(processes.start(web_server(port, host)))
        running.append(processes.start(WORKER, restarts=True))
        processes.watch(running)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
