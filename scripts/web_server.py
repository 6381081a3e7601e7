"""The site's web server: waitress, with a deadline for every request and for every reader.

`python -m scripts.web_server 127.0.0.1:8000` serves from WEB_CONCURRENCY processes, which share one
listening socket. docs/decisions/0009-waitress.md says why waitress, and what was compared.
"""

import os
import resource
import signal
import socket
import sys
import time
from contextlib import suppress
from heapq import nsmallest
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher, WSGITask

from scripts import processes

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

THREADS: Final = 16
PROBES: Final = {"/healthz", "/readyz", "/metrics"}
PROBE_THREADS: Final = 2
CONNECTIONS: Final = 1000  # of one process; one more takes the place of the longest waiting
ACCEPTED_AT_ONCE: Final = 64
REQUEST_SECONDS: Final = 30.0  # for a whole request, from the connection or the last response on
WINDOW_SECONDS: Final = 30.0  # a reader takes WINDOW_BYTES in this time, or is hung up on
WINDOW_BYTES: Final = 64 * 1024
END_SECONDS: Final = 5.0  # for requests in progress when the server is told to stop
OPTIONS: Final = {
    "threads": THREADS,
    "connection_limit": 2 * CONNECTIONS,  # never reached: `Server` makes room before
    "backlog": 1024,
    "max_request_header_size": 32 * 1024,  # request line included; 431 above
    "max_request_body_size": 2_621_440,  # Django's DATA_UPLOAD_MAX_MEMORY_SIZE; 413 above
    "cleanup_interval": 1,
    "asyncore_use_poll": True,  # select() knows no file descriptor above 1,023
    "ident": None,  # no Server header
}


class Task(WSGITask):  # type: ignore[misc]  # waitress has no types
    """Sends the response of the site, which to HEAD has no body (RFC 9110 9.3.2)."""

    def write(self, data: bytes) -> None:
        super().write(b"" if self.request.command == "HEAD" else data)

    def finish(self) -> None:
        if self.request.command == "HEAD":
            self.chunked_response = False  # else it sends a last chunk
        super().finish()


class Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """A connection that knows since when it waits for its client."""

    task_class = Task

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.waiting_since = time.monotonic()  # for a whole request
        self.window_began: float | None = None  # while output waits to be read
        self.window_bytes = 0
        super().__init__(*args, **kwargs)

    def send(self, data: bytes, do_close: bool = True) -> int:  # noqa: FBT001, FBT002
        """Count what the client takes."""
        sent: int = super().send(data, do_close)
        self.window_bytes += sent
        return sent

    def service(self) -> None:
        """Serve one request, and hang up on a client that sent another before its response.

        Otherwise the responses to a hundred requests pile up for a client that reads none; one
        that pipelines has to expect this (RFC 9112 9.3.2).
        """
        self.waiting_since = time.monotonic()
        with self.requests_lock:
            further = self.requests[1:]
            del self.requests[1:]
        super().service()
        if further:
            self.close_when_flushed = True

    def is_late(self, now: float) -> bool:
        """Tell whether the client has used up its time; called once a second."""
        if self.total_outbufs_len:
            if self.window_began is None or self.window_bytes >= WINDOW_BYTES:
                self.window_began, self.window_bytes = now, 0
            return now - self.window_began > WINDOW_SECONDS
        self.window_began = None
        if self.requests:  # it is the site that works
            self.waiting_since = now
        return now - self.waiting_since > REQUEST_SECONDS

    def hang_up(self) -> None:
        """End the connection, also one whose client does not read."""
        self.will_close = True
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)


