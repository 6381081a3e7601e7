"""People who look at their lists and complete tasks, again and again."""

import re
from threading import Event
from typing import Final

import requests
from django.conf import settings
from django.test import Client

from bench.soak.ledger import Ledger

MARK: Final = "Soak"  # begins the name of each task that may be completed
PAUSE: Final = 0.5  # seconds
PATIENCE: Final = 40.0  # seconds after which a response is not waited for any longer
TOKEN: Final = re.compile(r'"X-CSRFToken": "(\w+)"')
ROW: Final = re.compile(
    r'<li id="task-(\d+)"[^>]*data-asana="[^"]*?/(\d+)(?:/f)?"[^>]*>'
    rf"(?:(?!</li>).)*>{MARK} \d+<",
    re.DOTALL,
)
UNCHANGED: Final = ("Nothing has been changed", "still as it was", "isn&#x27;t answering")


class Visitor:
    """A person with one page open. It is counted what each response says."""

    def __init__(self, url: str, client: Client, ledger: Ledger, stop: Event) -> None:
        self.url, self.ledger, self.stop = url, ledger, stop
        self.http = requests.Session()
        self.http.trust_env = False
        name = settings.SESSION_COOKIE_NAME
        self.http.cookies.set(name, client.cookies[name].value)
        self.token = ""

    def run(self) -> None:
        """Visit until told to stop."""
        while not self.stop.wait(PAUSE):
            page = self.ask("GET", "/tasks/?q=" + MARK)
            self.ask("GET", "/tasks/status/")
            if page is None or not (token := TOKEN.search(page)):
                continue
            self.token = token[1]
            for pk, gid in ROW.findall(page):
                if gid not in self.ledger.told:
                    self.complete(pk, gid)
                    break

    def complete(self, pk: str, gid: str) -> None:
        self.ledger.told[gid] = "unknown"
        told = self.ask("POST", "/tasks/change/", {"complete": pk})
        self.ledger.tell(gid, "unknown" if told is None else outcome_of(told))

    def sync_now(self) -> None:
        self.ask("POST", "/tasks/sync/", {})

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> str | None:
        """Return what the site answers with 200, None for anything else; it is counted."""
        headers = {"HX-Request": "true", "X-CSRFToken": self.token} if method == "POST" else {}
        try:
            response = self.http.request(
                method,
                f"{self.url}{path}",
                data=form,
                headers=headers,
                timeout=PATIENCE,
                allow_redirects=False,
            )
        except requests.RequestException:
            self.ledger.count("requests without a response")
            return None
        self.ledger.count(f"responses with {response.status_code}")
        if response.status_code == 500:
            self.ledger.count("errors")
        return response.text if response.status_code == 200 else None


def outcome_of(told: str) -> str:
    if ">Undo<" in told:
        return "done"
    return "unchanged" if any(words in told for words in UNCHANGED) else "unknown"
