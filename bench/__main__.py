"""`make bench`: measure, print, and write docs/performance.md. It needs no setup."""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import first_tasks, first_view, machine, slow_connections, sync_tables, tables
from bench.report import Table
from bench.sites import DATABASES, ROOT, Site, sqlite

REPEAT = """\
# Performance

Written by `make bench`. Goals that were missed are marked as such. To repeat it, run `make bench`
on a machine that does nothing else. It makes its own databases and removes them.
`make bench ARGS=--quick` only shows that it works: its figures mean nothing.

{machine}
"""


@dataclass(frozen=True)
class Scale:
    sizes: list[int]
    others: int
    times: int
    latency_ms: int
    cases: list[str]
    syncs: int
    slow: list[int]
    slow_seconds: float
    day: dict[str, Any]
    throughput: dict[str, Any]
    starving: dict[str, Any]
    workers: dict[str, Any]


FULL = Scale(
    [100, 1_000, 10_000, 50_000],
    2_000_000,
    15,
    100,
    ["1 × 60", "8 × 250", "1 × 10,000"],
    3,
    [200, 1_500],
    60,
    {"minutes": 480, "large": True},
    {"counts": [1, 2], "seconds": 20},
    {"people": 20, "latency_ms": 200, "seconds": 30},
    {"teams": [("embedded", 1), ("embedded", 2), ("embedded", 4)], "people": 40, "latency_ms": 200},
)
QUICK = Scale(
    [20, 120],
    600,
    1,
    5,
    ["1 × 60"],
    1,
    [3],
    0.1,
    {"minutes": 2, "large": False},
    {"counts": [1, 2], "seconds": 0.5},
    {"people": 2, "latency_ms": 5, "seconds": 1},
    {"teams": [("embedded", 1)], "people": 2, "latency_ms": 5},
)


def parts(scale: Scale, databases: list[str], versions: dict[str, str]) -> Iterator[Table]:
    with sqlite() as database:
        site = Site.on(database)
        site.manage(site.environment, "collectstatic", "--noinput", "--verbosity", "0")
    for name in databases:
        with DATABASES[name]() as database:
            versions[database.name] = database.version
            found = Site.on(database).measure(
                "pages", sizes=scale.sizes, others=scale.others, times=scale.times
            )
            yield tables.pages(database.name, found, scale.others)
    for name in databases:
        with DATABASES[name]() as database:
            found = Site.on(database).measure("throughput", **scale.throughput)
            yield tables.throughput(database.name, found)
    with sqlite() as database:
        found = Site.on(database).measure(
            "syncs", latency_ms=scale.latency_ms, times=scale.syncs, cases=scale.cases
        )
        yield sync_tables.full_syncs(found, scale.latency_ms)
    with sqlite() as database:
        yield sync_tables.first_tasks(first_tasks.measure_first_tasks(Site.on(database)))
    with sqlite() as database:
        found = Site.on(database).measure("long_syncs", **scale.day)
        yield sync_tables.long_syncs(found)
    for name in databases:
        with DATABASES[name]() as database:
            found = Site.on(database).measure("writes", large=scale.day["large"])
            yield sync_tables.writes(database.name, found)
        with DATABASES[name]() as database:
            found = Site.on(database).measure("starvation", **scale.starving)
            yield sync_tables.starvation(database.name, found)
        with DATABASES[name]() as database:
            found = Site.on(database).measure("workers", **scale.workers)
            yield sync_tables.workers(database.name, found)
    with sqlite() as database:
        site = Site.on(database)
        yield tables.views(site, first_view.measure_first_view(site, scale.syncs))
    with sqlite() as database:
        site = Site.on(database)
        with first_view.serving(site) as pid:
            found = list(slow_connections.compare(site.url, [pid], scale.slow, scale.slow_seconds))
        yield tables.slow_clients(found)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it works")
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=list(DATABASES))
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "performance.md")
    asked = parser.parse_args()
    scale = QUICK if asked.quick else FULL
    versions: dict[str, str] = {}
    loads = [machine.load()]
    written = []
    for table in parts(scale, asked.databases, versions):
        print(table, flush=True)
        written.append(str(table))
    loads.append(machine.load())
    head = REPEAT.format(machine=machine.description(versions, loads))
    asked.output.parent.mkdir(parents=True, exist_ok=True)
    asked.output.write_text("\n".join([head, *written]))
    print(f"Written to {asked.output}", file=sys.stderr)


if __name__ == "__main__":
    main()
