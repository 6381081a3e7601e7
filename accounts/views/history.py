from typing import Any, Final

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from accounts import messages, user_agents
from accounts.models import AuditEntry
from accounts.typing import SignedInRequest

PAGE_SIZE: Final = 50
WHAT: Final = {AuditEntry.Event.REFRESH_REFUSED.value: "Access not renewed"}


@login_required
@require_safe
def history(request: SignedInRequest) -> HttpResponse:
    """Show the user's audit entries, newest first."""
    entries = request.user.history.select_related("actor")
    page = Paginator(entries, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "entries": [describe_entry(entry) for entry in page]}
    return render(request, "accounts/history.html", context)


def describe_entry(entry: AuditEntry) -> dict[str, Any]:
    """Return an entry as texts for the page; of an administrator only the name."""
    is_ours_to_tell = entry.by != AuditEntry.By.ADMINISTRATOR
    return {
        "at": entry.at,
        "what": WHAT.get(entry.event) or entry.get_event_display(),
        "account": entry.account_name,
        "detail": messages.own_detail_message(entry),
        "by": _by(entry),
        "browser": user_agents.in_words(entry.browser) if is_ours_to_tell and entry.browser else "",
        "address": entry.address if is_ours_to_tell else "",
    }


def _by(entry: AuditEntry) -> str:
    if entry.by == AuditEntry.By.ADMINISTRATOR:
        if entry.actor is None:
            return "an administrator, who is no longer here"
        return format_html("an administrator, <bdi>{}</bdi>", entry.actor.get_full_name())
    return {
        AuditEntry.By.PERSON: "you",
        AuditEntry.By.SITE: "Onelist",
        AuditEntry.By.SOMEBODY: "somebody not signed in",
    }[AuditEntry.By(entry.by)]
