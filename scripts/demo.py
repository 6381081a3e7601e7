"""`make demo`: the site and a stand-in for Asana, both running until Ctrl-C."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dotenv import dotenv_values

from scripts import ports, processes, serve
from scripts.secrets_file import keep_secrets

ROOT = Path(__file__).parent.parent
ADMINISTRATOR, PASSWORD = "admin", "onelist-demo"
SECONDS_TO_START = 30


def main(var: Path = ROOT / "var") -> None:
    processes.catch_signals()
    os.umask(0o077)  # what is made is for this user alone
    site, asana = ports.wanted(), ports.wanted() + 1
    ports.refuse_if_taken(site, "the site")
    ports.refuse_if_taken(asana, "the stand-in for Asana")
    configure(site, asana, var)
    serve.prepare(site)
    create_administrator()
    stand_in = [
        *(sys.executable, "-m", "fake_asana", "--port", str(asana)),
        *("--state", str(var / "demo-asana.json")),
    ]
    mails = var / "demo-mails.txt"
    with mail_file(mails) as file, processes.side_by_side() as running:
        running.append(processes.start(stand_in, output=subprocess.DEVNULL))
        running.append(processes.start(serve.web_server(site), output=file))
        running.append(processes.start(serve.WORKER, output=file, restarts=True))
        wait_until_it_answers(site, running)
        announce(site, mails)
        processes.watch(running)


def configure(site: int, asana: int, var: Path) -> None:
    """Set the environment of the demo; settings of a real installation do not apply to it."""
    for name in dotenv_values(ROOT / ".env.example"):
        os.environ.pop(name, None)
        os.environ.pop(f"{name}_FILE", None)
    secrets = var / "demo.env"
    keep_secrets(secrets)
    provider = f"http://127.0.0.1:{asana}/api/1.0"
    os.environ.update(
        ENV_FILE=str(secrets),
        VAR_DIR=str(var),
        DATABASE_URL=f"sqlite:///{var / 'demo.sqlite3'}",
        SITE_URL=f"http://localhost:{site}",
        EMAIL_URL="console://",
        ASANA_CLIENT_ID="1200000000000999",
        ASANA_CLIENT_SECRET="only-for-the-demo",
        ASANA_OIDC_ENDPOINT=provider,
        ASANA_API_URL=provider,
        DJANGO_SUPERUSER_PASSWORD=PASSWORD,
    )


@contextmanager
def mail_file(path: Path) -> Iterator[int]:
    """Yield a descriptor to append to: where the console mails go, below nobody's address."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def create_administrator() -> None:
    """Create the administrator in the demo's database, unless an earlier run has done so."""
    command = [sys.executable, "manage.py", "createsuperuser", "--noinput"]
    code, said = processes.run(
        [*command, "--username", ADMINISTRATOR, "--email", "admin@example.com"]
    )
    if code and "already taken" not in said:
        sys.exit(said)


def wait_until_it_answers(port: int, running: list[processes.Program]) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        processes.stop_if_asked()
        if ended := processes.first_ended(running):
            sys.exit(f"The demo could not start: {ended}. See above for what went wrong.")
        try:
            urllib.request.urlopen(f"http://localhost:{port}/login/", timeout=5).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    sys.exit(f"The demo did not answer within {SECONDS_TO_START} seconds.")


def announce(port: int, mails: Path) -> None:
    print(
        f"""
  Onelist is running.   Open   http://localhost:{port}/

  Sign in with Asana there and choose who to be: Asana is played by a stand-in.
  Administration:  http://localhost:{port}/admin/   name {ADMINISTRATOR}   password {PASSWORD}
  Mails that the site sends:  {mails}
  Ctrl-C stops everything; the data stays in var/ for the next time.
""",
        flush=True,
    )


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
