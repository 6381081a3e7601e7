from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.backends import AsanaOpenIdConnect
from accounts.models import User


class SignedInRequest(HttpRequest):
    """The request of a view behind `login_required`, after our middleware."""

    user: User
    htmx: HtmxDetails
    if TYPE_CHECKING:
        backend: AsanaOpenIdConnect
        social_strategy: Any
