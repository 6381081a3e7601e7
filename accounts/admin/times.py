"""In the time zone of whoever reads them."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format


def short(at: datetime) -> str:
    """In a list, where room is scarce."""
    return date_format(timezone.localtime(at), "Y-m-d H:i")


def full(at: datetime) -> str:
    return date_format(timezone.localtime(at), "DATETIME_FORMAT")
