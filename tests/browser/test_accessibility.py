"""No violation that axe-core can find, on any page, narrow and wide, light and dark."""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts import fresh_sign_in, tokens
from accounts.codes import Problem
from accounts.models import AsanaAccount, Revocation
from asana_tasks.models import Task
from tests.asana_tasks.rows import add_tasks, workspace_of
from tests.browser.axe import violations
from tests.browser.consent import to_consent
from tests.browser.walks import PLAN, choose, row, told
from tests.stand_in import BEN

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]

PAGES = [
    "/tasks/",
    "/tasks/?group=project&state=all&sort=name",
    "/tasks/?q=nothing+at+all",
    "/tasks/time-zone/",
    "/tasks/preferences/",
    "/tasks/views/",
    "/tasks/calendar/",
    "/tasks/{task}/",
    "/insights/",
    "/tasks/custom-fields/",
    "/tasks/filters/",
    "/accounts/{account}/permission/",
    "/accounts/{account}/custom-fields/",
    "/workspaces/",
    "/accounts/",
    "/accounts/connect/",
    "/accounts/{account}/disconnect/",  # the only one
    "/accounts/sessions/",
    "/accounts/history/",
    "/accounts/mail/",
    "/accounts/me/",
    "/accounts/me/delete/",
    "/no/such/page/",
]
# Each width and each choice of colours, not each pair of them
VIEWS = [
    (320, {"color_scheme": "light"}),
    (390, {"color_scheme": "dark"}),
    (768, {"color_scheme": "light", "forced_colors": "active"}),
    (1280, {"color_scheme": "dark", "forced_colors": "active"}),
    (1440, {"color_scheme": "dark"}),
]


SCHEMES = [
    (width, {"color_scheme": scheme}) for width in (390, 1280) for scheme in ("light", "dark")
]


def seen_in(views: Iterable[tuple[int, Any]], page: Page) -> Iterator[tuple[int, str]]:
    """Show what is open in each of the views; yield the width, and a name for failures."""
    for width, media in views:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(**{"forced_colors": "none", **media})
        yield width, f"{page.url} in {width} px, {media}"


def test_every_page_of_a_person(ada: Page):
    task = Task.objects.get(name="Write the plan")
    for address in PAGES:
        ada.goto(address.format(task=task.pk, account=task.account_id))
        for _, view in seen_in(VIEWS, ada):
            assert violations(ada) == [], view


@pytest.mark.parametrize(("width", "media"), VIEWS)
def test_what_opens_over_the_list(writer: Page, width: int, media: dict):
    page = writer
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(**media)
    page.locator(".who > summary").click()
    assert violations(page) == [], "menu"
    page.locator(".who > summary").click()
    page.locator(".filters > summary").click()
    page.locator("#filter-grid select").first.wait_for()
    assert violations(page) == [], "filters"
    page.locator(".several > summary", has_text="Project").click()
    expect(page.get_by_role("checkbox", name="Hiring")).to_be_visible()
    assert violations(page) == [], "projects"
    page.locator(".filters > summary").click()
    sources = page.locator("#sync-status")
    sources.locator("summary").click()
    expect(sources.locator(".sources")).to_be_visible()
    assert violations(page, "#tasks") == [], "sources"
    sources.locator("summary").click()
    page.locator(".task").first.focus()
    page.keyboard.press("t")
    expect(page.locator("#date-menu")).to_be_visible()
    assert violations(page) == [], "dates"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()
    assert violations(page) == [], "keys"
    page.keyboard.press("Escape")
    if width >= 1280:
        page.keyboard.press("e")
        expect(page.locator("#beside #task-title")).to_be_visible()
        assert violations(page) == [], "beside"
        page.keyboard.press("Escape")
    choose(page, PLAN)
    expect(page.get_by_role("form", name="Selected tasks")).to_be_visible()
    assert violations(page) == [], "selection"
    page.get_by_role("button", name="Clear", exact=True).click()
    row(page, PLAN).locator(".tick").click()
    told(page, PLAN)
    page.locator(".report").hover()  # which keeps it
    assert violations(page) == [], "report"


