"""The part of `make check` that asks for known vulnerabilities of what is in the lock.

pip-audit asks PyPI. Where that doesn't answer, one line says so and the check goes on: it must not
fail in a train, and must not look like a good result either.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
COMMAND = [
    *(sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip"),
    *("--progress-spinner", "off", "--format", "json", "--timeout", "15"),
]
UNREACHED = re.compile(r"\b(requests|urllib3)\.exceptions\.\w*(Connect|Proxy|SSL|Timeout)")


class Result(NamedTuple):
    is_good: bool
    words: str


def main(lock: Path = ROOT / "requirements-dev.lock") -> None:
    done = subprocess.run(
        [*COMMAND, "-r", str(lock)], cwd=ROOT, check=False, capture_output=True, text=True
    )
    result = judge(done.stdout, done.stderr)
    print(f"pip-audit: {result.words}", flush=True)
    sys.exit(not result.is_good)


def judge(output: str, errors: str) -> Result:
    """Return whether the check may go on, and what to say."""
    try:
        packages = json.loads(output)["dependencies"]
    except (ValueError, KeyError):
        if UNREACHED.search(errors):
            return Result(is_good=True, words="not checked, PyPI can't be reached from here.")
        return Result(is_good=False, words=f"it failed:\n{errors}")
    found = [
        f"{package['name']} {package['version']}: {flaw['id']}, fixed in "
        f"{', '.join(flaw['fix_versions']) or 'no version yet'}"
        for package in packages
        for flaw in package.get("vulns", [])
    ]
    if found:
        return Result(is_good=False, words="\n".join(["known vulnerabilities:", *found]))
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    if len(unknown) == len(packages):
        return Result(is_good=True, words="not checked, there is no data to be had from here.")
    beside = f"; not checked, for lack of data: {', '.join(unknown)}" if unknown else ""
    return Result(is_good=True, words=f"no known vulnerability{beside}.")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
