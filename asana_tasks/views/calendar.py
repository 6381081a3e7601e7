from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.typing import SignedInRequest
from asana_tasks.dates import Calendar
from asana_tasks.views.month import Month, weeks_of


@login_required
@require_safe
def month(request: SignedInRequest) -> HttpResponse:
    around = Calendar(timezone.get_current_timezone(), timezone.now())
    month = Month.named(request.GET.get("month", ""), around.today)
    weeks = weeks_of(request.user, month, around)
    context = {
        "month": month,
        "weeks": weeks,
        "today": around.today,
        "has_tasks": any(day.entries for week in weeks for day in week),
    }
    return render(request, "asana_tasks/calendar.html", context)
