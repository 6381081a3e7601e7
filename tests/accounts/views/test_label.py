"""A person's own word and colour for an account, and where both are seen."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.forms import LabelForm
from accounts.models import AsanaAccount
from tests.markup import page_html, page_text
from tests.people import authorize_url, path_of
from tests.stand_in import ADA, BEN, ROOT

WORDS = {"label": "Work", "colour": "teal"}


def label(person) -> str:
    return f"/accounts/{person.account.pk}/label/"


def kept() -> tuple[str, str]:
    account = AsanaAccount.objects.get(gid=ADA)
    return account.label, account.colour


def test_they_are_kept_and_shown(owner):
    response = owner.post(label(owner), WORDS)
    assert (response.status_code, response["Location"]) == (302, "/accounts/")
    page = page_html(owner.get("/accounts/"))
    assert '<span dir="auto" class="dot-teal">Work</span>' in page
    assert "Ada Okafor" in page  # so that one knows which it is
    assert re.search(r'value="teal" checked', page)


def test_they_can_be_taken_away_again(owner):
    owner.post(label(owner), WORDS)
    owner.post(label(owner), {"label": "", "colour": ""})
    assert kept() == ("", "")
    assert 'dot-teal">Work' not in page_html(owner.get("/accounts/"))


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ({"label": "  Work  "}, ("Work", "")),
        ({"label": "مكتب ☕"}, ("مكتب ☕", "")),
        ({"label": "<b>"}, ("<b>", "")),
        ({"label": "x" * 40, "colour": "red"}, ("x" * 40, "red")),
        ({}, ("", "")),
        ({"label": "\u200b\u3164"}, ("", "")),
        ({"label": "Work", "status": "connected", "scope": "default", "user": 1}, ("Work", "")),
    ],
)
def test_what_is_stored(owner, sent, stored):
    owner.post(label(owner), sent)
    assert kept() == stored
    assert not AsanaAccount.objects.get().may_write


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"label": "x" * 41}, "up to 40 letters"),
        ({"label": "x" * 100_000}, "up to 40 letters"),
        ({"label": "a\0b"}, "can't be used"),
        ({"label": "Work", "colour": "mauve"}, "none of the colours"),
        ({"label": "Work", "colour": 'red"><script>'}, "none of the colours"),
    ],
)
def test_what_is_refused_changes_nothing(owner, sent, said):
    owner.post(label(owner), WORDS)
    response = owner.post(label(owner), sent, follow=True)
    assert response.status_code == 200
    assert said in page_text(response)
    assert kept() == ("Work", "teal")


def test_it_leaves_tokens_alone_that_are_refreshed_meanwhile(owner, monkeypatch):
    """It writes its two columns, not the row as it was read."""
    is_valid = LabelForm.is_valid

    def refresh_first(form):
        AsanaAccount.objects.update(encrypted_refresh_token="newer")
        return is_valid(form)

    monkeypatch.setattr(LabelForm, "is_valid", refresh_first)
    owner.post(label(owner), WORDS)
    assert AsanaAccount.objects.get().encrypted_refresh_token == "newer"
    assert kept() == ("Work", "teal")


def test_it_is_each_persons_own(owner, other_user, administrator, nobody):
    assert other_user.post(label(owner), WORDS).status_code == 404
    assert administrator.post(label(owner), WORDS).status_code == 404
    assert nobody.post(label(owner), WORDS)["Location"] == "/login/"
    assert kept() == ("", "")


def test_an_account_that_is_gone_is_not_found(owner):
    for pk in (owner.account.pk + 1, 10**30):
        assert owner.post(f"/accounts/{pk}/label/", WORDS).status_code == 404


@pytest.mark.parametrize("method", ["get", "head", "put", "delete"])
def test_it_takes_a_form(owner, method):
    assert getattr(owner.client, method)(label(owner)).status_code == 405


def test_it_wants_the_sites_own_form(owner):
    stranger = Client(enforce_csrf_checks=True)
    stranger.cookies = owner.client.cookies
    assert stranger.post(label(owner), WORDS).status_code == 403


# Where tasks are


@pytest.fixture
def two_accounts(owner_with_tasks, asana):
    owner = owner_with_tasks
    link = authorize_url(owner.client, "/accounts/connect/")
    owner.get(path_of(asana.allow(link, BEN)))
    owner.post(label(owner), WORDS)
    return owner


def test_tasks_show_them_where_they_name_the_account(two_accounts):
    page = page_html(two_accounts.get("/tasks/"))
    assert '<span class="label dot-teal"' not in page  # rows do not name the main account
    assert '<strong dir="auto" class="dot-teal">Work</strong>' in page
    filters = page_html(two_accounts.get("/tasks/filters/"))
    box = f'<input type="checkbox" name="account" value="{two_accounts.account.pk}">'
    assert f'{box}<span dir="auto">Work</span>' in filters
    assert "Ada Okafor</span>" not in page.partition("<main")[2]


def test_they_cost_the_list_no_query(two_accounts):
    def queries() -> int:
        two_accounts.get("/tasks/")
        with CaptureQueriesContext(connection) as asked:
            two_accounts.get("/tasks/")
        return len(asked)

    with_colours = queries()
    AsanaAccount.objects.update(label="", colour="")
    assert queries() == with_colours


def test_other_pages_show_them_too(two_accounts):
    page = page_html(two_accounts.get("/workspaces/"))
    assert '<p class="muted dot-teal" dir="auto">Work</p>' in page
    task = two_accounts.account.tasks.first()
    page = page_html(two_accounts.get(f"/tasks/{task.pk}/"))
    assert '<dd dir="auto" class="dot-teal">Work</dd>' in page


def test_every_colour_looks_like_something():
    style = (ROOT / "static" / "onelist" / "base.css").read_text()
    for colour in AsanaAccount.Colour.values:
        assert not colour or f".dot-{colour} {{" in style
