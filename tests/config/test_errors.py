"""What the log says of requests that were refused, and of those that failed."""

import logging

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.crypto import get_random_string
from django.utils.log import AdminEmailHandler, log_response
from django.views.debug import get_exception_reporter_filter, technical_500_response


def logged(caplog) -> logging.LogRecord:
    (record,) = [each for each in caplog.records if each.name == "django.request"]
    return record


def test_a_refusal_is_one_line(account_manager, caplog):
    assert account_manager.get("/admin/auth/group/").status_code == 403
    record = logged(caplog)
    assert record.getMessage() == "Forbidden (Permission denied): /admin/auth/group/"
    assert not record.exc_info
    assert "\n" not in logging.Formatter().format(record)


@pytest.mark.parametrize(("error", "traced"), [(PermissionDenied(), False), (KeyError(), True)])
def test_a_failure_keeps_its_traceback(caplog, rf, error, traced):
    log_response("x", response=HttpResponse(status=500), request=rf.get("/"), exception=error)
    assert bool(logged(caplog).exc_info) == traced


class SomethingBroke(Exception):
    pass


def crash_holding(token: str) -> None:
    """Raise SomethingBroke several frames deep; each frame holds `token` as it is or inside."""

    def deepest(form: dict[str, str]) -> None:
        held = [form["token"]]
        raise SomethingBroke(len(held))

    form = {"token": token}
    deepest(form)


@pytest.mark.parametrize("debug", [True, False])
def test_error_reports_hold_no_local_variable_of_any_frame(caplog, rf, settings, debug):
    settings.DEBUG = debug
    settings.ADMINS = [("Ada", "ada@example.com")]
    request, secret = rf.get("/"), get_random_string(32)
    with pytest.raises(SomethingBroke) as crash:
        crash_holding(secret)
    failed = HttpResponse(status=500)
    log_response("x", response=failed, request=request, exception=crash.value)
    AdminEmailHandler(include_html=True).emit(logged(caplog))
    (sent,) = mail.outbox
    page = technical_500_response(request, crash.type, crash.value, crash.tb)
    reports = [page.content.decode(), sent.body, sent.alternatives[0].content]
    for report in reports:
        assert "crash_holding" in report
        assert "deepest" in report
        assert secret not in report


# Settings, which Django's pages show with DEBUG

PASSWORD = "p4ss-of-a-url"
URLS = [
    f"redis://:{PASSWORD}@cache.example:6379/0",
    f"rediss://cache.example/0?db=1&password={PASSWORD}",
    f"postgres://onelist:{PASSWORD}@db.example/onelist",
    f"submission://onelist%40example.com:{PASSWORD}@mail.example",
    f"redis://{PASSWORD}@cache.example",
    f"postgres://onelist:first@{PASSWORD}@db.example/onelist",
]


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("host", ["localhost", "evil.example"])
def test_no_page_shows_a_password_that_stands_in_an_url(rf, settings, url, host):
    """Neither from our settings, whatever their name, nor from the environment of the server."""
    settings.DEBUG = True
    settings.REDIS_URL = settings.DATABASE_URL = settings.EMAIL_URL = url
    settings.CACHES = {**settings.CACHES, "other": {"LOCATION": [url], "OPTIONS": {"to": (url,)}}}
    request = rf.get("/", HTTP_HOST=host, DATABASE_URL=url)
    with pytest.raises(SomethingBroke) as crash:
        crash_holding("")
    page = technical_500_response(request, crash.type, crash.value, crash.tb)
    text = page.content.decode()
    assert "DATABASE_URL" in text
    assert url.partition("://")[0] in text
    assert PASSWORD not in text


def test_the_page_for_a_foreign_host_shows_none_either(client, settings):
    settings.DEBUG = True
    settings.REDIS_URL = URLS[0]
    response = client.get("/", HTTP_HOST="evil.example")
    assert response.status_code == 400
    assert "REDIS_URL" in response.content.decode()
    assert PASSWORD not in response.content.decode()


def test_other_values_are_shown_as_they_are(settings):
    cleanse = get_exception_reporter_filter(None).cleanse_setting
    for value in ("https://app.asana.com/api/1.0", "onelist@example.com", "a: //b@c", 7, None):
        assert cleanse("SITE_URL", value) == value


def test_what_celery_says_of_a_lost_broker_is_one_line(caplog):
    error = ConnectionRefusedError("refused")
    about = (type(error), error, None)
    logging.getLogger("celery.beat").error("Message: %s\n%s", error, "Traceback", exc_info=about)
    assert [(each.getMessage(), each.exc_info) for each in caplog.records] == [
        ("Message: refused", None)
    ]
