"""What the log says of requests that were refused, and of those that failed."""

import logging

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.crypto import get_random_string
from django.utils.log import AdminEmailHandler, log_response
from django.views.debug import technical_500_response


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
