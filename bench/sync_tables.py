"""Tables of what syncs cost, with their goals."""

from typing import Any, Final

from bench.report import Goal, Table

MOST_OVER_FLOOR: Final = 1.2
FIRST_TASKS: Final = 1.0  # seconds
AGAIN: Final = (3, 0.5)  # requests and seconds of a second sync
REQUESTS_A_DAY: Final = 4_000  # of eight hours with the page open, a sync a minute
LIMITED: Final = (180, 150, 1)  # seconds, requests in the busiest minute, refused ones
PAGE_MS: Final = 20
WRITE_MS: Final = 200  # who waits for SQLite looks again after ever longer pauses, up to 100 ms


def full_syncs(found: list[dict[str, Any]], latency_ms: int) -> Table:
    table = Table(
        "A first and a second sync",
        f"Seconds (median), from the stand-in for Asana, which takes {latency_ms} ms for each "
        "response and its own time to compute it. The floor is the longest chain of responses that "
        "must follow each other, times that. *First* stores everything; *again* finds nothing "
        "new. The SDK is Asana's official client for Python, fetching the same tasks without "
        "storing them, one workspace after another, each time. 1 × 60 is Dora's list with one "
        "workspace and 60 tasks left. Beyond the floor are the stand-in's own time and ours, about "
        "0.14 ms of a processor for each row: 0.3 s for 2,000, of which what is stored while the "
        "next responses are on their way costs nothing.",
        ["workspaces × tasks", "floor", "first", "× floor", "again", "requests again", "SDK"],
    )
    for each in found:
        floor, first, again, sdk = (each[name] for name in ("floor", "first", "again", "sdk"))
        over, requests = first / floor, each["requests_again"]
        table.rows.append(
            [
                each["case"],
                *(f"{floor:.2f}", f"{first:.2f}", f"{over:.2f}"),
                *(f"{again:.2f}", str(requests), f"{sdk:.2f}"),
            ]
        )
        text = f"first sync of {each['case']}: at most {MOST_OVER_FLOOR} × the floor"
        table.with_goals(Goal(text, f"{over:.2f} ×", over <= MOST_OVER_FLOOR))
        if each["tasks"] >= 10_000:
            most, seconds = AGAIN
            table.with_goals(
                Goal(
                    f"second sync of {each['case']}: at most {most} requests and {seconds} s",
                    f"{requests} requests, {again:.2f} s",
                    requests <= most and again <= seconds,
                )
            )
    return table


def first_tasks(found: list[tuple[str, float]]) -> Table:
    table = Table(
        "First tasks after a sign-in",
        "Seconds in Chromium from the first byte of the list that a first sign-in leads to, until "
        "it shows tasks, from the server and the worker of `make run` and a stand-in without "
        "latency.",
        ["workspaces × tasks", "seconds"],
        [[name, f"{seconds:.2f}"] for name, seconds in found],
    )
    goals = [
        Goal(f"{name}: within {FIRST_TASKS:.0f} s", f"{seconds:.2f} s", seconds <= FIRST_TASKS)
        for name, seconds in found
    ]
    return table.with_goals(*goals)


def long_syncs(found: dict[str, Any]) -> Table:
    day, limited = found["day"], found["limited"]
    seconds, busiest, refused = LIMITED
    table = Table(
        "What Asana is asked",
        "A day: the page of 10,000 tasks is open for eight hours, with a sync each minute; both "
        "clocks are turned on. The limit: a first sync of 20,000 tasks, while the stand-in refuses "
        "what is above 150 requests a minute, in real time.",
        ["", "requests", "seconds", "in the busiest minute", "refused"],
        [
            [f"{day['minutes']} syncs", str(day["requests"]), "", "", ""],
            [
                f"first sync of {limited['tasks']:,}",
                str(limited["requests"]),
                f"{limited['seconds']:.0f}",
                str(limited["busiest_minute"]),
                str(limited["refused"]),
            ],
        ],
    )
    return table.with_goals(
        Goal(
            f"a day: at most {REQUESTS_A_DAY:,} requests",
            f"{day['requests']:,}",
            day["requests"] <= REQUESTS_A_DAY,
        ),
        Goal(
            f"the limit: complete in {seconds} s, no minute over {busiest}, at most {refused} 429",
            f"{limited['seconds']:.0f} s, {limited['busiest_minute']}, {limited['refused']}",
            limited["seconds"] <= seconds
            and limited["busiest_minute"] <= busiest
            and limited["refused"] <= refused,
        ),
    )


def starvation(database: str, found: list[dict[str, Any]]) -> Table:
    table = Table(
        f"Pages beside syncs on {database}",
        "Milliseconds (95th percentile) until somebody else has a list of 100 tasks and the "
        "sign-in page, from the server and the worker of `make run`. Twenty people have a page "
        "open that asks for the status each second; each of them has 8 × 250 tasks, and Asana "
        "takes 200 ms, or hangs for 20 s.",
        ["", "/tasks/", "/login/"],
    )
    idle = found[0]
    for each in found:
        pages = [each[path] for path in ("/tasks/", "/login/")]
        table.rows.append([each["beside"], *(f"{page:.0f}" for page in pages)])
        if each is idle:
            continue
        most = [max(2 * idle[path], PAGE_MS) for path in ("/tasks/", "/login/")]
        table.with_goals(
            Goal(
                f"{each['beside']}: at most {most[0]:.0f} and {most[1]:.0f} ms",
                f"{pages[0]:.0f} and {pages[1]:.0f} ms",
                all(page <= limit for page, limit in zip(pages, most, strict=True)),
            )
        )
    return table


def writes(database: str, found: dict[str, Any]) -> Table:
    table = Table(
        f"Writes beside a crawl on {database}",
        "Milliseconds that a write of somebody else takes, one each 20 ms while a worker stores a "
        "first crawl of 10,000 tasks.",
        ["writes", "95th percentile", "longest"],
        [[str(found["writes"]), f"{found['p95']:.0f}", f"{found['most']:.0f}"]],
    )
    text = f"95 in 100 take at most {WRITE_MS} ms"
    return table.with_goals(Goal(text, f"{found['p95']:.0f} ms", found["p95"] <= WRITE_MS))


def workers(database: str, found: list[dict[str, Any]]) -> Table:
    return Table(
        f"Workers on {database}",
        "Accounts with 73 tasks in three workspaces that `manage.py worker` processes on this "
        "machine sync in a minute, for the first time and again; Asana takes 200 ms.",
        ["workers", "first", "again"],
        [[str(each["workers"]), f"{each['first']:.0f}", f"{each['again']:.0f}"] for each in found],
    )