class Server(TcpWSGIServer):  # type: ignore[misc]  # waitress has no types
    channel_class = Channel
    stopping = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.probe_dispatcher = ThreadedTaskDispatcher()
        self.probe_dispatcher.set_thread_count(PROBE_THREADS)
        super().__init__(*args, **kwargs)

    def add_task(self, task: Channel) -> None:
        """Let a thread serve a request; those of probes are busy with nothing else.

        They are answered while all others wait, such as for a database that hangs.
        """
        is_probe = getattr(task.requests[0], "path", "") in PROBES  # no path in nonsense
        dispatcher = self.probe_dispatcher if is_probe else self.task_dispatcher
        dispatcher.add_task(task)

    def maintenance(self, _now: float) -> None:
        """Hang up on clients that are late, instead of those that are silent, as waitress does."""
        for channel in list(self.active_channels.values()):
            if channel.is_late(time.monotonic()):
                channel.hang_up()

    def handle_accept(self) -> None:
        """Accept what waits; above CONNECTIONS, hang up on those that have waited longest."""
        for _ in range(ACCEPTED_AT_ONCE):
            before = len(self.active_channels)
            super().handle_accept()
            if len(self.active_channels) == before:
                break
        if (too_many := len(self.active_channels) - CONNECTIONS) > 0:
            waiting = [
                channel
                for channel in self.active_channels.values()
                if not (channel.requests or channel.will_close)
            ]
            for channel in nsmallest(too_many, waiting, key=lambda each: each.waiting_since):
                channel.hang_up()

    def run(self) -> None:
        """Serve until `stop` is called, then let requests in progress end for END_SECONDS."""
        while not self.stopping:
            self._turn()
        self.accepting = False
        ends_at = time.monotonic() + END_SECONDS
        while self._is_busy() and time.monotonic() < ends_at:
            self._turn()
        self.task_dispatcher.set_thread_count(0)
        self.probe_dispatcher.set_thread_count(0)
        self.asyncore.close_all(self._map, ignore_all=True)

    def stop(self, *_about: object) -> None:
        """End `run`; a handler of signals."""
        self.stopping = True
        with suppress(OSError):  # a second signal, after everything has been closed
            self.pull_trigger()

    def _turn(self) -> None:
        self.asyncore.loop(timeout=1, use_poll=True, map=self._map, count=1)

    def _is_busy(self) -> bool:
        return any(
            channel.requests or channel.total_outbufs_len
            for channel in self.active_channels.values()
        )


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; `::` takes IPv4 as well."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    both = host == "::" and socket.has_dualstack_ipv6()
    return socket.create_server((host, port), family=family, backlog=1024, dualstack_ipv6=both)


def server_of(application: "WSGIApplication", listener: socket.socket, **options: object) -> Server:
    """Return a server of that application; `options` are waitress's."""
    about = (listener.family, socket.SOCK_STREAM, 0, listener.getsockname())
    adjustments = Adjustments(sockets=[listener], **{**OPTIONS, **options})
    return Server(application, _sock=listener, bind_socket=False, sockinfo=about, adj=adjustments)


def site_options() -> dict[str, object]:
    """Return the options that depend on settings: TRUSTED_PROXIES decides what is believed."""
    return {"clear_untrusted_proxy_headers": not settings.TRUSTED_PROXIES}


def serve(listener: socket.socket) -> None:
    """Serve the site on that socket until SIGTERM or SIGINT."""
    from config.wsgi import application  # noqa: PLC0415 - loads the site

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    server = server_of(application, listener, **site_options())
    signal.signal(signal.SIGTERM, server.stop)
    signal.signal(signal.SIGINT, server.stop)
    server.run()


def main(address: str) -> None:
    host, _, port = address.rpartition(":")
    if not host:  # a process of ours: the number of the socket it has inherited
        serve(socket.socket(fileno=int(port)))
        return
    listener = listen(host.strip("[]"), int(port))
    if settings.WEB_CONCURRENCY == 1:
        serve(listener)
        return
    if not settings.REDIS_URL:
        print(
            "WEB_CONCURRENCY is more than 1 and REDIS_URL is not set: each process counts sign-ins "
            "for itself, so that SIGN_IN_RATE and PASSWORD_RATE allow that many times more.",
            file=sys.stderr,
            flush=True,
        )
    command = [sys.executable, "-m", "scripts.web_server", str(listener.fileno())]
    processes.catch_signals()
    with processes.side_by_side() as running:
        for _ in range(settings.WEB_CONCURRENCY):
            running.append(processes.start(command, pass_fds=[listener.fileno()]))
        processes.watch(running)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main(*sys.argv[1:])
