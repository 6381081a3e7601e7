"""What `make check` says of known vulnerabilities."""

import json

import pytest

from scripts.audit import judge

FLAW = {"id": "PYSEC-2026-1", "fix_versions": ["2.1"], "aliases": [], "description": "…"}
GOOD = {"name": "good", "version": "1.0", "vulns": []}
BAD = {"name": "bad", "version": "2.0", "vulns": [FLAW]}
UNFIXED = {"name": "worse", "version": "3.0", "vulns": [{**FLAW, "fix_versions": []}]}
UNKNOWN = {"name": "unknown", "skip_reason": "Dependency not found on PyPI"}
OFFLINE = "Traceback …\nrequests.exceptions.ConnectionError: HTTPSConnectionPool(host='pypi.org')"


def report(*packages: dict) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


@pytest.mark.parametrize(
    ("output", "errors", "is_good", "words"),
    [
        (report(GOOD), "", True, "no known vulnerability."),
        (report(GOOD, BAD), "", False, "bad 2.0: PYSEC-2026-1, fixed in 2.1"),
        (report(UNFIXED, UNKNOWN), "", False, "worse 3.0: PYSEC-2026-1, fixed in no version yet"),
        (report(GOOD, UNKNOWN), "", True, "not checked, for lack of data: unknown"),
        (report(UNKNOWN, UNKNOWN), "", True, "not checked, there is no data"),
        ("", OFFLINE, True, "not checked, PyPI can't be reached"),
        ("", "urllib3.exceptions.MaxRetryError", False, "it failed"),
        ("", "requests.exceptions.ReadTimeout", True, "not checked, PyPI can't be reached"),
        ("", "error: the lock can't be read", False, "the lock can't be read"),
        ("{}", "", False, "it failed"),
    ],
)
def test_what_it_says(output, errors, is_good, words):
    result = judge(output, errors)
    assert result.is_good == is_good
    assert words in result.words
