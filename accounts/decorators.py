from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_required
from django.views.decorators.http import require_http_methods, require_POST

View = TypeVar("View", bound=Callable[..., Any])
shown_and_sent = require_http_methods(["GET", "HEAD", "POST"])


def signed_in_form(view: View) -> View:
    """A page of somebody signed in, with a form that is sent to the page's own address."""
    return login_required(shown_and_sent(view))


def signed_in_post(view: View) -> View:
    """A form of somebody signed in. Others sign in first, and are not led back here: an address
    alone fills in no form."""
    return login_required(require_POST(view), redirect_field_name=None)
