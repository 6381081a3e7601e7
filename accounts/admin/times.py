"""Times in the time zone of the administrator who reads them."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format


def short(at: datetime) -> str:
    """Return a time in a short format for lists: 2026-01-31 09:30."""
    return date_format(timezone.localtime(at), "Y-m-d H:i")


def full(at: datetime) -> str:
    return date_format(timezone.localtime(at), "DATETIME_FORMAT")
