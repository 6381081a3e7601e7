"""What stands in the terminal of the stand-in."""

import io
import logging

import pytest

from fake_asana.server import KeepAliveHandler


@pytest.fixture
def handler(caplog) -> KeepAliveHandler:
    caplog.set_level(logging.ERROR, logger="werkzeug")
    handler = KeepAliveHandler.__new__(KeepAliveHandler)
    handler.client_address = ("127.0.0.1", 1)
    handler.rfile, handler.wfile = io.BytesIO(), io.BytesIO()
    return handler


class Idle(io.BytesIO):
    def readline(self, *_args) -> bytes:
        raise TimeoutError


def test_a_connection_that_nobody_uses_any_longer_is_not_told(handler, caplog):
    handler.rfile = Idle()
    handler.handle_one_request()
    assert handler.close_connection
    assert not caplog.records


def test_other_errors_are(handler, caplog):
    handler.log_error("code %d, message %s", 400, "Bad request")
    assert "Bad request" in caplog.text
