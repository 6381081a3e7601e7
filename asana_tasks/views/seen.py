from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.decorators import signed_in_post
from accounts.redirects import next_path
from accounts.typing import SignedInRequest
from asana_tasks.dates import parse_instant
from asana_tasks.models import Task


@signed_in_post
def mark_seen(request: SignedInRequest) -> HttpResponse:
    """Mark the changes up to `shown_at` as seen; later ones are shown the next time."""
    shown_at = parse_instant(request.POST.get("shown_at", "")) or timezone.now()
    Task.objects.of(request.user).mark_seen(shown_at)
    return redirect(next_path(request, "asana_tasks:task_list"))
