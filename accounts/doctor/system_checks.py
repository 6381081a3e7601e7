"""Findings of Django's own checks of the settings, including those for a deployment."""

from typing import Final

from django.conf import settings
from django.core import checks

from accounts.doctor.findings import Finding, Findings, ok, problem, warning

SAID_ELSEWHERE: Final = {
    *(f"security.W0{number}" for number in range(10, 17)),  # cookies
    "security.W018",  # debug
}
FOR_HTTPS: Final = {"security.W004", "security.W008"}  # HSTS and the redirect


def system_checks() -> Findings:
    """Run Django's checks; yield the worst findings first. Django itself returns them unordered."""
    messages = checks.run_checks(include_deployment_checks=True)
    found = sorted(filter(_counts, messages), key=lambda each: (-each.level, each.id or ""))
    if not found:
        yield ok("settings", "Django's own checks find nothing")
    yield from map(_finding, found)


def _counts(message: checks.CheckMessage) -> bool:
    said = SAID_ELSEWHERE if settings.SECURE else SAID_ELSEWHERE | FOR_HTTPS
    return message.level >= checks.WARNING and message.id not in said and not message.is_silenced()


def _finding(message: checks.CheckMessage) -> Finding:
    told = problem if message.is_serious() else warning
    says, hint = (" ".join(str(text or "").split()) for text in (message.msg, message.hint))
    if hint:
        return told("settings", f"{says.removesuffix('.')} ({message.id})", hint)
    return told("settings", f"Django's check {message.id}", says)
