"""The stand-in for Asana, started as a program of its own and used over HTTP only."""

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import requests
from urllib3 import PoolManager

from tests.task_controls import TaskControls

ROOT = Path(__file__).parent.parent
ANNOUNCEMENT = "Fake Asana is listening on "
CALLBACK = "http://testserver/complete/asana/"

ADA = "1200000000000101"
BEN = "1200000000000102"
CLEO = "1200000000000103"
DORA = "1200000000000104"
EMIL = "1200000000000105"
SAM = "1200000000000106"
OTHER_SAM = "1200000000000107"
ROBIN = "1200000000000108"
FAY = "1200000000000109"


class StandIn(TaskControls):
    """A running `python -m fake_asana`, with its control endpoints as methods."""

    client_id = "1200000000000999"
    client_secret = "the-secret-of-a-test"

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process = process
        self.url = url
        self.issuer = url + "/api/1.0"
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy for loopback
        self._pool = PoolManager()  # which costs each test less than a session does

    @classmethod
    def start(cls, *flags: str, redirect_uri: str | tuple[str, ...] = CALLBACK) -> Self:
        """Start it on a free port, unless `flags` name one; return it once it listens.

        Raises RuntimeError if it does not start.
        """
        redirect_uris = (redirect_uri,) if isinstance(redirect_uri, str) else redirect_uri
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "fake_asana", "--port", "0"),
                *("--client-id", cls.client_id, "--client-secret", cls.client_secret),
                *(f"--redirect-uri={each}" for each in redirect_uris),
                *flags,
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line.startswith(ANNOUNCEMENT):
            process.stdout.close()
            raise RuntimeError(f"Fake Asana did not start: exit code {process.wait()}")
        return cls(process, line.removeprefix(ANNOUNCEMENT).strip())

    def stop(self) -> None:
        self._session.close()
        self._pool.clear()
        self.process.terminate()
        self.process.wait(timeout=30)
        if self.process.stdout:
            self.process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def reset(self) -> None:
        self._control("POST", "reset", {})

    def order(
        self,
        fault: str,
        *,
        person: str | None = None,
        value: Any = None,
        path: str | None = None,
        times: int | None = None,
        one_in: int = 1,
    ) -> None:
        """Add a fault; fake_asana/README.md lists faults and their values."""
        order = {"fault": fault, "person": person, "value": value, "path": path}
        self._control("POST", "faults", {**order, "times": times, "one_in": one_in})

    def heal(self) -> None:
        self._control("DELETE", "faults")

    def requests(self, path: str | None = None) -> list[dict[str, Any]]:
        """Return the logged requests whose path begins with `path`, oldest first.

        Requests to the control endpoints are not logged.
        """
        log: list[dict[str, Any]] = self._control("GET", "requests")
        return [entry for entry in log if entry["path"].startswith(path or "")]

    def grant(self, person: str, scope: str) -> dict[str, Any]:
        """Issue tokens as if that person had allowed `scope`; return them with `userinfo`."""
        asked = {"person": person, "scope": scope}
        granted: dict[str, Any] = self._control("POST", "grants", asked)
        return granted

    def revoke_grants(self, person: str) -> None:
        self._control("POST", "grants/revoke", {"person": person})

    def expire_tokens(self, person: str | None = None) -> None:
        self._control("POST", "tokens/expire", {"person": person})

    def advance(self, seconds: float) -> None:
        """Turn the stand-in's clock forward, or back if negative; `reset` undoes it."""
        self._control("POST", "clock", {"advance": seconds})

    def allow(self, authorize_url: str, person: str) -> str:
        """Press Allow on the consent page as that person; return where the browser is sent."""
        return self._decide(authorize_url, person, "allow")

    def deny(self, authorize_url: str, person: str) -> str:
        return self._decide(authorize_url, person, "deny")

    def _decide(self, authorize_url: str, person: str, decision: str) -> str:
        page = self._session.get(authorize_url, allow_redirects=False, timeout=30)
        if page.is_redirect:
            return page.headers["Location"]
        assert page.status_code == 200, page.text
        form = Form(page.text)
        assert person in form.choices["person"]
        assert decision in form.choices["answer"]
        response = self._session.post(
            self.url + urlsplit(form.action).path,
            data={**form.hidden, "person": person, "answer": decision},
            allow_redirects=False,
            timeout=30,
        )
        assert response.is_redirect, response.text
        return response.headers["Location"]

    def _control(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        url = f"{self.url}/control/{path}"
        response = self._pool.request(method, url, json=body, timeout=30)
        assert response.status < 400, response.data
        return response.json()["data"]


class Form(HTMLParser):
    """The form of the consent page, parsed: its action, hidden fields and choices."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.hidden: dict[str, str] = {}
        self.choices: dict[str, list[str]] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = about["action"]
        elif tag == "button" or about.get("type") == "radio":
            self.choices.setdefault(about["name"], []).append(about["value"])
        elif about.get("type") == "hidden":
            self.hidden[about["name"]] = about["value"]
