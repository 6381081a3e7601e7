"""Times in the time zone of the administrator who reads them."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format


def shown(at: datetime | None) -> str:
    """Return a time as the admin shows those of fields; Django's is str() where no field is."""
    return date_format(timezone.localtime(at), "DATETIME_FORMAT") if at else "never"
