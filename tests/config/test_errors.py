"""What the log says of requests that were refused, and of those that failed."""

import logging

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.log import log_response


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
