from datetime import date, datetime, timedelta

from django import template
from django.forms.utils import flatatt
from django.utils import formats, timezone
from django.utils.safestring import SafeString

from asana_tasks.models import SyncState, Task, Workspace
from asana_tasks.sync import messages

register = template.Library()

COLOURS = 8
NEAR = {-1: "Yesterday", 0: "Today", 1: "Tomorrow"}


@register.filter
def due_words(day: date, today: date) -> str:
    """Return `Yesterday`, `Today`, `Tomorrow` or `Fri 27 Nov`, with the year if not this one."""
    distance = (day - today) // timedelta(days=1)
    if distance in NEAR:
        return NEAR[distance]
    return str(formats.date_format(day, "D j M" if day.year == today.year else "D j M Y"))


@register.filter
def clock(instant: datetime, now: datetime) -> str:
    """Return `15:05` for an instant on the day of `now`, else `Fri 27 Nov, 15:05`."""
    local = timezone.localtime(instant)
    is_today = local.date() == timezone.localdate(now)
    return str(formats.date_format(local, "H:i" if is_today else "D j M, H:i"))


@register.filter
def sync_error(row: SyncState | Workspace) -> str:
    """Return why the last attempt to sync failed; '' if it did not."""
    return messages.reason_message(row.reason)


@register.filter
def colour(key: int) -> int:
    """Return the number of a row's colour, always the same for the same key."""
    return key % COLOURS


@register.simple_block_tag(takes_context=True)
def change_form(
    context: template.Context,
    content: SafeString,
    *,
    task: Task | None = None,
    **attributes: str,
) -> SafeString:
    """Render the form that changes `task`, or the tasks that its content names.

    Further arguments are attributes of the form, such as `aria_label="Selected tasks"`.
    """
    named = {name.replace("_", "-"): value for name, value in attributes.items()}
    form = template.Engine.get_default().get_template("asana_tasks/_change_form.html")
    with context.push(content=content, task=task, attributes=flatatt(named)):
        return form.render(context)
