from datetime import date, timedelta

from django import template
from django.utils import formats

register = template.Library()

COLOURS = 8
NEAR = {-1: "Yesterday", 0: "Today", 1: "Tomorrow"}


@register.filter
def due_words(day: date, today: date) -> str:
    """`Yesterday`, `Today`, `Tomorrow`, `Fri 27 Nov`; with the year where it is another one."""
    distance = (day - today) // timedelta(days=1)
    if distance in NEAR:
        return NEAR[distance]
    return str(formats.date_format(day, "D j M" if day.year == today.year else "D j M Y"))


@register.filter
def colour(key: int) -> int:
    """One of a few quiet colours, always the same for the same row."""
    return key % COLOURS
