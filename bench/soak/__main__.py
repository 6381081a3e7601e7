"""`make soak-site`: a site under load and troubles. What must never happen is counted."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.report import Table
from bench.sites import Database, Site
from bench.soak.never import NEVER
from bench.soak.servers import Redis, own_postgres
from scripts.ports import free_port


def main() -> None:
    parser = argparse.ArgumentParser(prog="make soak-site", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1, help="another order of troubles")
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="onelist-soak-") as name:
        folder = Path(name)
        redis = Redis(folder, free_port())
        with own_postgres(folder) as postgres:
            database = Database("PostgreSQL", postgres.url, "")
            site = replace(Site.on(database), redis_url=redis.url)
            site.manage(site.environment, "collectstatic", "--noinput", "--verbosity", "0")
            counts = site.measure(
                "soak.run",
                minutes=asked.minutes,
                seed=asked.seed,
                servers={
                    "folder": name,
                    "postgres_port": postgres.port,
                    "redis_port": redis.port,
                },
            )
    never = Table("What must never happen", f"In {asked.minutes:g} minutes.", ["", "times"])
    never.rows += [[text, str(counts[key])] for key, text in NEVER.items()]
    happened = Table("What happened", f"Seed {asked.seed}.", ["", "times"])
    happened.rows += [[key, f"{counts[key]:,}"] for key in sorted(counts.keys() - NEVER.keys())]
    print(never, happened, sep="\n")
    sys.exit(any(counts[key] for key in NEVER))


if __name__ == "__main__":
    main()
