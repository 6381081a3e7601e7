"""The page of a sign-in that failed."""

from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from accounts import rate_limits
from accounts.models import AsanaAccount
from accounts.oidc.profile import Profile
from accounts.sign_in import describing, failures


class MixUp(NamedTuple):
    """The account that was expected and the profile that came back, both shown.

    The user may see the latter: they were signed in with it at Asana.
    """

    expected: AsanaAccount | None
    came_back_as: Profile | None


def failed_sign_in(
    request: HttpRequest,
    failure: failures.Failure,
    *,
    back: str = "",
    again: str = "",
    mix_up: MixUp | None = None,
) -> HttpResponse:
    """Return the page of a failure.

    `back` and `again` are paths: where the user was, and where they can try again.
    """
    seconds = rate_limits.sign_in_wait(request) if failure is failures.TOO_MANY else 0
    if seconds:
        failure = describing.too_many(seconds)
    context = {"failure": failure, "back": back, "again": again, "mix_up": mix_up}
    response = render(request, "accounts/sign_in_failed.html", context, status=failure.status)
    if seconds:
        response["Retry-After"] = str(seconds)
    add_never_cache_headers(response)
    return response
