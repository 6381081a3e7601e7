import time

import pytest
import requests
from prometheus_client import REGISTRY

from accounts import bulkhead, http, log_context
from tests.accounts import proxy, replies, self_signed
from tests.accounts.provider import DISCOVERY, TOKEN
from tests.log_lines import json_lines, of, written

MANY = [f"X_{number}" for number in range(200)]


@pytest.fixture
def op(running_provider):
    """Yield the provider's HTTP server; check that the other origin got no request."""
    running_provider.reset()
    yield running_provider
    assert running_provider.strays == []


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 305, 307, 308])
def test_it_follows_no_redirect(op, status):
    op.replies[TOKEN] = replies.says(b"", status, Location=op.elsewhere + TOKEN)
    with pytest.raises(http.Redirected):
        http.send("POST", op.url + TOKEN, data={"code": "secret"})


def test_a_netrc_file_does_not_replace_the_bearer_token(op, tmp_path, monkeypatch):
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login netrc password netrc\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    http.send("GET", op.url + DISCOVERY, headers={"Authorization": "Bearer ours"})
    assert op.seen[-1].headers["Authorization"] == "Bearer ours"
    http.send("GET", op.url + DISCOVERY)
    assert "Authorization" not in op.seen[-1].headers


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
def test_it_takes_no_proxy_from_the_environment(op, monkeypatch, name):
    monkeypatch.setenv(name, op.elsewhere)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    http.send("GET", op.url + DISCOVERY)
    assert op.seen


def test_it_takes_no_certificates_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    with pytest.raises(requests.ConnectionError):  # not OSError: it didn't look for that file
        http.send("GET", "https://127.0.0.1:1/")


def test_it_goes_through_our_proxy_and_trusts_its_authority(settings, tmp_path):
    with self_signed.running(tmp_path) as server, proxy.running() as company:
        settings.HTTPS_PROXY_URL = f"http://ada:p%40ss@{company.address}"
        with pytest.raises(requests.exceptions.SSLError):
            http.send("POST", server.url, data={"code": "secret"})
        settings.CA_BUNDLE = str(tmp_path / "self-signed.pem")
        assert http.send("POST", server.url, data={"code": "secret"}).ok
    assert server.seen == [b"code=secret"]
    asked = company.seen[-1].splitlines()
    assert asked[0].startswith(f"CONNECT {server.url.removeprefix('https://')} HTTP/")
    assert "Proxy-Authorization: Basic YWRhOnBAc3M=" in asked
    assert "secret" not in str(company.seen)


def test_a_proxy_that_does_not_answer_is_given_up(settings):
    with proxy.running(answers=False) as company:
        settings.HTTPS_PROXY_URL = f"http://{company.address}"
        with pytest.raises(requests.RequestException):
            http.send("GET", "https://127.0.0.1:1/", seconds=0.2)
    assert company.seen


def test_it_keeps_no_cookies(op):
    op.replies[DISCOVERY] = replies.says({}, Set_Cookie="who=ada; Path=/")
    for _ in range(2):
        http.send("GET", op.url + DISCOVERY)
    assert all("Cookie" not in seen.headers for seen in op.seen)


@pytest.mark.parametrize("status", [200, 400, 404, 429, 500, 503])
def test_it_returns_the_answer_whatever_its_status(op, status):
    op.replies[DISCOVERY] = replies.says({"a": 1}, status)
    response = http.send("GET", op.url + DISCOVERY)
    assert (response.status_code, response.json()) == (status, {"a": 1})


@pytest.mark.parametrize("spare", [0, 1])
def test_it_reads_up_to_its_limit(op, spare):
    op.replies[DISCOVERY] = replies.says(b"x" * 1000)
    assert len(http.send("GET", op.url + DISCOVERY, limit=1000 + spare).content) == 1000


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(replies.says(b"x" * 1001), id="a byte too many"),
        pytest.param(replies.sends_48_megabytes, id="48 MB"),
        pytest.param(replies.sends_a_gzip_bomb, id="gzip bomb"),
    ],
)
def test_it_reads_no_more_than_its_limit(op, reply):
    op.replies[DISCOVERY] = reply
    with pytest.raises(http.TooLarge):
        http.send("GET", op.url + DISCOVERY, limit=1000)
    assert op.bytes_sent < 40 * replies.MEGABYTE


@pytest.mark.parametrize("reply", [replies.drips_headers, replies.drips_a_body])
def test_dripping_does_not_buy_time(op, reply):
    """It would be a complete response if we waited for its end."""
    op.replies[DISCOVERY] = reply
    with pytest.raises(requests.RequestException):
        http.send("GET", op.url + DISCOVERY, seconds=0.2)


def test_a_drip_of_interim_answers_does_not_buy_time_either(op):
    def continues(handler):
        for _ in range(20):
            handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            time.sleep(0.05)

    op.replies[DISCOVERY] = continues
    with pytest.raises(requests.Timeout):
        http.send("GET", op.url + DISCOVERY, seconds=0.2)


