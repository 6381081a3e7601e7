from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_required
from django.views.decorators.http import require_http_methods, require_POST

View = TypeVar("View", bound=Callable[..., Any])
shown_and_sent = require_http_methods(["GET", "HEAD", "POST"])


def signed_in_form(view: View) -> View:
    """Restrict a view to signed-in users, and to GET, HEAD and POST.

    For pages with a form that is sent to their own URL.
    """
    return login_required(shown_and_sent(view))


def signed_in_post(view: View) -> View:
    """Restrict a view to signed-in users, and to POST.

    Others are sent to sign in without `next`: coming back by GET would not send the form.
    """
    return login_required(require_POST(view), redirect_field_name=None)
