"""Connecting ends at the deadline, however many addresses there are and however slow look-ups."""

import socket
import threading
from threading import Event
from types import SimpleNamespace

import pytest
import requests

from accounts import connecting, http

STREAM = (socket.AF_INET, socket.SOCK_STREAM, 6, "")


class Clock:
    now = 100.0

    def monotonic(self) -> float:
        return self.now


class Silent:
    """A socket that waits for as long as it may, except for the addresses that answer."""

    def __init__(self, clock: Clock, answering: set[str]) -> None:
        self.clock, self.answering = clock, answering
        self.timeout = 0.0
        self.is_closed = False

    def settimeout(self, seconds: float) -> None:
        self.timeout = seconds

    def setsockopt(self, *_option: int) -> None:
        pass

    def connect(self, address: tuple[str, int]) -> None:
        if address[0] not in self.answering:
            self.clock.now += self.timeout
            raise TimeoutError

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def network(monkeypatch):
    """Return a function that gives the name four addresses, of which some answer."""

    def make(*answering: str) -> SimpleNamespace:
        clock, sockets = Clock(), []
        addresses = [(*STREAM, (f"192.0.2.{n}", 443)) for n in range(1, 5)]

        def new(*_args):
            sockets.append(Silent(clock, set(answering)))
            return sockets[-1]

        fake = SimpleNamespace(
            socket=new,
            getaddrinfo=lambda *_args: addresses,
            SOCK_STREAM=socket.SOCK_STREAM,
        )
        monkeypatch.setattr(connecting, "socket", fake)
        monkeypatch.setattr(connecting, "time", clock)
        return SimpleNamespace(clock=clock, sockets=sockets)

    return make


def test_addresses_that_do_not_answer_share_the_time(network):
    world = network()
    with pytest.raises(TimeoutError):
        connecting.connect("asana.example", 443, deadline=108.0)
    assert world.clock.now == pytest.approx(108)
    assert len(world.sockets) == 4
    assert all(each.is_closed for each in world.sockets)


def test_one_that_answers_after_three_that_do_not_is_reached(network):
    world = network("192.0.2.4")
    sock = connecting.connect("asana.example", 443, deadline=108.0)
    assert sock is world.sockets[3]
    assert world.sockets[3].timeout == pytest.approx(2)  # for the handshake: what is left


def test_a_slow_look_up_is_not_waited_for(monkeypatch):
    goes_on, ended = Event(), Event()

    def slow(*_args):
        goes_on.wait(30)
        ended.set()
        raise socket.gaierror(socket.EAI_AGAIN, "later")

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    try:
        with pytest.raises(requests.Timeout):
            http.send("GET", "http://asana.example/", seconds=0.1)
        assert not ended.is_set()
    finally:
        goes_on.set()
    assert ended.wait(30)


def test_so_many_look_ups_at_most(monkeypatch):
    goes_on = Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args: goes_on.wait(30) and [])
    monkeypatch.setattr(connecting, "_lookups", threading.BoundedSemaphore(1))
    asked = threading.active_count()
    try:
        for _ in range(3):
            with pytest.raises(requests.Timeout):
                http.send("GET", "http://asana.example/", seconds=0.05)
        assert threading.active_count() <= asked + 1
    finally:
        goes_on.set()


def test_a_name_that_is_not_known_is_an_error_of_that_family(monkeypatch):
    def unknown(*_args):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(requests.ConnectionError, match="Name or service not known"):
        http.send("GET", "http://asana.example/")


def test_so_is_one_that_can_be_none():
    with pytest.raises(requests.RequestException):
        http.send("GET", f"http://{'a' * 70}.example/")
