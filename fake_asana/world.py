"""The state of a running stand-in: saved, restored and reset."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import current_app
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from fake_asana import storage
from fake_asana.clock import Clock
from fake_asana.faults import Faults
from fake_asana.oauth.grants import Grants
from fake_asana.options import Options
from fake_asana.rate_limits import RateLimits
from fake_asana.request_log import RequestLog
from fake_asana.tasks import TaskBook

API = "/api/1.0"


class World:
    def __init__(self, options: Options, url: str) -> None:
        """Restore and write the state file. Raises StateError if either fails."""
        self.options = options
        self.issuer = options.issuer or url + API
        # with --issuer, the addresses in responses begin with it
        self.url = self.issuer.removesuffix(API) if self.issuer.endswith(API) else url
        self._lock = threading.RLock()
        self.clock = Clock()
        self.faults = Faults(options.faults)
        self.rate_limits = RateLimits(self.clock)
        self.log = RequestLog()
        self.tasks = TaskBook(self.clock, self.url)
        self.grants = Grants(self.clock)
        self.secret = secrets.token_bytes(32)  # signs offsets, which need not survive a restart
        self.key = self._restore()
        self._save()

    def _restore(self) -> RSAKey:
        path = self.options.state
        saved = storage.load(path) if path else None
        if path is None or saved is None:
            return RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
        try:
            self.grants.restore(saved["grants"])
            if "task_changes" in saved:  # as it was written before tasks could be created
                self.tasks.changes.fields.update(saved["task_changes"])
            else:
                self.tasks.changes.restore(saved["tasks"])
            return RSAKey.import_key(saved["key"])
        except (KeyError, TypeError, ValueError, AttributeError, JoseError) as error:
            raise storage.unusable(path) from error

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the lock during a change, and save the state before the response is sent."""
        with self._lock:
            yield
            self._save()

    def _save(self) -> None:
        if self.options.state is None:
            return
        state: dict[str, Any] = {
            "grants": self.grants.dump(),
            "tasks": self.tasks.changes.dump(),
            "key": self.key.as_dict(private=True),
        }
        storage.save(self.options.state, state)

    def reset(self) -> None:
        """Return to the state of a first start; keep the signing key, which clients cache."""
        with self.changing():
            for part in (self.clock, self.faults, self.rate_limits, self.log):
                part.reset()
            self.tasks.reset()
            self.grants.reset()


def world() -> World:
    """Return the world of the current app."""
    here: World = current_app.extensions["world"]
    return here
