"""Werkzeug's threaded server, with connections kept alive."""

import logging
import socket
from io import BytesIO
from typing import Any

from flask import Flask
from werkzeug import Response
from werkzeug.serving import BaseWSGIServer, ThreadedWSGIServer, WSGIRequestHandler

DROP = "fake_asana.drop"  # a list in the environ; if not empty, how to drop the connection
LARGEST_BODY = 1_000_000


class KeepAliveHandler(WSGIRequestHandler):
    """A handler that reads each request to its end, so that the connection can be used again.

    Werkzeug's own `run_wsgi` always closes, and waits 10 ms for leftovers after every response.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 120

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the stand-in's time for the header `Date` of every response."""
        if timestamp is None:
            app: Any = self.server.app
            timestamp = app.extensions["world"].clock.time()
        return super().date_time_string(timestamp)

    def log_error(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Log an error, except the timeout of an unused connection."""
        if not any(isinstance(arg, TimeoutError) for arg in args):
            super().log_error(format, *args)

    def run_wsgi(self) -> None:
        if self.headers.get("Expect", "").strip().lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.environ = environ = self.make_environ()
        if not self._read_body(environ):
            self.close_connection = True
            return self.send_error(413)
        drops: list[str] = []  # mutable: `from_app` passes a copy of the environ
        environ[DROP] = drops
        response = Response.from_app(self.server.app, environ, buffered=True)
        if drops:
            return self._drop(response, half="half" in drops)
        return self._send(response)

    def _read_body(self, environ: dict[str, Any]) -> bool:
        length = self.headers.get("Content-Length", "0")
        if "wsgi.input_terminated" in environ:
            body = environ["wsgi.input"].read(LARGEST_BODY + 1)
        elif length.isdigit() and int(length) <= LARGEST_BODY:
            body = self.rfile.read(int(length))
        else:
            return False
        environ["wsgi.input"] = BytesIO(body)
        return len(body) <= LARGEST_BODY

    def _head(self, response: Response) -> None:
        self.send_response(response.status_code)
        for name, value in response.headers.items():
            self.send_header(name, value)

    def _send(self, response: Response) -> None:
        self._head(response)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.get_data())

    def _drop(self, response: Response, *, half: bool) -> None:
        self.close_connection = True
        if half:
            body = response.get_data()
            self._head(response)
            self.end_headers()
            self.wfile.write(body[: len(body) // 2])
        self.connection.shutdown(socket.SHUT_RDWR)


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket. Raises OSError.

    Werkzeug itself would print advice and exit if the port is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((host, port))
        opened.listen(128)
    except OSError:
        opened.close()
        raise
    return opened


def make_server(host: str, app: Flask, fd: int, *, verbose: bool) -> BaseWSGIServer:
    level = logging.INFO if verbose else logging.ERROR
    logging.getLogger("werkzeug").setLevel(level)
    return ThreadedWSGIServer(host, 0, app, KeepAliveHandler, fd=fd)
