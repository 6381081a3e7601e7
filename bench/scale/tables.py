"""Tables of what a large site costs, with their goals."""

from collections import Counter
from typing import Any

from bench.report import Goal, Table

MOST_GROWTH = 1.3


def plans(found: dict[str, Any]) -> Table:
    counts = ", ".join(f"{number:,} {name}" for name, number in found["counts"].items())
    people = list(dict.fromkeys(each["of"] for each in found["pages"]))
    table = Table(
        "Plans of queries",
        f"Every query of every page on PostgreSQL, with {counts}. Large tables have 100,000 "
        f"rows and more: {', '.join(f'`{name}`' for name in found['large'])}. *Cost* is what "
        "PostgreSQL estimates for the costliest query of a page, in page reads, for a person with "
        "so many tasks.",
        ["page", "queries", "large tables read whole", *(f"cost, {each}" for each in people)],
    )
    by_path: dict[str, dict[str, Any]] = {}
    for each in found["pages"]:
        by_path.setdefault(each["path"], {})[each["of"]] = each
    for path, asked in by_path.items():
        times = Counter(name for each in asked.values() for name in each["scanned"]).items()
        costs = [f"{asked[each]['cost']:,.0f}" if each in asked else "–" for each in people]
        table.rows.append(
            [
                f"`{path}`",
                str(max(each["queries"] for each in asked.values())),
                ", ".join(f"{name} {number} ×" for name, number in times) or "none",
                *costs,
            ]
        )
    scanning = sorted({each["path"] for each in found["pages"] if each["scanned"]})
    return table.with_goals(
        Goal(
            "no query reads a large table from end to end",
            f"so do those of {', '.join(scanning)}" if scanning else "none does",
            not scanning,
        )
    )


def growth(small: list[dict[str, float]], large: list[dict[str, float]], people: int) -> Table:
    """Return the table of both databases, measured in turn; each page has its best round."""
    table = Table(
        "Pages among many people",
        "Milliseconds (median, in-process) of pages of the same person with 10,000 tasks, in a "
        f"database of ten people and in one of {people:,}, with 200 tasks each.",
        ["page", "ten people", f"{people:,} people", "×"],
    )
    times = {}
    for page in small[0]:
        few, many = (min(each[page] for each in rounds) for rounds in (small, large))
        times[page] = many / few
        table.rows.append([f"`{page}`", f"{few:.1f}", f"{many:.1f}", f"{times[page]:.2f}"])
    most = max(times, key=lambda page: times[page])
    return table.with_goals(
        Goal(
            f"a page takes at most {MOST_GROWTH} × as long",
            f"{times[most]:.2f} × ({most})",
            times[most] <= MOST_GROWTH,
        )
    )


def load(found: list[dict[str, Any]], pause: float) -> Table:
    table = Table(
        "Pages for many people at once",
        "From the server of `make run` with PostgreSQL and Redis, to clients on the same cores. "
        f"Each person waits {pause:g} s after each page: the list, its status (three of six), a "
        "search, the calendar. *MB* is the largest process of the site.",
        ["processes", "people", "pages a second", "p50, ms", "p95, ms", "p99, ms", "lost", "MB"],
    )
    for each in found:
        table.rows.append(
            [
                str(each["processes"]),
                str(each["people"]),
                f"{each['pages']:.1f}",
                *(f"{each[name]:.0f}" for name in ("p50", "p95", "p99")),
                str(each["lost"]),
                f"{each['megabytes']:.0f}",
            ]
        )
    lost = sum(each["lost"] for each in found)
    return table.with_goals(Goal("no page is lost", f"{lost} lost", not lost))


def memory(found: list[dict[str, Any]]) -> Table:
    return Table(
        "Memory of processes",
        "MB of the largest of two processes of the site and of the worker, while twenty people "
        "open a page every two seconds.",
        ["minutes", "site", "worker"],
        [
            [f"{each['minutes']:g}", f"{each['site']:.0f}", f"{each['worker']:.0f}"]
            for each in found
        ],
    )


def workers(found: list[dict[str, Any]], people: int) -> Table:
    return Table(
        "Syncs a minute",
        f"{people} accounts with 73 tasks in three workspaces, on PostgreSQL; Asana takes 200 ms. "
        "A worker syncs four accounts at the same time: `manage.py worker`, or `celery worker "
        "--concurrency 4` with one beat and Redis, which queues what is due once a second.",
        ["", "workers", "first syncs a minute", "second syncs a minute"],
        [
            [each["kind"], str(each["workers"]), f"{each['first']:.0f}", f"{each['again']:.0f}"]
            for each in found
        ],
    )