def test_silence_is_a_timeout(op):
    op.replies[DISCOVERY] = lambda handler: time.sleep(0.4)
    with pytest.raises(requests.Timeout):
        http.send("GET", op.url + DISCOVERY, seconds=0.1)


def test_each_request_has_its_own_time(op):
    def slow(handler):
        time.sleep(0.6)
        handler.respond(b"{}")

    op.replies[DISCOVERY] = slow
    for _ in range(2):
        assert http.send("GET", op.url + DISCOVERY, seconds=1.0).ok


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(replies.drops_the_connection, id="dropped"),
        pytest.param(replies.sends_half, id="half an answer"),
        pytest.param(replies.says(b"no gzip at all", Content_Encoding="gzip"), id="no gzip"),
        pytest.param(lambda h: h.wfile.write(b"SMTP ready\r\n\r\n"), id="another protocol"),
        pytest.param(
            replies.says(b"", 200, **{f"X_{n}": "x" for n in range(200)}), id="200 headers"
        ),
        pytest.param(replies.says(b"", X_Long="x" * 70_000), id="a long header"),
    ],
)
def test_all_that_goes_wrong_is_one_family_of_errors(op, reply):
    op.replies[DISCOVERY] = reply
    with pytest.raises(requests.RequestException):
        http.send("GET", op.url + DISCOVERY)


def test_nobody_there_is_an_error_of_that_family_too():
    with pytest.raises(requests.ConnectionError):
        http.send("GET", "http://127.0.0.1:1/")


@pytest.mark.parametrize("body", [b"<html>", b"[" * 100_000, b'{"a":' * 100_000, b"\xff\xfe\x00"])
def test_what_is_no_json_is_a_value_error(op, body):
    op.replies[DISCOVERY] = replies.says(body)
    with pytest.raises(ValueError):  # noqa: PT011  (nobody may rely on its words)
        http.send("GET", op.url + DISCOVERY).json()


def test_it_says_who_we_are_and_nothing_about_our_libraries(op):
    http.send("GET", op.url + DISCOVERY)
    assert op.seen[-1].headers["User-Agent"] == "Onelist"


def test_a_certificate_that_is_none_of_ours_is_not_accepted(tmp_path):
    with self_signed.running(tmp_path) as server:
        with pytest.raises(requests.exceptions.SSLError, match="CERTIFICATE_VERIFY_FAILED"):
            http.send("POST", server.url + TOKEN, data={"code": "secret"}, seconds=5)
        assert server.seen == []


def counted(outcome: str) -> float:
    name = "onelist_asana_request_duration_seconds_count"
    return REGISTRY.get_sample_value(name, {"outcome": outcome}) or 0


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        *((200, "ok"), (204, "ok"), (400, "refused"), (401, "unauthorized"), (404, "refused")),
        *((429, "rate_limited"), (500, "server_error"), (503, "server_error"), (799, "odd_status")),
    ],
)
def test_each_request_is_a_line_without_numbers_of_asanas(op, status, outcome):
    path = "/api/1.0/tasks/1200000000000001"
    op.replies[path] = replies.says(b"{}", status)
    before = counted(outcome)
    with json_lines() as lines, log_context.bound(request_id="abc"):
        http.send("GET", op.url + path, params={"opt_fields": "name"}, headers={"A": "secret"})
    (line,) = of(lines(), "accounts.http")
    about = {
        "method": "GET",
        "path": "/api/1.0/tasks/{gid}",
        "status": status,
        "outcome": outcome,
        "attempt": 1,
        "request_id": "abc",
    }
    assert about.items() <= line.items()
    assert line["ms"] >= 0
    assert "secret" not in str(line)
    assert "opt_fields" not in str(line)
    assert counted(outcome) == before + 1


def test_so_is_one_that_had_no_response(op):
    op.replies[TOKEN] = replies.says(b"", 302, Location=op.elsewhere)
    before = counted("redirected"), counted("no_response")
    with json_lines() as lines:
        with pytest.raises(requests.RequestException):
            http.send("POST", op.url + TOKEN, data={"code": "secret"})
        with pytest.raises(requests.RequestException):
            http.send("GET", "http://127.0.0.1:1/x")
    outcomes = [(line["outcome"], line["status"]) for line in of(lines(), "accounts.http")]
    assert outcomes == [("redirected", None), ("no_response", None)]
    assert (counted("redirected"), counted("no_response")) == (before[0] + 1, before[1] + 1)


def test_one_that_was_not_sent_is_a_line_and_not_counted(op, monkeypatch):
    def refuses() -> None:
        raise bulkhead.MayNotWait(bulkhead.MESSAGE)

    monkeypatch.setattr(bulkhead, "slot", refuses)
    with json_lines() as lines, pytest.raises(bulkhead.MayNotWait):
        http.send("GET", op.url + DISCOVERY)
    (line,) = of(lines(), "accounts.http")
    assert line["outcome"] == "not_sent"
    assert counted("not_sent") == 0


def test_in_text_it_is_none(op):
    """People read these lines; what goes wrong is told by who asked."""
    with written("text") as lines:
        http.send("GET", op.url + DISCOVERY)
    assert lines() == []
