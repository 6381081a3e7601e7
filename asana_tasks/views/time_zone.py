"""The form for a user's days and weeks.

The time zone decides when a task due on a day is overdue, the first weekday where weeks begin.
"""

from typing import Final
from zoneinfo import available_timezones

from django import forms
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.decorators import signed_in_form
from accounts.models import User
from accounts.redirects import next_path
from accounts.time_zones import zone_named
from accounts.typing import SignedInRequest
from asana_tasks.dates import overdue_at
from asana_tasks.locks import lock_tasks
from asana_tasks.models import Task

NO_ZONE: Final = "That is no time zone we know."


class DaysForm(forms.Form):
    time_zone = forms.ChoiceField(
        label="Time zone",
        choices=lambda: [(name, name) for name in sorted(available_timezones())],
        error_messages=dict.fromkeys(("invalid_choice", "required"), NO_ZONE),
    )
    first_weekday = forms.TypedChoiceField(
        label="Weeks begin on",
        choices=User.Weekday.choices,
        coerce=int,
        empty_value=None,
        required=False,  # the first guess at a time zone comes without
        error_messages={"invalid_choice": "Weeks begin on Monday, Sunday or Saturday."},
    )


@signed_in_form
def time_zone(request: SignedInRequest) -> HttpResponse:
    user = request.user
    initial = {"time_zone": user.time_zone, "first_weekday": user.first_weekday}
    form = DaysForm(request.POST or None, initial=initial)
    if form.is_valid():
        first_weekday = form.cleaned_data["first_weekday"]
        move_to_zone(user, form.cleaned_data["time_zone"])
        if first_weekday is not None:
            user.first_weekday = first_weekday
            user.save(update_fields=["first_weekday"])
        return redirect(next_path(request, "asana_tasks:task_list"))
    return render(request, "asana_tasks/time_zone.html", {"form": form})


@transaction.atomic
def move_to_zone(user: User, name: str) -> None:
    """Store the time zone, and when tasks due on a day become overdue there.

    That takes one UPDATE for each day.
    """
    user.time_zone = name
    user.save(update_fields=["time_zone"])
    by_day = Task.objects.of(user).filter(due_at=None).exclude(due_on=None)
    lock_tasks(by_day)
    for day in by_day.order_by().values_list("due_on", flat=True).distinct():
        by_day.filter(due_on=day).update(overdue_at=overdue_at(day, None, zone_named(name)))
