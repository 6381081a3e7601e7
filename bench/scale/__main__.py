"""`make bench-scale`: a site of 10,000 people on PostgreSQL and Redis, into docs/scaling.md."""

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any, Final

from bench import machine
from bench.report import Table
from bench.scale import tables
from bench.sites import ROOT, Site, postgresql
from scripts.services import find_redis, have, start_redis

BEGIN: Final = "<!-- Written by `make bench-scale`: -->"
END: Final = "<!-- End of what `make bench-scale` writes. -->"
KINDS: Final = ("embedded", "celery")
WRITTEN: Final = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)


@dataclass(frozen=True)
class Scale:
    people: int
    large: int  # tasks of the person with most
    times: int
    rounds: int
    load: dict[str, Any]
    minutes: list[float]
    workers: dict[str, Any]


FULL = Scale(
    10_000,
    10_000,
    9,
    3,
    {"at_once": [10, 50, 100, 200], "processes": [1, 2, 3], "pause": 5, "seconds": 45},
    [1, 10, 60],
    {"teams": list(product(KINDS, [1, 2, 4])), "people": 80, "latency_ms": 200},
)
QUICK = Scale(
    3,
    120,
    1,
    1,
    {"at_once": [2], "processes": [1], "pause": 0.1, "seconds": 1},
    [0.02],
    {"teams": list(product(KINDS, [1])), "people": 2, "latency_ms": 5},
)


def parts(scale: Scale, redis_url: str, versions: dict[str, str]) -> Iterator[Table]:
    crowd = {"people": scale.people, "large": scale.large}
    with postgresql() as database, postgresql("few") as few:
        versions[database.name] = database.version
        site, small_site = (replace(Site.on(each), redis_url=redis_url) for each in (database, few))
        site.manage(site.environment, "collectstatic", "--noinput", "--verbosity", "0")
        yield tables.plans(site.measure("scale.plans", **crowd))
        small, large = [], []
        for _ in range(scale.rounds):
            few_people = {**crowd, "people": 10}
            small.append(small_site.measure("scale.growth", **few_people, times=scale.times))
            large.append(site.measure("scale.growth", **crowd, times=scale.times))
        yield tables.growth(small, large, scale.people)
        yield tables.load(site.measure("scale.load", **crowd, load=scale.load), scale.load["pause"])
        yield tables.memory(site.measure("scale.memory", **crowd, minutes=scale.minutes))
    with postgresql() as database:
        site = replace(Site.on(database), redis_url=redis_url)
        found = site.measure("workers", **scale.workers)
        yield tables.workers(found, scale.workers["people"])


def write(text: str, path: Path) -> None:
    """Put text in the place of what was written before, at the end of a file that has none."""
    before = path.read_text() if path.exists() else f"{BEGIN}{END}\n"
    if not WRITTEN.search(before):
        sys.exit(f"{path} has no place to write to: the lines {BEGIN} and {END}.")
    path.write_text(WRITTEN.sub(lambda _: f"{BEGIN}\n\n{text}\n{END}", before))


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench-scale", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it works")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "scaling.md")
    asked = parser.parse_args()
    redis_url = have("Redis", find_redis, start_redis)
    versions: dict[str, str] = {}
    loads = [machine.load()]
    written = []
    for table in parts(QUICK if asked.quick else FULL, redis_url, versions):
        print(table, flush=True)
        written.append(str(table).replace("## ", "### ", 1))
    loads.append(machine.load())
    write("\n".join([machine.description(versions, loads) + "\n", *written]), asked.output)
    print(f"Written to {asked.output}", file=sys.stderr)


if __name__ == "__main__":
    main()
