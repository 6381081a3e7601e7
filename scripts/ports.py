import os
import socket
import sys


def wanted(default: int = 8000) -> int:
    """Return the port of the variable PORT; exit with a sentence if it is no port."""
    text = os.environ.get("PORT") or str(default)
    if not text.isdecimal() or not 0 < int(text) < 65535:
        sys.exit(f"PORT={text} is not a port: choose a number from 1 to 65534.")
    return int(text)


def refuse_if_taken(port: int, what: str, host: str = "127.0.0.1") -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            sys.exit(
                f"Port {port}, wanted for {what}, is taken by another program. "
                "Choose another with PORT=, such as: make demo PORT=8010"
            )
