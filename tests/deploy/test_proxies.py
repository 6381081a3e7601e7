"""The site behind nginx and Caddy, with https: sign-in, addresses, files, compression, limits."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import requests

from scripts.ports import free_port
from tests.deploy import proxies
from tests.scripts.test_serve import Site
from tests.stand_in import ADA, StandIn

pytestmark = [
    pytest.mark.process,
    pytest.mark.deploy,
    pytest.mark.xdist_group("collectstatic"),  # all collect into one folder
]
FORGED = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Host": "evil.example",
}
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
STYLES = re.compile(r'href="(/static/onelist/[\w.-]+\.css)"')
A_YEAR = 31_536_000


class Behind(NamedTuple):
    url: str
    proxy: proxies.Proxy
    asana: StandIn

    def browser(self, headers: dict[str, str] | None = None) -> requests.Session:
        browser = requests.Session()
        browser.trust_env = False
        browser.verify = str(self.proxy.authority)
        browser.headers.update(headers or {})
        return browser

    def signed_in(self, headers: dict[str, str] | None = None) -> requests.Session:
        browser = self.browser(headers)
        page = browser.get(f"{self.url}/login/", timeout=30)
        form = {"csrfmiddlewaretoken": TOKEN.search(page.text)[1]}
        begun = browser.post(
            f"{self.url}/login/asana/",
            form,
            headers={"Referer": page.url},
            allow_redirects=False,
            timeout=30,
        )
        back = self.asana.allow(begun.headers["Location"], ADA)
        assert browser.get(back, timeout=30).url.startswith(f"{self.url}/tasks/")
        return browser


@pytest.fixture(scope="module")
def https_port() -> int:
    """Return the port of SITE_URL, on which the proxies listen one after the other."""
    return free_port()


@pytest.fixture(scope="module")
def stand_in(https_port: int) -> Iterator[StandIn]:
    callback = f"https://localhost:{https_port}/complete/asana/"
    with StandIn.start(redirect_uri=callback) as stand_in:
        yield stand_in


@pytest.fixture(scope="module")
def site(tmp_path_factory, https_port: int, stand_in: StandIn) -> Iterator[Site]:
    site = Site(
        tmp_path_factory.mktemp("site"),
        SITE_URL=f"https://localhost:{https_port}",
        TRUSTED_PROXIES="1",
        ASANA_CLIENT_ID=stand_in.client_id,
        ASANA_CLIENT_SECRET=stand_in.client_secret,
        ASANA_OIDC_ENDPOINT=stand_in.issuer,
        ASANA_API_URL=stand_in.issuer,
    )
    with site.process as process:
        site.responses()
        yield site
        Site.started.remove(site)
        process.terminate()


@pytest.fixture(scope="module", params=[proxies.nginx, proxies.caddy], ids=["nginx", "caddy"])
def behind(request, tmp_path_factory, https_port, site, stand_in) -> Iterator[Behind]:
    folder: Path = tmp_path_factory.mktemp(request.param.__name__)
    with request.param(folder, https_port, site.port) as proxy:
        yield Behind(f"https://localhost:{https_port}", proxy, stand_in)


def test_people_sign_in(behind):
    browser = behind.signed_in()
    assert browser.get(f"{behind.url}/tasks/", timeout=30).status_code == 200
    names = {cookie.name for cookie in browser.cookies if cookie.secure}
    assert {"__Host-onelist", "__Host-csrftoken"} <= names


def test_the_history_has_their_address_not_a_forged_one(behind):
    browser = behind.signed_in(FORGED)
    page = browser.get(f"{behind.url}/accounts/history/", timeout=30).text
    assert "127.0.0.1" in page
    assert FORGED["X-Forwarded-For"] not in page
    assert FORGED["X-Forwarded-Host"] not in page


def test_http_leads_to_https(behind):
    url = f"http://localhost:{behind.proxy.http_port}/login/"
    response = behind.browser().get(url, allow_redirects=False, timeout=30)
    assert response.status_code in {301, 308}
    assert response.headers["Location"].startswith("https://localhost")
    page = behind.browser().get(f"{behind.url}/login/", timeout=30)
    assert page.headers["Strict-Transport-Security"] == f"max-age={A_YEAR}"


def test_files_are_kept_by_browsers_and_come_compressed_once(behind):
    page = behind.browser().get(f"{behind.url}/login/", timeout=30)
    assert page.headers["Content-Encoding"] == "gzip"
    assert page.text.lstrip().startswith("<!DOCTYPE html>")
    for path in STYLES.findall(page.text):
        file = behind.browser().get(behind.url + path, timeout=30)
        assert file.headers["Content-Encoding"] == "gzip"
        assert "immutable" in file.headers["Cache-Control"]
        assert "{" in file.text
        plain = behind.browser({"Accept-Encoding": "identity"})
        assert "Content-Encoding" not in plain.get(behind.url + path, timeout=30).headers
    assert STYLES.search(page.text)


@pytest.mark.parametrize(
    ("size", "statuses"),
    [(2_000_000, {403}), (3_000_000, {413, 502})],
    ids=["a form without token", "too large"],
)
def test_large_bodies_are_refused_and_others_served(behind, size, statuses):
    """Allow a 502: the site hangs up on a body that is too large, before all of it has come."""
    response = behind.browser().post(f"{behind.url}/login/asana/", b"x" * size, timeout=30)
    assert response.status_code in statuses
    assert behind.browser().get(f"{behind.url}/login/", timeout=30).status_code == 200
