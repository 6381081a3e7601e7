import json
import time
from collections.abc import Iterable
from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import ngettext

from accounts import doctor
from accounts.backends import AsanaOpenIdConnect
from accounts.database import database_trouble
from accounts.doctor import Finding, State, sign_in
from accounts.models import WatchedSignIn

MARKS: Final = {State.OK: "ok", State.WARNING: "WARNING", State.PROBLEM: "PROBLEM"}
LOOK_EVERY: Final = 0.5
NOTHING_SEEN: Final = (
    "Nobody signed in meanwhile: nothing was seen. If Asana showed an error of its own, we hear "
    "nothing of that: the redirect URL registered there has to be {}, to the letter. For all else "
    "run `manage.py asana_doctor`"
)


class Command(BaseCommand):
    help = "Examine this installation, and say what to do about what is found."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for machines")
        parser.add_argument(
            "--sign-in", action="store_true", help="watch one sign-in and tell what Asana returns"
        )
        parser.add_argument(
            "--timeout",
            type=float,
            default=600,
            metavar="SECONDS",
            help="how long to wait (600)",
        )

    def handle(self, *args: Any, timeout: float, **options: Any) -> None:
        if not 0 < timeout <= 3600:
            raise CommandError("--timeout must be more than 0 and at most 3600 seconds")
        try:
            findings = self._sign_in(timeout) if options["sign_in"] else doctor.examine()
            problems = self._tell_all(findings, as_json=options["json"])
        except KeyboardInterrupt:
            raise CommandError("Stopped", returncode=130) from None
        if problems:
            found = ngettext("%d problem was found", "%d problems were found", problems)
            raise CommandError(found % problems)

    def _tell_all(self, findings: Iterable[Finding], *, as_json: bool) -> int:
        """Print the findings; return the number of problems."""
        told = []
        for finding in findings:
            told.append(finding)
            if not as_json:
                self._tell(finding)
        if as_json:
            self.stdout.write(json.dumps([asdict(finding) for finding in told], indent=2))
        return sum(finding.state == State.PROBLEM for finding in told)

    def _tell(self, finding: Finding) -> None:
        line = f"{MARKS[finding.state]:8} {finding.about:17} {finding.says}."
        self.stdout.write(f"{line} {finding.advice}".rstrip())

    def _sign_in(self, timeout: float) -> Iterable[Finding]:
        try:
            ends_at = timezone.now() + timedelta(seconds=timeout)
            watched = WatchedSignIn.objects.create(ends_at=ends_at)
            try:
                self._wait_for(watched, timeout)
            finally:
                WatchedSignIn.objects.filter(pk=watched.pk).delete()
        except DatabaseError as error:
            raise CommandError(f"{database_trouble()}. Nothing can be watched.") from error
        return sign_in.report(watched)

    def _wait_for(self, watched: WatchedSignIn, timeout: float) -> None:
        self.stderr.write(
            f"Open {settings.SITE_URL}/login/ in a private window, sign in with Asana and "
            f"press Allow. The first sign-in within {timeout:.0f} seconds is watched."
        )
        ends_at = time.monotonic() + timeout
        while not watched.seen:
            if time.monotonic() > ends_at:
                raise CommandError(NOTHING_SEEN.format(AsanaOpenIdConnect().get_redirect_uri()))
            time.sleep(LOOK_EVERY)
            watched.refresh_from_db()
