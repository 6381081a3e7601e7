"""What a check of the doctor finds."""

from accounts import doctor
from accounts.doctor import State

OK, WARNING, PROBLEM = State.OK, State.WARNING, State.PROBLEM


def examined(check) -> dict[str, doctor.Finding]:
    return {finding.about: finding for finding in doctor.examine((check,))}


def is_found(check, state: State, words: str, about: str | None = None) -> None:
    findings = examined(check)
    finding = findings[about] if about else next(iter(findings.values()))
    assert finding.state == state, finding
    assert words in f"{finding.says} {finding.advice}", finding
    assert bool(finding.advice) == (state != OK)
