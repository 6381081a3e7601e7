"""The web server: slow, greedy and impatient clients, and its own end."""

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

import psutil
import pytest

from accounts import probes
from scripts import web_server
from tests.scripts.test_serve import Site

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
PACE = 0.02  # seconds between two bytes of a drip
MANY_BYTES = 40_000_000  # more than the buffers of both kernels and the server's own limit


class Served:
    """A server of an application of its own, in a thread of this process."""

    def __init__(self, **options: object) -> None:
        self.paths: list[str] = []
        self.environ: dict[str, object] = {}
        self.goes_on, self.is_asked = threading.Event(), threading.Event()
        listener = web_server.listen("127.0.0.1", 0)
        self.port: int = listener.getsockname()[1]
        self.server = web_server.server_of(self._application, listener, **options)
        self.thread = threading.Thread(target=self.server.run)
        self.thread.start()

    def _application(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        self.paths.append(environ["PATH_INFO"])
        self.environ = environ
        if environ["PATH_INFO"] == "/waits":
            self.is_asked.set()
            assert self.goes_on.wait(30)
        body = b"x" * MANY_BYTES if environ["PATH_INFO"] == "/large" else b"served"
        is_streamed = environ["PATH_INFO"] == "/streamed"
        start_response("200 OK", [] if is_streamed else [("Content-Length", str(len(body)))])
        return iter([body, body]) if is_streamed else [body]

    def connect(self, sent: bytes = b"") -> socket.socket:
        client = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        client.sendall(sent)
        return client

    def get(self) -> bytes:
        with self.connect(b"GET / HTTP/1.0\r\n\r\n") as client:
            return everything(client)

    @contextmanager
    def ending(self) -> Iterator[None]:
        try:
            yield
        finally:
            self.goes_on.set()
            self.server.stop()
            self.thread.join(30)


def everything(client: socket.socket) -> bytes:
    """Return what arrives until the server ends the connection."""
    received = []
    with suppress(ConnectionResetError):
        while chunk := client.recv(65536):
            received.append(chunk)
    return b"".join(received)


def drip(client: socket.socket) -> None:
    """Send a byte now and then until the server hangs up."""
    client.settimeout(PACE)
    while True:
        try:
            client.sendall(b"x")
            if not client.recv(1):
                return
        except TimeoutError:
            continue
        except OSError:
            return


@pytest.fixture
def served() -> Iterator[Served]:
    served = Served(threads=1)
    with served.ending():
        yield served


@pytest.mark.parametrize(
    "unfinished",
    [
        pytest.param(b"", id="nothing yet"),
        pytest.param(b"GET / HTTP/1.1\r\nX-Slow: ", id="headers"),
        pytest.param(b"POST / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n", id="body"),
        pytest.param(GET, id="after a response"),
    ],
)
def test_a_drip_is_ended_and_holds_no_thread(served, monkeypatch, unfinished):
    monkeypatch.setattr(web_server, "REQUEST_SECONDS", 0.3)
    with served.connect(unfinished) as client:
        assert b"served" in served.get()
        drip(client)
    assert b"served" in served.get()


def test_each_request_has_its_own_time_on_a_connection_that_is_kept(served):
    """Otherwise a proxy that keeps its connections loses one in the middle of a request."""
    with served.connect() as client:
        waited_since = []
        for _ in range(2):
            client.sendall(GET)
            received = b""
            while not received.endswith(b"served"):
                received += client.recv(65536)
            (channel,) = served.server.active_channels.values()
            waited_since.append(channel.waiting_since)
    assert waited_since[0] < waited_since[1]


@pytest.mark.parametrize("path", [b"/", b"/streamed"])
def test_a_response_to_head_has_no_body(served, path):
    """Otherwise a client that keeps its connection takes the body for the next response."""
    with served.connect(b"HEAD %b HTTP/1.1\r\nHost: localhost\r\n\r\n" % path) as client:
        received = b""
        while not received.endswith(b"\r\n\r\n"):
            received += client.recv(65536)
        assert received.startswith(b"HTTP/1.1 200 OK\r\n")
        assert (b"Content-Length: 6\r\n" in received) == (path == b"/")
        if path == b"/":
            client.sendall(GET)
            assert client.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")
        else:
            assert everything(client) == b""


def test_who_does_not_read_is_hung_up_on(served, monkeypatch):
    hung_up = threading.Event()

    class Watched(web_server.Channel):
        def hang_up(self) -> None:
            super().hang_up()
            hung_up.set()

    monkeypatch.setattr(web_server, "WINDOW_SECONDS", 0.3)
    monkeypatch.setattr(web_server.Server, "channel_class", Watched)
    with served.connect(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n") as client:
        assert b"served" in served.get()
        assert hung_up.wait(30)
        assert len(everything(client)) < MANY_BYTES


def test_a_slow_but_steady_reader_gets_everything(served, monkeypatch):
    monkeypatch.setattr(web_server, "WINDOW_BYTES", 1)
    with served.connect(b"GET /large HTTP/1.0\r\n\r\n") as client:
        assert len(everything(client)) > MANY_BYTES


def test_above_the_limit_the_longest_waiting_makes_room(served, monkeypatch):
    monkeypatch.setattr(web_server, "CONNECTIONS", 5)
    clients = [served.connect(b"GET / HTTP/1.1\r\n") for _ in range(8)]
    assert b"served" in served.get()
    assert everything(clients[0]) == b""
    for client in clients:
        client.close()


def test_a_request_that_is_being_served_does_not_make_room(served, monkeypatch):
    monkeypatch.setattr(web_server, "CONNECTIONS", 2)
    with served.connect(b"GET /waits HTTP/1.0\r\n\r\n") as first:
        assert served.is_asked.wait(30)
        others = [served.connect() for _ in range(4)]
        assert everything(others[0]) == b""
        served.goes_on.set()
        assert everything(first).endswith(b"served")
        for other in others:
            other.close()


def test_what_is_sent_before_the_response_was_read_is_not_served(served):
    with served.connect(GET * 50) as client:
        assert everything(client).count(b"served") == 1
    assert served.paths == ["/"]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"POST / HTTP/1.1\r\nContent-Length: 120000000\r\n\r\n", b"413"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n300000\r\n", b"413"),
        (b"GET / HTTP/1.1\r\nX-Large: " + b"x" * 40_000, b"431"),
        (b"GET /" + b"x" * 40_000, b"431"),
        (b"\x00\x01 nonsense\r\n\r\n", b"400"),
    ],
    ids=["body", "chunked body", "headers", "request line", "nonsense"],
)
def test_what_is_too_large_or_no_request_is_refused(served, sent, status):
    large = b"x" * 3_200_000 if b"chunked" in sent else b""
    with served.connect() as client:
        with suppress(OSError):  # it may hang up before all has been sent
            client.sendall(sent + large)
        received = everything(client)
    assert status in received[:20]
    assert served.paths == []


