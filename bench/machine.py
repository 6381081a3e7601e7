"""The machine of the measurement: figures of different machines cannot be compared."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

import django


def load() -> str:
    """Return the load average of the last minute, the benchmark included."""
    return f"{os.getloadavg()[0]:.1f}"


def description(databases: dict[str, str], loads: list[str]) -> str:
    facts = {
        "Date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "Processor": f"{_processor()}, {os.cpu_count()} cores",
        "Memory": f"{_memory() / 2**30:.0f} GiB",
        "System": f"{platform.system()} {platform.machine()}",
        "Load average": f"{loads[0]} at the start, {loads[-1]} at the end",
        "Python": platform.python_version(),
        "Django": django.get_version(),
        **databases,
    }
    return "\n".join(
        ["| | |", "|---|---|", *(f"| {key} | {value} |" for key, value in facts.items())]
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
