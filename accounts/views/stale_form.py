"""The page for a form without the right CSRF token: too old, or not ours.

Signing in or out in one tab makes the tokens of all other tabs invalid. A browser proves by its
headers, which no page can forge, that a form is from a page of this site: such a form is offered
again with what was typed into it.
"""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import redirect, render
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect, reswap, retarget
from django_htmx.middleware import HtmxDetails

TOKEN = "csrfmiddlewaretoken"  # noqa: S105


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that Django's CSRF protection refused.

    1. One that is not proven to be ours, or whose browser keeps no cookies, is refused.
    2. Of somebody who isn't signed in, and with a password in it, it leads to the page to start
       from. Without a session, the address says why: a message would store one for anybody.
    3. The sign-in of somebody who is signed in by now leads to their list.
    4. Any other is shown again, with what was typed.
    """
    if not _is_ours(request) or settings.CSRF_COOKIE_NAME not in request.COOKIES:
        return HttpResponseForbidden(render(request, "403_csrf.html").content)
    if request.session.is_empty():
        return _go(request, f"{_start_of(request)}?too_old=1")
    if not request.user.is_authenticated or _has_password(request):
        messages.info(request, "That page was too old. Please try again.")
        return _go(request, _start_of(request))
    if request.path == reverse("social:begin", args=["asana"]):
        messages.info(request, "You are signed in already.")
        return _go(request, reverse("asana_tasks:task_list"))
    typed = [
        (name, value) for name, values in request.POST.lists() for value in values if name != TOKEN
    ]
    response = render(request, "accounts/stale_form.html", {"typed": typed})
    return reswap(retarget(response, "body"), "innerHTML") if HtmxDetails(request) else response


def _is_ours(request: HttpRequest) -> bool:
    ours = f"{request.scheme}://{request.get_host()}"
    origin = request.headers.get("Origin", "")
    return origin == ours and request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"


def _has_password(request: HttpRequest) -> bool:
    return any("password" in name for name in request.POST)


def _start_of(request: HttpRequest) -> str:
    """Return a page of the administration for forms of its own, the sign-in for all others."""
    if not request.path.startswith(reverse("admin:index")):
        return reverse("accounts:sign_in")
    return request.get_full_path() if request.user.is_authenticated else reverse("admin:login")


def _go(request: HttpRequest, path: str) -> HttpResponse:
    return HttpResponseClientRedirect(path) if HtmxDetails(request) else redirect(path)
