"""Addresses that answer people with HTML and scripts with JSON."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

HTML: Final = "text/html"
JSON: Final = "application/json"
View = Callable[..., HttpResponse]


def prefers(request: HttpRequest, *types: str) -> str:
    """Return which of `types` the request prefers, the first one if it has no wish."""
    return request.get_preferred_type(list(types)) or types[0]


def signed_in_page_or_script(*types: str, leads_back: bool = True) -> Callable[[View], View]:
    """Restrict a view that answers with one of `types` to signed-in users.

    Others are sent to sign in, or get 401 if they are scripts, which would take the sign-in page
    for an answer. Without `leads_back` the sign-in does not lead back to this address.
    """

    def decorate(view: View) -> View:
        name = "next" if leads_back else None
        for_people = login_required(view, redirect_field_name=name)

        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            is_script = prefers(request, *types) == JSON
            if is_script and not request.user.is_authenticated:
                response = HttpResponse(status=401)
            else:
                response = for_people(request, *args, **kwargs)
            patch_vary_headers(response, ["Accept"])
            return response

        return inner

    return decorate
