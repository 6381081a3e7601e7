from datetime import datetime, time, timedelta

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma, naturaltime
from django.forms.utils import flatatt
from django.template.defaultfilters import pluralize
from django.utils import formats, timezone
from django.utils.safestring import SafeString

from asana_tasks.models import SyncState, Task, Workspace
from asana_tasks.sync import messages
from asana_tasks.sync.status import SyncStatus

register = template.Library()


@register.filter
def clock(instant: datetime, now: datetime) -> str:
    """Return `15:05` for an instant on the day of `now`, else `Fri 27 Nov, 15:05`."""
    local = timezone.localtime(instant)
    is_today = local.date() == timezone.localdate(now)
    return str(formats.date_format(local, "H:i" if is_today else "D j M, H:i"))


@register.simple_tag
def seconds_left_today() -> int:
    """Return the seconds until the day ends in the active time zone, at least 0."""
    now = timezone.localtime()
    tomorrow = datetime.combine(now.date() + timedelta(days=1), time.min, tzinfo=now.tzinfo)
    return max(0, int(tomorrow.timestamp() - now.timestamp()))


@register.filter
def copy_age(workspace: Workspace, now: datetime) -> str:
    """Return how current the copy of a workspace is, as seen at `now`."""
    crawled_at, synced_at = workspace.crawled_at, workspace.synced_at
    if crawled_at is None or synced_at is None:
        begun = getattr(workspace, "unfinished_pass", None)
        if begun and begun.tasks:
            return f"not all of it synced yet, {intcomma(begun.tasks)} tasks so far"
        return "not all of it synced yet" if workspace.open_tasks else "not synced yet"
    if crawled_at == synced_at:
        return f"synced {naturaltime(synced_at)}"
    return f"complete check {clock(crawled_at, now)}, changes {clock(synced_at, now)}"


@register.filter
def first_sync(sync_status: SyncStatus) -> str:
    """Return how far a first sync is, without a full stop."""
    now = sync_status.snapshot
    state = "under way" if now.syncing else "not finished"
    return f"First sync {state}: {intcomma(now.tasks)} task{pluralize(now.tasks)} so far"


@register.filter
def sync_error(row: SyncState | Workspace) -> str:
    """Return why the last attempt to sync failed; '' if it did not."""
    return messages.reason_message(row.reason)


@register.filter
def sync_remedy(row: SyncState | Workspace) -> str:
    """Return what to do about the failure of the last attempt to sync; '' if it did not fail."""
    return messages.remedy_message(row.reason)


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
