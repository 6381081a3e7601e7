from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect

from accounts.decorators import signed_in_post
from accounts.printable import visible_name
from accounts.redirects import next_path
from accounts.typing import SignedInRequest
from asana_tasks.models import SavedView


class SavedViewForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = SavedView
        fields = ["name", "query"]

    def clean_name(self) -> str:
        name = visible_name(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError("A name has to be seen")
        return name

    def clean_query(self) -> str:
        """Return the query encoded again, so that nothing but a query string is stored."""
        return QueryDict(self.cleaned_data["query"].lstrip("?")).urlencode()


@signed_in_post
def save_view(request: SignedInRequest) -> HttpResponse:
    """Save a view; one of the same name is replaced."""
    if request.user.saved_views.count() >= SavedView.MOST:
        messages.error(request, f"There are {SavedView.MOST} views already: remove one first.")
        return redirect(next_path(request, "asana_tasks:task_list"))
    form = SavedViewForm(request.POST)
    if form.is_valid():
        SavedView.objects.update_or_create(
            user=request.user,
            name=form.cleaned_data["name"],
            defaults={"query": form.cleaned_data["query"]},
        )
    else:
        messages.error(request, "A view needs a name of at most 40 letters.")
    return redirect(next_path(request, "asana_tasks:task_list"))


@signed_in_post
def remove_view(request: SignedInRequest, pk: int) -> HttpResponse:
    get_object_or_404(request.user.saved_views, pk=pk).delete()
    return redirect("asana_tasks:task_list")
