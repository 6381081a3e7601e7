"""`make run`: the site against real Asana, as .env or the environment says."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

from scripts import ports, processes
from scripts.secrets_file import keep_secrets

ROOT = Path(__file__).parent.parent
PYTHON = sys.executable
HOUSEKEEPING = [PYTHON, "manage.py", "housekeeping"]
WORKERS = ["--workers", "1", "--worker-class", "gthread", "--threads", "16"]


def prepare() -> None:
    """Migrate the database and collect static files; exit with 1 if a command fails.

    Holds a lock, since two processes that collect into one folder remove each other's files. Each
    command inherits the lock, since it may outlive this process.
    """
    (ROOT / "var").mkdir(exist_ok=True)
    with (ROOT / "var" / "preparing.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for command in (["migrate", "--verbosity", "0"], ["collectstatic", "--noinput", "-v", "0"]):
            program = [PYTHON, "manage.py", *command]
            if subprocess.run(program, cwd=ROOT, check=False, pass_fds=[lock.fileno()]).returncode:
                sys.exit(1)


def gunicorn(port: int, host: str = "127.0.0.1") -> list[str]:
    return [
        *(PYTHON, "-m", "gunicorn", "config.wsgi", "--bind", f"{host}:{port}"),
        *WORKERS,
        *("--forwarded-allow-ips", ""),  # TRUSTED_PROXIES decides which headers to trust
        *("--log-level", "warning", "--graceful-timeout", "3"),
    ]


def main(env_file: Path = ROOT / ".env") -> None:
    keep_secrets(env_file, like=ROOT / ".env.example")
    port = ports.wanted()
    ports.refuse_if_taken(port, "the site")
    prepare()
    print(f"Onelist listens on port {port}. Ctrl-C stops it.", flush=True)
    with processes.side_by_side() as running:
        site = gunicorn(port, os.environ.get("HOST", "127.0.0.1"))
        running.append(processes.start(site))
        running.append(processes.start(HOUSEKEEPING))
        processes.watch(running)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
