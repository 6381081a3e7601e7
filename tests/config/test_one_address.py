import pytest
from django.test import Client


@pytest.fixture(autouse=True)
def names(settings) -> None:
    settings.SITE_URL = "https://tasks.example.com"
    settings.OTHER_HOSTS = ["old.example.com", ".tasks.internal", "[::1]"]
    settings.ALLOWED_HOSTS = ["tasks.example.com", *settings.OTHER_HOSTS, "testserver"]


def at(host: str, **headers: str):
    return Client().get("/login/?next=/a%20b", headers={"Host": host, **headers})


@pytest.mark.parametrize("host", ["old.example.com", "a.tasks.internal:8000", "[::1]:8000"])
def test_a_page_opened_under_another_name_leads_to_the_sites_own(host):
    response = at(host)
    assert response.status_code == 302
    assert response["Location"] == "https://tasks.example.com/login/?next=/a%20b"


@pytest.mark.parametrize("host", ["tasks.example.com", "tasks.example.com:8000", "testserver"])
def test_its_own_name_leads_nowhere_whatever_the_port(host):
    assert at(host).status_code == 200


def test_the_way_to_https_leads_there_too(settings):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_SSL_HOST = True, "tasks.example.com"
    assert at("old.example.com")["Location"] == "https://tasks.example.com/login/?next=/a%20b"


def test_a_foreign_name_is_refused():
    assert at("evil.example").status_code == 400


@pytest.mark.parametrize(("proxies", "status"), [(1, 200), (0, 302)])
def test_a_proxy_that_calls_itself_the_host_makes_no_loop(settings, proxies, status):
    settings.TRUSTED_PROXIES = proxies
    assert at("old.example.com", **{"X-Forwarded-Host": "tasks.example.com"}).status_code == status