@pytest.mark.parametrize("proxies", [0, 1, 2])
def test_headers_of_proxies_arrive_only_where_there_are_some(proxies, settings):
    settings.TRUSTED_PROXIES = proxies
    served = Served(**web_server.site_options())
    sent = b"X-Forwarded-For: 192.0.2.7, 10.0.0.1\r\nX-Forwarded-Proto: https\r\n"
    with served.ending(), served.connect(b"GET / HTTP/1.0\r\n" + sent + b"\r\n") as client:
        everything(client)
    names = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "REMOTE_ADDR")
    told = tuple(served.environ.get(name) for name in names)
    passed_on = ("192.0.2.7, 10.0.0.1", "https", "127.0.0.1")
    assert told == (passed_on if proxies else (None, None, "127.0.0.1"))


@pytest.mark.parametrize("path", sorted(web_server.PROBES))
def test_a_probe_is_answered_while_every_thread_is_busy(path):
    served = Served(threads=1)
    with served.ending(), served.connect(b"GET /waits HTTP/1.0\r\n\r\n") as page:
        assert served.is_asked.wait(30)
        with served.connect(f"GET {path}?a=b HTTP/1.0\r\n\r\n".encode()) as probe:
            assert everything(probe).endswith(b"served")
        served.goes_on.set()
        assert everything(page).endswith(b"served")  # it has not given up before


def test_probes_of_the_server_are_those_of_the_site():
    assert set(probes.VIEWS) == web_server.PROBES


def test_a_request_in_progress_is_finished_before_the_end(served):
    with served.connect(b"GET /waits HTTP/1.0\r\n\r\n") as client:
        assert served.is_asked.wait(30)
        served.server.stop()
        served.goes_on.set()
        assert everything(client).endswith(b"served")
    served.thread.join(30)
    assert not served.thread.is_alive()


@pytest.mark.parametrize("host", ["::1", "::", "0.0.0.0"])
def test_it_listens_where_it_is_told(host):
    with web_server.listen(host, 0) as listener:
        there = "::1" if ":" in host else "127.0.0.1"
        socket.create_connection((there, listener.getsockname()[1]), timeout=30).close()


def test_several_processes_share_the_port_and_end_together(tmp_path):
    site = Site(tmp_path, WEB_CONCURRENCY="2")
    with site.process as process:
        try:
            site.responses()
            server = site.parts()["scripts.web_server"]
            workers = server.children()
            assert len(workers) == 2
        finally:
            process.terminate()
            told, _ = process.communicate(timeout=30)
        assert "REDIS_URL is not set" in told
        psutil.wait_procs([server, *workers], timeout=30)
        assert not any(each.is_running() for each in [server, *workers])
