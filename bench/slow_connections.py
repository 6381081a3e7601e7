"""Slow clients: whether pages of others are still served while many connections drip.

`python -m bench.slow_connections URL` measures any server that serves the site at that address.
"""

import asyncio
import contextlib
import http.client
import multiprocessing
import socket
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from typing import Final
from urllib.parse import urlsplit

from bench.memory import megabytes_of

PATH: Final = "/login/"
DRIP_EVERY: Final = 1.0  # seconds between two bytes
LARGE: Final = "/static/admin/js/vendor/jquery/jquery.js"  # 285 kB
PIPELINED: Final = 10  # requests of a slow reader, to fill the buffers of both kernels
PATIENCE: Final = 20.0  # seconds after which a page counts as not served
SORTS: Final = ("headers", "bodies", "readers")


@dataclass(frozen=True)
class Measured:
    """Milliseconds of pages (95th percentile), pages not served, megabytes of the server."""

    p95: float
    lost: int
    megabytes: float


def measure(url: str, pids: list[int], seconds: float) -> Measured:
    """Fetch a page again and again over new connections, as strangers do."""
    parts = urlsplit(url)
    took, lost = [], 0
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        began = time.perf_counter()
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=PATIENCE)
        try:
            connection.request("GET", PATH)
            lost += connection.getresponse().status != 200
        except OSError:
            lost += 1
        finally:
            connection.close()
        took.append((time.perf_counter() - began) * 1000)
        time.sleep(0.02)
    memory = sum(sum(megabytes_of(pid)) for pid in pids)
    return Measured(
        statistics.quantiles(took, n=20)[-1] if len(took) > 1 else took[0], lost, memory
    )


@contextlib.contextmanager
def slow_clients(url: str, sort: str, count: int) -> Iterator[None]:
    """Keep `count` slow connections of that sort open, from a process of their own."""
    ready = multiprocessing.Event()
    attackers = multiprocessing.Process(target=_attack, args=(url, sort, count, ready))
    attackers.start()
    try:
        ready.wait(60)
        yield
    finally:
        attackers.kill()
        attackers.join()


def _attack(url: str, sort: str, count: int, ready: Event) -> None:
    asyncio.run(_keep_open(url, sort, count, ready.set))


async def _keep_open(url: str, sort: str, count: int, ready: Callable[[], None]) -> None:
    parts = urlsplit(url)
    address = (str(parts.hostname), parts.port)
    async with asyncio.TaskGroup() as group:
        for _ in range(count):
            group.create_task(_again_and_again(address, sort))
        await asyncio.sleep(count / 100)  # all are connected, and the first bytes served
        ready()


async def _again_and_again(address: tuple[str, int | None], sort: str) -> None:
    while True:
        with contextlib.suppress(OSError):
            await _drip(address, sort)
        await asyncio.sleep(DRIP_EVERY)


async def _drip(address: tuple[str, int | None], sort: str) -> None:
    loop = asyncio.get_running_loop()
    head = f"Host: {address[0]}:{address[1]}\r\n"
    with socket.socket() as client:
        client.settimeout(0)
        if sort == "readers":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        await loop.sock_connect(client, address)
        match sort:
            case "headers":
                first = f"GET {PATH} HTTP/1.1\r\n{head}X-Slow: "
            case "bodies":
                first = f"POST {PATH} HTTP/1.1\r\n{head}Content-Length: 100000\r\n\r\n"
            case _:
                first = f"GET {LARGE} HTTP/1.1\r\n{head}\r\n" * PIPELINED
        await loop.sock_sendall(client, first.encode())
        while True:
            await asyncio.sleep(DRIP_EVERY)
            if sort == "readers":
                if not await loop.sock_recv(client, 1):
                    return
            else:
                await loop.sock_sendall(client, b"x")


def compare(
    url: str, pids: list[int], counts: list[int], seconds: float
) -> Iterator[tuple[str, Measured]]:
    """Yield what is measured beside no slow client, then beside each sort and count of them."""
    yield "idle", measure(url, pids, seconds)
    for count in counts:
        for sort in SORTS:
            with slow_clients(url, sort, count):
                yield f"{count:,} slow {sort}", measure(url, pids, seconds)


if __name__ == "__main__":
    _, address, for_seconds, *of_server = sys.argv
    for beside, found in compare(address, [*map(int, of_server)], [200, 1500], float(for_seconds)):
        print(f"{beside}: {found}", flush=True)
