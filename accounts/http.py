"""HTTP requests to Asana: all of them are sent by `send`, through HTTPS_PROXY_URL if it is set.

Each is a line in the log, and counted.

`requests` alone follows redirects with credentials, lets ~/.netrc replace a bearer header, takes
proxies from the environment, waits for ever on a response that drips, and reads any amount of it.
"""

import io
import logging
import re
import socket
import time
from collections.abc import Mapping
from contextvars import ContextVar
from http.client import HTTPResponse
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
)

from accounts import bulkhead, log_context, metrics
from accounts.codes import Problem
from accounts.connecting import connect

logger = logging.getLogger(__name__)

SECONDS: Final = 10.0
BYTES: Final = 2 * 1024 * 1024
USER_AGENT: Final = "Onelist"
CHUNK: Final = 64 * 1024
DAY: Final = 24 * 60 * 60  # seconds
GID: Final = re.compile(r"(?<=/)\d+(?=/|$)")
NOT_SENT: Final = "not_sent"
BY_STATUS: Final = {401: "unauthorized", 429: "rate_limited"}
BY_CLASS: Final = {2: "ok", 3: "redirected", 4: "refused", 5: "server_error"}

_deadline: ContextVar[float] = ContextVar("deadline")


class TooLarge(requests.RequestException):
    """The error for a response larger than the limit; the rest of it was not read."""


class Redirected(requests.RequestException):
    """The error for a redirect: following it could send a secret elsewhere (RFC 9700 4.12)."""


def send(  # noqa: PLR0913  (requests' own arguments)
    method: str,
    url: str,
    *,
    headers: Mapping[str, str | bytes] | None = None,
    params: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
    json: Any = None,
    seconds: float | None = None,
    limit: int = BYTES,
) -> requests.Response:
    """Send a request; return the whole response, whatever its status.

    From looking up the name to the end of the response it takes at most `seconds` (SECONDS by
    default), in a web request also what `bulkhead` allows; at most `limit` bytes, decoded.
    Raises requests.RequestException: no response, too late, too large (TooLarge), a redirect
    (Redirected), or bulkhead.MayNotWait.
    """
    began = time.monotonic()
    try:
        response = _send(
            method,
            url,
            seconds,
            limit,
            headers=headers,
            params=params,
            data=data,
            json=json,
        )
    except requests.RequestException as error:
        _note(method, url, time.monotonic() - began, error=error)
        raise
    _note(method, url, time.monotonic() - began, status=response.status_code)
    return response


def _send(
    method: str, url: str, seconds: float | None, limit: int, **content: Any
) -> requests.Response:
    with bulkhead.slot() as most:
        left = min(most, SECONDS if seconds is None else seconds)
        _deadline.set(time.monotonic() + left)
        try:
            response = _session.request(
                method,
                url,
                timeout=left,
                proxies={"https": settings.HTTPS_PROXY_URL} if settings.HTTPS_PROXY_URL else None,
                verify=settings.CA_BUNDLE or True,
                allow_redirects=False,
                stream=True,
                **content,
            )
            return _read(response, limit)
        except TimeoutError as error:
            raise requests.Timeout("The response took too long") from error


def _note(
    method: str,
    url: str,
    seconds: float,
    *,
    status: int | None = None,
    error: requests.RequestException | None = None,
) -> None:
    """Count a request and write its line: no query, no body, no number of Asana's."""
    outcome = _outcome(status, error)
    if outcome != NOT_SENT:
        metrics.asana_seconds.labels(outcome).observe(seconds)
    about = {
        "method": method,
        "path": GID.sub("{gid}", urlsplit(url).path),
        "status": status,
        "outcome": outcome,
        "ms": round(seconds * 1000),
        "attempt": log_context.fields().get("attempt", 1),
    }
    logger.info("%(method)s %(path)s: %(outcome)s in %(ms)d ms", about, extra=about)


def _outcome(status: int | None, error: requests.RequestException | None) -> str:
    """Return how a request ended, one of a dozen words."""
    if isinstance(error, bulkhead.MayNotWait):
        return NOT_SENT
    if error is not None:
        return problem_of(error).value
    return BY_STATUS.get(status or 0) or BY_CLASS.get((status or 0) // 100, "odd_status")


def problem_of(error: Exception) -> Problem:
    """Return the problem for an error that `send` or `raise_for_status` raised."""
    match error:
        case requests.HTTPError():
            return Problem.HTTP_ERROR
        case Redirected():
            return Problem.REDIRECTED
        case TooLarge():
            return Problem.TOO_LARGE
        case requests.exceptions.SSLError():
            return Problem.TLS_ERROR
        case requests.Timeout() | requests.ConnectionError(args=(ReadTimeoutError(), *_)):
            return Problem.TIMEOUT  # ReadTimeoutError: while the body was read
    return Problem.NO_RESPONSE


def _read(response: requests.Response, limit: int) -> requests.Response:
    with response:
        if 300 <= response.status_code < 400:
            raise Redirected(f"Answered with a redirect ({response.status_code})")
        body = bytearray()
        for chunk in response.iter_content(CHUNK):
            body += chunk
            if len(body) > limit:
                raise TooLarge(f"The response is larger than {limit} bytes")
    response._content = bytes(body)  # noqa: SLF001  (requests has no other way to cap a body)
    return response


def retry_after_seconds(header: str) -> int | None:
    """Return the seconds of a Retry-After header, a day at most; None for a date or nonsense.

    RFC 9110 10.2.3. Longer waits are cut to a day: then we ask again.
    """
    if not re.fullmatch("[0-9]+", header):
        return None
    return int(min(float(header), DAY))


class _Response(requests.Response):
    def json(self, **kwargs: Any) -> Any:
        """Return the parsed body. Raises ValueError if it isn't JSON, or is nested too deeply."""
        try:
            return super().json(**kwargs)
        except RecursionError as error:
            raise ValueError("Nested too deeply") from error


class _DeadlineReader(io.RawIOBase):
    """Reader of a socket that raises TimeoutError at the deadline of the request.

    A read timeout limits only the time without any byte: a server that sends a byte now and then
    never reaches it.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._file = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = _deadline.get() - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        return self._file.readinto(buffer)

    def close(self) -> None:
        self._file.close()
        super().close()


class _DeadlineResponse(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp.close()
        self.fp = io.BufferedReader(_DeadlineReader(sock))


class _Connection(HTTPConnection):
    response_class = _DeadlineResponse

    def _new_conn(self) -> socket.socket:
        """Connect by the deadline. Raises urllib3's errors, as its own method does."""
        try:
            return connect(
                self._dns_host.strip("[]"), self.port, _deadline.get(), self.socket_options or ()
            )
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, f"Connecting to {self.host} took too long") from error
        except (OSError, UnicodeError) as error:  # or no name can be like that
            raise NewConnectionError(self, f"Could not connect to {self.host}: {error}") from error


class _SecureConnection(_Connection, HTTPSConnection):
    """HTTPS through `_Connection._new_conn`: the handshake has the time that is left."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


POOLS: Final = {"http": _Pool, "https": _SecurePool}


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> ProxyManager:
        manager: ProxyManager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = POOLS
        return manager

    def build_response(self, *args: Any) -> requests.Response:
        response = super().build_response(*args)
        response.__class__ = _Response  # requests has no other way to choose its class
        return response


def _new_session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.headers["User-Agent"] = USER_AGENT
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter(pool_connections=4, pool_maxsize=32))
    return session


_session = _new_session()
