"""The probes' paths on METRICS_ADDRESS, for workers on a machine without a web server."""

import logging
from collections.abc import Iterable
from threading import Thread
from typing import TYPE_CHECKING

import waitress
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponseNotFound

from accounts import probes

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

logger = logging.getLogger(__name__)


def start() -> None:
    """Serve in a thread, if METRICS_ADDRESS is set.

    Of several workers on one machine the first serves for all: they count together.
    """
    if not settings.METRICS_ADDRESS:
        return
    try:
        server = waitress.create_server(
            application, listen=settings.METRICS_ADDRESS, threads=2, ident=None
        )
    except OSError as error:
        logger.warning("Nothing is served on METRICS_ADDRESS: %s", error.strerror)
        return
    Thread(target=server.run, name="metrics", daemon=True).start()


def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """Answer `/healthz`, `/readyz` and `/metrics`, and nothing else."""
    response = probes.answer(WSGIRequest(environ)) or HttpResponseNotFound()
    start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
    # waitress leaves it to the application that HEAD has no body (RFC 9110 9.3.2)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [response.content]
