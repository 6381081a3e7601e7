"""Dates and times where nothing else is asked for: everywhere in the admin, in one format."""

TIME_FORMAT = "H:i"
DATE_FORMAT = SHORT_DATE_FORMAT = "j M Y"
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = f"{DATE_FORMAT}, {TIME_FORMAT}"
MONTH_DAY_FORMAT = "j F"
