"""What the settings alone tell, and what Django's own checks say of them."""

import pytest
from django.test import override_settings

from accounts import doctor
from accounts.doctor import mail, people, site
from accounts.doctor.system_checks import system_checks
from scripts.ports import free_port
from tests.accounts.doctor.findings import OK, PROBLEM, WARNING, is_found

pytestmark = pytest.mark.usefixtures("as_if_deployed")

SECURE = {
    "SECURE": True,
    "IS_LOCAL": False,
    "SITE_URL": "https://tasks.example.com",
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "SESSION_COOKIE_NAME": "__Host-onelist",
    "CSRF_COOKIE_NAME": "__Host-csrftoken",
}
HTTPS = {"SECURE_SSL_REDIRECT": True, "SECURE_HSTS_SECONDS": 31536000}


@pytest.mark.parametrize(
    ("check", "changes", "state", "words"),
    [
        (system_checks, {}, OK, "find nothing"),
        (system_checks, {"SECRET_KEY": "x"}, WARNING, "less than 50 characters"),
        (system_checks, {"SECURE_REFERRER_POLICY": "x"}, PROBLEM, "Valid values are"),
        (system_checks, {"SECURE_CONTENT_TYPE_NOSNIFF": False}, WARNING, "security.W006"),
        (system_checks, {"DEBUG": True}, OK, "find nothing"),
        (system_checks, SECURE | HTTPS, OK, "find nothing"),
        (system_checks, SECURE | HTTPS | {"SECRET_KEY": "x"}, WARNING, "less than 50"),
        (system_checks, SECURE | HTTPS | {"SECURE_HSTS_SECONDS": 0}, WARNING, "W004"),
        (system_checks, SECURE | HTTPS | {"SECURE_SSL_REDIRECT": False}, WARNING, "W008"),
        (system_checks, SECURE | HTTPS | {"CSRF_COOKIE_SECURE": False}, OK, "find nothing"),
        (site.debug, {}, OK, "off"),
        (site.debug, {"DEBUG": True}, WARNING, "DEBUG=off"),
        (site.debug, {**SECURE, "DEBUG": True}, PROBLEM, "others can reach"),
        (site.address, {}, WARNING, "this machine only"),
        (site.address, SECURE, OK, "https://tasks.example.com"),
        (site.redirect_address, SECURE, OK, "https://tasks.example.com/complete/asana/"),
        (site.proxies, {}, OK, "0"),
        (site.proxies, SECURE, WARNING, "TRUSTED_PROXIES=1"),
        (site.proxies, {**SECURE, "TRUSTED_PROXIES": 1}, OK, "1"),
        (site.cookies, {}, OK, "Lax"),
        (site.cookies, SECURE, OK, "__Host-"),
        (site.cookies, {"SESSION_COOKIE_SAMESITE": "Strict"}, PROBLEM, "SESSION_COOKIE"),
        (site.cookies, {"CSRF_COOKIE_SAMESITE": None}, PROBLEM, "CSRF_COOKIE"),
        (site.cookies, {"SESSION_COOKIE_HTTPONLY": False}, PROBLEM, "SESSION_COOKIE"),
        (site.cookies, {**SECURE, "SESSION_COOKIE_SECURE": False}, PROBLEM, "SESSION_COOKIE"),
        (site.cookies, {**SECURE, "CSRF_COOKIE_NAME": "csrftoken"}, PROBLEM, "CSRF_COOKIE"),
        (site.sessions, {}, OK, "database"),
        *(
            (
                site.sessions,
                {"SESSION_ENGINE": f"django.contrib.sessions.backends.{engine}"},
                PROBLEM,
                "SESSION_ENGINE",
            )
            for engine in ("cache", "cached_db", "file", "signed_cookies")
        ),
        (mail.server, {"SENDS_MAIL": False}, OK, "none is sent"),
        (people.who_may_come_in, {}, OK, "open to everybody"),
        (people.who_may_come_in, {"ALLOWED_WORKSPACES": ["1", "2"]}, OK, "members of 2 workspaces"),
        (people.who_may_come_in, {"ALLOWED_WORKSPACES": ["1"]}, OK, "members of 1 workspace"),
        (people.who_may_come_in, {"SIGNUPS": "closed"}, WARNING, "SIGNUPS=open"),
    ],
)
def test_settings(db, check, changes, state, words):
    with override_settings(**changes):
        is_found(check, state, words)


def test_djangos_checks_are_one_line_each_worst_first_and_can_be_silenced(settings):
    settings.SECRET_KEY = settings.SECURE_REFERRER_POLICY = "x"
    settings.SECURE_CROSS_ORIGIN_OPENER_POLICY = settings.X_FRAME_OPTIONS = "x"
    settings.SECURE_CONTENT_TYPE_NOSNIFF = False
    found = list(doctor.examine((system_checks,)))
    lines = [f"{finding.says} {finding.advice}" for finding in found]
    worst_first = [f"security.{number}" for number in ("E023", "E024", "W006", "W009", "W019")]
    named = [next(check for check in worst_first if check in line) for line in lines]
    assert named == worst_first
    assert [finding.state for finding in found] == [PROBLEM] * 2 + [WARNING] * 3
    assert not any("\n" in line for line in lines)
    settings.SILENCED_SYSTEM_CHECKS += worst_first
    is_found(system_checks, OK, "find nothing")


def test_a_cache_that_is_down(settings):
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": settings.REDIS_URL,
        }
    }
    is_found(site.cache_, PROBLEM, "Redis isn't answering")


def test_a_cache_that_answers(settings):
    settings.REDIS_URL = "redis://somewhere"
    is_found(site.cache_, OK, "Redis answers")
    settings.REDIS_URL = ""
    is_found(site.cache_, OK, "its own")


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_ignored_and_that_is_said(settings, monkeypatch, name):
    for other in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(other, raising=False)
    is_found(site.way_to_asana, OK, "direct, without a proxy")
    monkeypatch.setenv(name, "http://user:secret@proxy.example:3128")
    is_found(site.way_to_asana, WARNING, f"{name} of the environment is ignored")
    settings.HTTPS_PROXY_URL = "http://user:secret@ours.example:3128"
    is_found(site.way_to_asana, OK, "ours.example")
