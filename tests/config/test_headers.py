"""Headers of every response, and of the response to a sign-out."""

import pytest
from django.conf import settings
from django.test import Client

CLEARS = '"cache", "storage"'


@pytest.mark.parametrize("path", ["/login/", "/nothing/", "/static/onelist/base.css", "/tasks/"])
def test_every_response_says_who_may_use_it_and_what_it_uses(db, path):
    response = Client().get(path)
    response.close()
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    features = response["Permissions-Policy"].split(", ")
    assert {"camera=()", "geolocation=()", "microphone=()", "payment=()"} <= set(features)
    assert all(each.endswith("=()") for each in features)


@pytest.mark.parametrize("path", ["/logout/", "/admin/logout/"])
def test_a_sign_out_clears_what_the_browser_has_kept(administrator, path):
    assert "Clear-Site-Data" not in administrator.get("/accounts/")
    response = administrator.post(path)
    assert response["Clear-Site-Data"] == CLEARS
    assert "Clear-Site-Data" not in administrator.get("/login/")


def test_so_does_ending_this_session(owner):
    (session,) = owner.get("/accounts/sessions/").context["sessions"]
    response = owner.post(f"/accounts/sessions/{session['reference']}/end/")
    assert response["Clear-Site-Data"] == CLEARS


def test_so_does_deleting_ones_account(owner):
    response = owner.post("/accounts/me/delete/", {"understood": "yes"})
    assert response["Clear-Site-Data"] == CLEARS


def test_the_middleware_stands_before_static_files():
    order = settings.MIDDLEWARE
    whitenoise = "whitenoise.middleware.WhiteNoiseMiddleware"
    assert order.index("config.headers.headers") < order.index(whitenoise)
