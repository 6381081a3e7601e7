import re
from collections.abc import ItemsView
from contextlib import suppress
from logging import Filter, LogRecord
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter

# Name and password before the host of a URL, and a password among its parameters
IN_URLS: Final = (
    re.compile(r"(://)\S*(?=@)"),
    re.compile(r"(?i)([?&][^=&\s]*pass[^=&\s]*=)[^&\s]*"),
)


class NoSecrets(SafeExceptionReporterFilter):
    """A filter of error reports that removes local variables and passwords in URLs.

    Frames of a sign-in hold tokens. Django recognises secret settings by their names alone, and
    shows the others with DEBUG to everybody, also to whom it refuses for their Host header.
    """

    def cleanse_setting(self, key: Any, value: Any) -> Any:
        """Return a value of the settings or of the environment as it may be shown."""
        cleansed = super().cleanse_setting(key, value)
        if isinstance(cleansed, str):
            for pattern in IN_URLS:
                cleansed = pattern.sub(rf"\1{self.cleansed_substitute}", cleansed)
        return cleansed

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


class FirstLine(Filter):
    """A log filter that leaves the first line of what Celery says, each time it tries again."""

    def filter(self, record: LogRecord) -> bool:
        with suppress(TypeError, ValueError):  # one that can't be made is the formatter's to tell
            record.msg, record.args = record.getMessage().partition("\n")[0], ()
        record.exc_info = record.exc_text = None
        return True
