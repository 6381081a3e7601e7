import errno
import os
import socket
import sys
from typing import Final

WHY: Final = {
    errno.EADDRNOTAVAIL: "is no address of this machine",
    errno.EACCES: "may not be used by this user",
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wanted(default: int = 8000) -> int:
    """Return the port of the variable PORT; exit with a sentence if it is no port."""
    text = os.environ.get("PORT") or str(default)
    if not text.isdecimal() or not 0 < int(text) < 65535:
        sys.exit(f"PORT={text} is not a port: choose a number from 1 to 65534.")
    return int(text)


def wanted_host() -> str:
    """Return the address of the variable HOST to listen on, an IPv6 address without brackets."""
    return os.environ.get("HOST", "").strip().strip("[]") or "127.0.0.1"


def bracketed(host: str) -> str:
    """Return a host as it stands before a port (RFC 3986 3.2.2)."""
    return f"[{host}]" if ":" in host else host


def refuse_if_taken(port: int, what: str, host: str = "127.0.0.1") -> None:
    """Exit with a sentence if nobody can listen there."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (socket.gaierror, UnicodeError):
        sys.exit(f"HOST={host} is no address of this machine.")
    except OSError as error:
        if why := WHY.get(error.errno or 0):
            sys.exit(f"{bracketed(host)}:{port} {why}: choose another HOST or PORT.")
        sys.exit(
            f"Port {port}, wanted for {what}, is taken by another program. "
            "Choose another with PORT=, such as: make demo PORT=8010"
        )
