"""Tables of the measured figures with their goals."""

from typing import Any

from bench.first_view import View
from bench.report import Goal, Table
from bench.sites import Site

MOST_QUERIES = 10
MOST_GROWTH = 1.5
MOST_OVER_FLOOR = 1.2
TIMES_THE_SDK = 4
MOST_KILOBYTES = 100


def pages(database: str, found: list[dict[str, Any]], others: int) -> Table:
    names = list(dict.fromkeys(each["page"] for each in found))
    by = {(each["size"], each["page"]): each for each in found}
    sizes = sorted({each["size"] for each in found})
    table = Table(
        f"Server time on {database}",
        "Milliseconds to answer (median, in-process), and queries. One person has this many "
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
    return table.with_goals(*_page_goals(by, names, sizes), _growth(by, few, many))


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


def sync_table(found: list[dict[str, Any]], latency_ms: int) -> Table:
    table = Table(
        "A full sync",
        f"Seconds (median), from the stand-in for Asana, which takes {latency_ms} ms for each "
        "answer and its own time to compute it. The floor is the longest chain of answers that "
        "must follow each other, times that. *First* stores everything; *again* finds nothing "
        "new. The SDK is Asana's official client for Python, fetching the same tasks without "
        "storing them, one workspace after another. 1 × 60 is Dora's list with one workspace "
        "and 60 tasks left.",
        [
            "workspaces × tasks",
            "floor",
            "first",
            "× floor",
            "again",
            "× floor",
            "SDK",
            "SDK ÷ first",
        ],
    )
    for each in found:
        floor, first, again, sdk = (each[name] for name in ("floor", "first", "again", "sdk"))
        table.rows.append(
            [
                each["case"],
                *(f"{floor:.2f}", f"{first:.2f}", f"{first / floor:.2f}"),
                *(f"{again:.2f}", f"{again / floor:.2f}"),
                *(f"{sdk:.2f}", f"{sdk / first:.1f}"),
            ]
        )
        over = first / floor
        text = f"{each['case']}: at most {MOST_OVER_FLOOR} × the floor"
        table.with_goals(Goal(text, f"{over:.2f} ×", over <= MOST_OVER_FLOOR))
        if each["case"] == "8 × 250":
            text = f"{each['case']}: at least {TIMES_THE_SDK} × faster than the SDK"
            table.with_goals(Goal(text, f"{sdk / first:.1f} ×", sdk / first >= TIMES_THE_SDK))
    return table


def views(site: Site, found: list[tuple[str, View]]) -> Table:
    table = Table(
        "What the browser fetches",
        "Ada's list in Chromium, from gunicorn on the same machine. Bytes are those on the wire, "
        "headers included. *Painted* is the first contentful paint; *interactive* is when the "
        "scripts have run (DOMContentLoaded). Her picture is Asana's, and not counted among ours.",
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
        Goal("a repeat view fetches only the page", f"{again[1]} requests", again[1] == "1"),
    ]
