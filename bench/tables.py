"""Tables of the measured figures with their goals."""

from typing import Any

from bench.first_view import View
from bench.report import Goal, Table
from bench.sites import Site
from bench.slow_connections import Measured

EMPTY = "empty page"  # signed in, with one form: what any page of ours costs
ROWS = 100  # on a page of the list
MOST_QUERIES = 10
MOST_GROWTH = 1.5
MOST_TIMES_EMPTY = 5
MOST_KILOBYTES_OF_A_LIST = 60
MOST_KILOBYTES = 100
PAGE_MS = 20


def pages(database: str, found: list[dict[str, Any]], others: int) -> Table:
    names = list(dict.fromkeys(each["page"] for each in found))
    by = {(each["size"], each["page"]): each for each in found}
    sizes = sorted({each["size"] for each in found})
    table = Table(
        f"Server time on {database}",
        "Milliseconds to respond (median, in-process), and queries. One person has this many "
        f"tasks, in a database with {others:,} tasks of others.",
        ["tasks", *(f"{name}, ms" for name in names), *(f"{name}, queries" for name in names)],
    )
    for size in sizes:
        cells = [by[size, name] for name in names]
        table.rows.append(
            [
                f"{size:,}",
                *(f"{cell['ms']:.1f}" for cell in cells),
                *(str(cell["queries"]) for cell in cells),
            ]
        )
    few, many = sizes[0], next((size for size in sizes if size >= 10_000), sizes[-1])
    goals = [*_page_goals(by, names, sizes), _growth(by, few, many), *_list_goals(by, sizes)]
    return table.with_goals(*goals)


def _page_goals(by: dict[Any, Any], names: list[str], sizes: list[int]) -> list[Goal]:
    queries = {name: [by[size, name]["queries"] for size in sizes] for name in names}
    most = max(max(counts) for counts in queries.values())
    changing = [name for name, counts in queries.items() if len(set(counts)) > 1]
    return [
        Goal(f"never more than {MOST_QUERIES} queries", str(most), most <= MOST_QUERIES),
        Goal(
            f"as many queries for {sizes[0]:,} tasks as for {sizes[-1]:,}",
            f"not so on {', '.join(changing)}" if changing else "so on every page",
            not changing,
        ),
    ]


def _growth(by: dict[Any, Any], few: int, many: int) -> Goal:
    growth = by[many, "first page"]["ms"] / by[few, "first page"]["ms"]
    return Goal(
        f"the first page at {many:,} tasks takes at most {MOST_GROWTH} × that at {few:,}",
        f"{growth:.2f} ×",
        growth <= MOST_GROWTH,
    )


def _list_goals(by: dict[Any, Any], sizes: list[int]) -> list[Goal]:
    """Return what a page of 100 rows may cost, beside an empty page in the same run."""
    size = next((size for size in sizes if size >= ROWS), sizes[-1])
    first, empty = by[size, "first page"], by[size, EMPTY]
    times = first["ms"] / empty["ms"]
    return [
        Goal(
            f"{ROWS} rows take at most {MOST_TIMES_EMPTY} × an empty page",
            f"{times:.1f} × ({first['ms']:.1f} : {empty['ms']:.1f} ms)",
            times <= MOST_TIMES_EMPTY,
        ),
        Goal(
            f"they are at most {MOST_KILOBYTES_OF_A_LIST} kB of HTML",
            f"{first['kilobytes']:.1f} kB",
            first["kilobytes"] <= MOST_KILOBYTES_OF_A_LIST,
        ),
    ]


def throughput(database: str, found: list[dict[str, Any]]) -> Table:
    return Table(
        f"Pages a second on {database}",
        f"`/tasks/` with {ROWS} tasks, from the server of `make run`, to eight clients on the same "
        "machine, which take a part of its processors.",
        ["processes", "pages a second"],
        [[str(each["processes"]), f"{each['pages']:.0f}"] for each in found],
    )


def views(site: Site, found: list[tuple[str, View]]) -> Table:
    table = Table(
        "What the browser fetches",
        "Ada's list in Chromium, from the site's server on the same machine. Bytes are those on "
        "the wire, headers included. *Painted* is the first contentful paint; *interactive* is "
        "when the scripts have run (DOMContentLoaded). Her picture is Asana's, and not counted "
        "among ours.",
        ["", "requests", "kB", "of it the page", "Asana's", "painted, ms", "interactive, ms"],
    )
    for name, view in found:
        ours = {url: size for url, size in view.bytes.items() if url.startswith(site.url)}
        page = ours[f"{site.url}/tasks/"]
        table.rows.append(
            [
                name,
                str(len(ours)),
                f"{sum(ours.values()) / 1000:.1f}",
                f"{page / 1000:.1f}",
                f"{(sum(view.bytes.values()) - sum(ours.values())) / 1000:.1f}",
                f"{view.paint:.0f}",
                f"{view.interactive:.0f}",
            ]
        )
    return table.with_goals(*_view_goals(table))


def _view_goals(table: Table) -> list[Goal]:
    first, again = table.rows
    return [
        Goal(
            f"the first view is at most {MOST_KILOBYTES} kB",
            f"{first[2]} kB",
            float(first[2]) <= MOST_KILOBYTES,
        ),
        Goal(
            "a repeat view fetches only the page and, while a sync goes on, its status",
            f"{again[1]} requests",
            int(again[1]) <= 2,
        ),
    ]


def slow_clients(found: list[tuple[str, Measured]]) -> Table:
    table = Table(
        "Pages beside slow clients",
        "`/login/`, fetched by somebody else over new connections from the server of `make run`: "
        "one process, no proxy. Slow clients send a byte a second of headers or a body, or read "
        "one a second of 3 MB. *Lost* are pages that did not arrive within 20 seconds.",
        ["beside", "95th percentile, ms", "lost", "server, MB"],
    )
    idle = found[0][1]
    for beside, each in found:
        table.rows.append([beside, f"{each.p95:.1f}", str(each.lost), f"{each.megabytes:.0f}"])
        if beside != "idle":
            most = max(2 * idle.p95, PAGE_MS)
            table.with_goals(
                Goal(
                    f"beside {beside}: at most {most:.0f} ms, none lost",
                    f"{each.p95:.1f} ms, {each.lost} lost",
                    each.p95 <= most and not each.lost,
                )
            )
    return table
