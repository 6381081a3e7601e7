"""Starting and stopping it."""

import signal
import subprocess
import sys
import urllib.parse

import pytest
import requests

from tests.fake_asana.app import App
from tests.stand_in import ADA, ROOT, StandIn


def run(*flags):
    return subprocess.run(
        [sys.executable, "-m", "fake_asana", *flags],
        cwd=ROOT,
        env={},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def test_a_taken_port_is_told_in_one_sentence(running):
    port = str(urllib.parse.urlsplit(running.url).port)
    app = ("--client-id=id", "--client-secret=secret", "--redirect-uri=http://site.test/cb")
    ended = run("--port", port, *app)
    assert ended.returncode == 2
    expected = f"Fake Asana cannot listen on 127.0.0.1:{port}: Address already in use.\n"
    assert (ended.stdout, ended.stderr) == ("", expected)


def test_without_an_app_it_says_so_in_one_sentence():
    ended = run()
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        "Fake Asana needs to know its one registered app: set ASANA_CLIENT_ID (or --client-id), "
        "ASANA_CLIENT_SECRET (or --client-secret), SITE_URL (or --redirect-uri).\n"
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly(number, capfd):
    asana = StandIn.start()
    assert requests.get(asana.url, timeout=30).ok
    asana.process.send_signal(number)
    assert asana.process.wait(timeout=30) == 0
    asana.stop()
    assert capfd.readouterr().err == ""


def test_it_logs_requests_when_asked_to(capfd):
    with StandIn.start("--verbose") as asana:
        requests.get(f"{asana.url}/api/1.0/users/me", timeout=30)
    assert "GET /api/1.0/users/me HTTP/1.1" in capfd.readouterr().err


def test_another_issuer_brings_its_own_addresses():
    with StandIn.start("--issuer=http://asana.test:9/api/1.0") as asana:
        document = requests.get(
            f"{asana.issuer}/.well-known/openid-configuration", timeout=30
        ).json()
    assert document["issuer"] == "http://asana.test:9/api/1.0"
    assert document["token_endpoint"] == "http://asana.test:9/-/oauth_token"


def test_several_redirect_uris_may_be_registered():
    both = ("http://one.test/cb", "http://two.test/cb?from=asana")
    with StandIn.start(redirect_uri=both) as asana:
        app = App(asana)
        one, two = (asana.allow(app.authorize_url(redirect_uri=uri), ADA) for uri in both)
        failed = app.open(redirect_uri=both[1], scope="goals:write").headers["Location"]
        app.http.close()
    assert one.startswith("http://one.test/cb?code=")
    assert two.startswith("http://two.test/cb?from=asana&code=")
    assert failed.startswith("http://two.test/cb?from=asana&error=forbidden_scopes")
