"""Let a person choose how the pages look and listen."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.decorators import signed_in_form, signed_in_post
from accounts.models import User
from accounts.typing import SignedInRequest


class PreferencesForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ["density", "uses_keys"]
        widgets = {"density": forms.RadioSelect}


@signed_in_form
def preferences(request: SignedInRequest) -> HttpResponse:
    form = PreferencesForm(request.POST or None, instance=request.user)
    if form.is_valid():
        form.save(commit=False).save(update_fields=form.Meta.fields)
        return redirect("asana_tasks:task_list")
    return render(request, "asana_tasks/preferences.html", {"form": form})


@signed_in_post
def use_keys(request: SignedInRequest) -> HttpResponse:
    """Store whether the person uses keyboard shortcuts: the box in their list."""
    request.user.uses_keys = "uses_keys" in request.POST
    request.user.save(update_fields=["uses_keys"])
    return HttpResponse(status=204)
