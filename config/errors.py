from collections.abc import ItemsView
from logging import Filter, LogRecord
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter


class NoLocalVariables(SafeExceptionReporterFilter):
    """A filter of error reports that removes local variables: frames of a sign-in hold tokens."""

    def is_active(self, request: HttpRequest | None) -> bool:
        return True

    def get_traceback_frame_variables(
        self, request: object, tb_frame: object
    ) -> ItemsView[str, Any]:
        return {}.items()


class OneLineRefusals(Filter):
    """A log filter that drops the traceback of PermissionDenied: the program works as intended."""

    def filter(self, record: LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], PermissionDenied):
            record.exc_info = None
        return True
