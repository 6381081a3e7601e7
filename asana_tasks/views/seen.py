from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.decorators import signed_in_post
from accounts.redirects import next_path
from accounts.typing import SignedInRequest
from asana_tasks.models import Task


@signed_in_post
def mark_seen(request: SignedInRequest) -> HttpResponse:
    """Mark the changes up to `shown_at` as seen; later ones are shown the next time."""
    Task.objects.of(request.user).mark_seen(_instant(request.POST.get("shown_at", "")))
    return redirect(next_path(request, "asana_tasks:task_list"))


def _instant(text: str) -> datetime:
    try:
        instant = parse_datetime(text)
    except ValueError:
        instant = None
    return instant if instant and instant.tzinfo else timezone.now()
