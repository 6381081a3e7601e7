"""Dates as people type them: "fri", "12 dec", "in 3 days", "tomorrow 15:00"."""

import re
from datetime import datetime
from typing import Any, Final

from dateparser.date import DateDataParser

from accounts.printable import one_line
from asana_tasks.changes.due_dates import InvalidDate, NewDue, WholeDay, check_year
from asana_tasks.dates import Calendar

LONGEST: Final = 60  # characters; parsing takes milliseconds, and more for a longer text
HOW: Final = "Write it like fri, 12 dec, in 3 days, or tomorrow 15:00."
WORDS: Final[dict[str, NewDue]] = {"none": None, "no date": None, "no time": WholeDay()}
# The numbers of 12/11 are day and month, as in most of the world; the toast names the month.
SETTINGS: Final[dict[str, Any]] = {
    "DATE_ORDER": "DMY",
    "STRICT_DATE_ORDER": "all",  # 12/25 is refused, not taken for a year
    "PREFER_DATES_FROM": "future",
    "TIMEZONE": "UTC",  # naive results all the same; else it asks the machine for its own
}
# With what must be said of a date: "may" and "12th" say too little, "next month" enough.
PARSERS: Final = (("relative-time", {"year"}), ("absolute-time", {"month", "day"}))
DOTTED: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.?(?!\S)", re.ASCII)  # the library takes a time
TIME_ALONE: Final = re.compile(r"(at )?(noon|\d{1,2}(:\d\d)? ?([ap]m)?)", re.ASCII)


def parse_typed(text: str, calendar: Calendar) -> NewDue:
    """Parse a date that a person typed, in their time zone. Raises InvalidDate.

    A weekday is the coming one and not today. A day without a year is the next one of that name. A
    time alone leaves a task its day.
    """
    if len(text) > LONGEST:
        raise InvalidDate(f"That is too long for a date. {HOW}")
    words = " ".join(text.split()).lower()
    if words in WORDS:
        return WORDS[words]
    found = _find(DOTTED.sub(r"\1/\2", words, count=1), calendar)
    if found is None:
        raise InvalidDate(f"“{one_line(words, LONGEST)}” isn't a date. {HOW}")
    moment, parts = found
    if moment.tzinfo is not None:
        raise InvalidDate(f"Leave the time zone out: times are those of {calendar.zone}.")
    if "year" not in parts and f"{moment:%m%d}" == f"{calendar.today:%m%d}":
        moment = moment.replace(year=calendar.today.year)  # the library takes the next year's
    check_year(moment)
    if "time" not in parts:
        return moment.date()
    if TIME_ALONE.fullmatch(words):
        return moment.time()
    return moment.replace(second=0, microsecond=0, tzinfo=calendar.zone)


def _find(words: str, calendar: Calendar) -> tuple[datetime, set[str]] | None:
    """Return the moment that words mean, and which parts of it they say; None for none."""
    now = calendar.now.astimezone(calendar.zone).replace(tzinfo=None)
    for name, needed in PARSERS:
        settings = {**SETTINGS, "RELATIVE_BASE": now, "PARSERS": [name]}
        found = DateDataParser(languages=["en"], settings=settings).get_date_data(words)
        if found.date_obj is not None:
            parts = set(found.parts)
            # of "tomorrow 25:00" or "tomorrow at 9" it leaves the number out, and does not say so
            is_cut = name == "relative-time" and words[-1].isdigit() and "time" not in parts
            return None if is_cut or not needed <= parts else (found.date_obj, parts)
    return None
