"""`python -m fake_asana --port 8001`: read the flags, listen, serve until SIGTERM or Ctrl-C."""

import os
import signal
import sys
from types import FrameType

from fake_asana.app import create_app
from fake_asana.options import Options, read_options
from fake_asana.server import listen, make_server
from fake_asana.storage import StateError
from fake_asana.world import World


def main(argv: list[str] | None = None) -> int:
    options = read_options(argv, os.environ)
    try:
        socket = listen(options.host, options.port)
    except OSError as error:
        address = f"{options.host}:{options.port}"
        return _refuse(f"Fake Asana cannot listen on {address}: {error.strerror}.")
    with socket:
        url = f"http://{_in_url(options.host)}:{socket.getsockname()[1]}"
        try:
            world = World(options, url)
        except StateError as error:
            return _refuse(str(error))
        _serve(options, world, socket.fileno(), url)
    return 0


def _serve(options: Options, world: World, fd: int, url: str) -> None:
    server = make_server(options.host, create_app(world), fd, verbose=options.verbose)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        sys.stdout.write(f"Fake Asana is listening on {url}\n")
        sys.stdout.flush()
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _in_url(host: str) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - given by --host
    return f"[{host}]" if ":" in host else host


def _refuse(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
