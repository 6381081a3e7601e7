"""The page for a GET of an address that accepts POST only, such as by Enter in the address bar."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string

GetResponse = Callable[[HttpRequest], HttpResponse]


def page_for_wrong_method(get_response: GetResponse) -> GetResponse:
    """Return a middleware that fills an empty 405 with a page.

    Django's own response is empty, and browsers show an error of their own instead.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if _is_empty(response) and _is_opened_by_a_person(request):
            response.content = render_to_string("405.html", request=request).encode()
        return response

    return middleware


def _is_empty(response: HttpResponse) -> bool:
    return isinstance(response, HttpResponseNotAllowed) and not response.content


def _is_opened_by_a_person(request: HttpRequest) -> bool:
    """Tell whether a browser asks for a page, rather than htmx for a part of one."""
    if request.method not in {"GET", "HEAD"} or "HX-Request" in request.headers:
        return False
    return request.accepts("text/html")