def test_the_insights_of_several_accounts_with_gaps(ada: Page):
    page = ada
    user = AsanaAccount.objects.get().user
    for colour in AsanaAccount.Colour.values:
        account = AsanaAccount.objects.create(user=user, gid=f"1{colour}", name="A", colour=colour)
        add_tasks(workspace_of(account), {"name": "Here, too"})
    page.goto("/insights/")
    for details in page.locator("main details").all():
        details.evaluate("details => details.open = true")
    expect(page.get_by_role("heading", name="Not everything is known")).to_be_visible()
    for width, view in seen_in(SCHEMES, page):
        assert violations(page) == [], view
        assert page.evaluate("document.documentElement.scrollWidth") <= width, view


def test_the_pages_about_accounts_that_need_something(ada: Page):
    """With every colour, a broken account, one that may be given less, and a revocation."""
    page = ada
    account = AsanaAccount.objects.get()
    AsanaAccount.objects.update(label="Work", colour="teal", scope=f"{account.scope} tasks:write")
    for colour in AsanaAccount.Colour.values:
        AsanaAccount.objects.create(user=account.user, gid=colour, name="Somebody", colour=colour)
    broken = AsanaAccount.objects.get(gid="red")
    tokens.mark_needs_reconnecting(broken, Problem.ACCESS_ENDED)
    Revocation.objects.create(user=account.user, account_name="Old account", attempts=1)
    for path in (
        "/accounts/",
        "/tasks/",
        "/workspaces/",
        f"/accounts/{account.pk}/disconnect/",
        f"/accounts/{account.pk}/give-up-writing/",
        f"/accounts/{broken.pk}/reconnect/",
    ):
        page.goto(path)
        for details in page.locator("main details").all():
            details.evaluate("details => details.open = true")
        if path == "/tasks/":  # what is opened there is fetched
            page.locator("#filter-grid .several").first.wait_for()
        for width, view in seen_in(SCHEMES, page):
            assert violations(page) == [], view
            assert page.evaluate("document.documentElement.scrollWidth") <= width, view
    page.get_by_role("button", name="Reconnect").click()
    page.locator(f"input[value='{BEN}']").check()
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_role("heading", name="That isn't the account to reconnect")).to_be_visible()
    for _, view in seen_in(SCHEMES, page):
        assert violations(page) == [], view


def test_the_page_that_asks_for_a_fresh_sign_in(ada: Page, monkeypatch):
    monkeypatch.setattr(fresh_sign_in, "SECONDS", -1)
    page = ada
    page.goto(f"/accounts/{AsanaAccount.objects.get().pk}/disconnect/")
    expect(page.get_by_role("heading", name="Confirm that it's you")).to_be_visible()
    for width, view in seen_in(SCHEMES, page):
        assert violations(page) == [], view
        assert page.evaluate("document.documentElement.scrollWidth") <= width, view


def test_the_pages_of_a_stranger(page: Page):
    page.goto("/")
    for _, view in seen_in(SCHEMES, page):
        assert violations(page) == [], view
    to_consent(page)
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_role("heading", name="You didn't allow access")).to_be_visible()
    for _, view in seen_in(SCHEMES, page):
        assert violations(page) == [], view


def test_the_words_in_an_empty_field_are_as_dark_as_other_quiet_words(ada: Page):
    """Which axe-core does not look at."""
    for _, view in seen_in(SCHEMES, ada):
        empty = ada.get_by_label("Search tasks").evaluate(
            "field => { const { color, opacity } = getComputedStyle(field, '::placeholder');"
            " return [color, opacity]; }"
        )
        quiet = ada.locator(".count").evaluate("each => getComputedStyle(each).color")
        assert empty == [quiet, "1"], view
