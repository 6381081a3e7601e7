import pytest

from tests.people import sign_in
from tests.stand_in import ADA


@pytest.mark.parametrize("path", ["/", "/login/"])
def test_it_offers_the_way_to_asana(nobody, db, path):
    page = nobody.get(path)
    assert page.status_code == 200
    assert page.templates[0].name == "accounts/sign_in.html"
    assert 'action="/login/asana/"' in page.content.decode()


@pytest.mark.parametrize("who", ["owner", "other_user", "administrator"])
def test_whoever_is_signed_in_goes_to_the_tasks(request, who):
    response = request.getfixturevalue(who).get("/login/")
    assert (response.status_code, response["Location"]) == (302, "/tasks/start/")


def test_it_remembers_where_one_was_going(nobody, asana, db):
    assert nobody.get("/workspaces/")["Location"] == "/login/?next=/workspaces/"
    page = nobody.get("/login/?next=/workspaces/").content.decode()
    assert '<input type="hidden" name="next" value="/workspaces/">' in page


def test_what_next_says_is_text(nobody, db):
    page = nobody.get("/login/", {"next": '"><script>alert(1)</script>'}).content.decode()
    assert "<script>alert" not in page


def test_nobody_keeps_the_page(nobody, db):
    page = nobody.get("/login/")
    assert "no-store" in page["Cache-Control"]
    assert page["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert page["Referrer-Policy"] == "same-origin"
    assert page["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_only_shows(nobody, db, method):
    assert getattr(nobody, method)("/login/").status_code == 405


def test_looking_at_it_writes_nothing(nobody, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        nobody.get("/login/")


def test_the_cookies_are_out_of_reach_for_scripts_and_other_sites(nobody, asana, db):
    nobody.get("/login/")
    sign_in(nobody, asana, ADA)
    for name in ("onelist", "csrftoken"):
        assert nobody.cookies[name]["httponly"]
        assert nobody.cookies[name]["samesite"] == "Lax"
