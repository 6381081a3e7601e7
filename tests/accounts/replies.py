"""Responses that no provider should send, for `Provider.replies`."""

import gzip
import json
import socket
import time
from functools import cache
from typing import Any

from tests.accounts.provider import Handler, Reply

MEGABYTE = 1024 * 1024


def says(response: Any, status: int = 200, **headers: Any) -> Reply:
    body = response if isinstance(response, bytes) else json.dumps(response).encode()
    return lambda handler: handler.respond(body, status, **headers)


def redirects_elsewhere(handler: Handler) -> None:
    """Redirect by 307, which keeps method and body, to the other origin, which responds."""
    if handler.server.url == handler.provider.elsewhere:
        handler.respond_rightly()
    else:
        handler.respond(b"{}", 307, Location=handler.provider.elsewhere + handler.path)


def redirects_here(handler: Handler) -> None:
    handler.respond(b"{}", 302, Location=handler.provider.url + handler.path)


def drops_the_connection(handler: Handler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


def sends_half(handler: Handler) -> None:
    handler.wfile.write(b'HTTP/1.0 200 OK\r\nContent-Length: 100\r\n\r\n{"acc')


def drips_headers(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.0 200 OK\r\n")
    for _ in range(20):
        handler.wfile.write(b"X-Patience: 1\r\n")
        time.sleep(0.05)


def drips_a_body(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n")
    for _ in range(20):
        handler.wfile.write(b" ")
        time.sleep(0.05)


def sends_48_megabytes(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n")
    for _ in range(48):
        handler.wfile.write(b" " * MEGABYTE)
        handler.provider.bytes_sent += MEGABYTE


def sends_a_gzip_bomb(handler: Handler) -> None:
    handler.respond(_bomb(), Content_Encoding="gzip")


@cache
def _bomb() -> bytes:
    return gzip.compress(b" " * MEGABYTE) * 96  # members of one gzip stream
