"""An HTTP proxy on 127.0.0.1 that opens tunnels and remembers what it was asked."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Proxy(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, *, answers: bool) -> None:
        super().__init__(("127.0.0.1", 0), Tunnel)
        self.answers = answers
        self.seen: list[str] = []
        self.address = f"127.0.0.1:{self.server_address[1]}"


class Tunnel(socketserver.StreamRequestHandler):
    server: Proxy

    def handle(self) -> None:
        head = b""
        while line := self.rfile.readline().strip():
            head += line + b"\n"
        self.server.seen.append(head.decode())
        if not self.server.answers:
            self.connection.recv(1)  # until the client gives up
            return
        host, port = head.split()[1].decode().split(":")
        with socket.create_connection((host, int(port))) as other:
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_copy, args=(other, self.connection), daemon=True)
            back.start()
            _copy(self.connection, other)
            back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def running(*, answers: bool = True) -> Iterator[Proxy]:
    server = Proxy(answers=answers)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
