"""Connections that are made by a deadline: looking up the name, and trying all of its addresses.

urllib3 gives each address of a name the whole time, and a slow resolver as long as it likes.
"""

import socket
import threading
import time
from collections.abc import Sequence
from queue import Empty, SimpleQueue
from typing import Any, Final

from urllib3.util.connection import allowed_gai_family

# The system can't be told to give up a look-up: one that is too slow keeps its thread until then.
LOOKUPS: Final = 32
_lookups = threading.BoundedSemaphore(LOOKUPS)


def connect(
    host: str, port: int, deadline: float, options: Sequence[tuple[Any, ...]] = ()
) -> socket.socket:
    """Return a connected socket, whose timeout is what is left until `deadline` (monotonic).

    Its addresses share the time: if one doesn't answer, the others still have theirs.
    Raises TimeoutError, socket.gaierror, or the OSError of the last address.
    """
    addresses = _look_up(host, port, deadline)
    error: OSError = OSError("The name has no address")
    for place, (family, kind, protocol, _, address) in enumerate(addresses):
        sock = socket.socket(family, kind, protocol)
        try:
            for option in options:
                sock.setsockopt(*option)
            sock.settimeout(_left(deadline) / (len(addresses) - place))
            sock.connect(address)
            sock.settimeout(_left(deadline))
        except OSError as failed:
            sock.close()
            error = failed
        else:
            return sock
    raise error


def _look_up(host: str, port: int, deadline: float) -> list[Any]:
    """Return what getaddrinfo returns; a thread asks it. Raises TimeoutError, and what it raises.

    Waits, too, while LOOKUPS others have not ended.
    """
    outcome: SimpleQueue[list[Any] | Exception] = SimpleQueue()
    lookups = _lookups

    def ask() -> None:
        try:
            outcome.put(socket.getaddrinfo(host, port, allowed_gai_family(), socket.SOCK_STREAM))
        except Exception as error:
            outcome.put(error)
        finally:
            lookups.release()

    if not lookups.acquire(timeout=_left(deadline)):
        raise TimeoutError
    threading.Thread(target=ask, name="look-up", daemon=True).start()
    try:
        found = outcome.get(timeout=_left(deadline))
    except Empty:
        raise TimeoutError from None
    if isinstance(found, Exception):
        raise found
    return found


def _left(deadline: float) -> float:
    """Return the seconds left. Raises TimeoutError."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
