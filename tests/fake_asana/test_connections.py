import http.client
import socket
from urllib.parse import urlsplit

import pytest


@pytest.fixture
def address(asana):
    return urlsplit(asana.url).netloc


def test_one_connection_serves_many_requests(address):
    connection = http.client.HTTPConnection(address, timeout=30)
    connection.connect()
    before = connection.sock.getsockname()
    for method, path in [("GET", "/api/1.0/users/me"), ("POST", "/-/oauth_token"), ("HEAD", "/")]:
        connection.request(method, path, body=b"a=b" if method == "POST" else None)
        response = connection.getresponse()
        assert response.version == 11
        response.read()
        assert connection.sock.getsockname() == before
    connection.close()


def test_an_unread_body_does_not_disturb_the_next_request(address):
    connection = http.client.HTTPConnection(address, timeout=30)
    for _ in range(2):
        connection.request("POST", "/nothing", body=b"x" * 100_000)
        response = connection.getresponse()
        assert response.status == 404
        response.read()
    connection.close()


def test_a_body_in_chunks_is_read(address):
    connection = http.client.HTTPConnection(address, timeout=30)
    for _ in range(2):
        connection.request(
            "POST",
            "/-/token_info",
            body=iter([b"token=", b"x"]),
            encode_chunked=True,
            headers={
                "Transfer-Encoding": "chunked",
                "Content-Type": "application/x-www-form-urlencoded",
            },
        )
        assert connection.getresponse().read().strip() == b'{"active":false}'
    connection.close()


def test_a_body_too_large_is_refused_and_ends_the_connection(address):
    connection = http.client.HTTPConnection(address, timeout=30)
    connection.putrequest("POST", "/-/oauth_token")
    connection.putheader("Content-Length", "100000000")
    connection.endheaders()
    response = connection.getresponse()
    assert (response.status, response.getheader("Connection")) == (413, "close")
    connection.close()


def test_a_client_that_goes_away_harms_nobody(asana, address):
    host, _, port = address.partition(":")
    with socket.create_connection((host, int(port)), timeout=30) as raw:
        raw.sendall(b"POST /-/oauth_token HTTP/1.1\r\nContent-Length: 50\r\n\r\nhalf")
    with socket.create_connection((host, int(port)), timeout=30) as raw:
        raw.sendall(b"nonsense\r\n\r\n")
        assert b"400" in raw.recv(1000)
    assert asana.tasks("1200000000000102") == []
