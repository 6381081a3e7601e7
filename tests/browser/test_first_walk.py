"""The walk a stranger takes, in a real browser, against the stand-in for Asana."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from asana_tasks.models import Task
from asana_tasks.sync import engine
from tests.browser.consent import sign_in, to_consent
from tests.browser.walks import enter, let_intercept, sign_out
from tests.people import Person
from tests.stand_in import ADA, BEN, CLEO, DORA, ROBIN, StandIn

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker")]


def test_sign_in_and_see_every_open_task(page: Page):
    sign_in(page, ADA)
    expect(page.locator(".task")).to_have_count(65)
    expect(page.get_by_text("Write the plan", exact=True)).to_be_visible()
    expect(page.locator("#progress")).to_be_hidden()
    assert Task.objects.open().count() == 65
    expect(page.locator(".who-name")).to_have_text("Ada Okafor")
    expect(page.get_by_text("1 account, 3 workspaces")).to_be_visible()


def test_two_thousand_tasks_come_with_progress(page: Page, asana: StandIn):
    asana.order("latency", value=20, path="/api/1.0/tasks")
    sign_in(page, DORA)
    expect(page.locator("#progress")).to_contain_text(
        re.compile(r"Syncing: [1-9][\d,]* tasks so far")
    )
    expect(page.locator("#progress")).to_be_hidden(timeout=90_000)
    expect(page.locator(".pager")).to_contain_text("1–100 of 2,000")
    page.get_by_role("link", name="Later →").click()
    expect(page.locator(".pager")).to_contain_text("101–200 of 2,000")


def test_deny_and_read_what_to_do(page: Page):
    to_consent(page)
    with page.expect_response("**/complete/asana/**") as response:
        page.get_by_role("button", name="Deny").click()
    assert response.value.status == 403
    expect(page.get_by_role("heading", name="You didn't allow access")).to_be_visible()
    page.get_by_role("link", name="Back to signing in").click()
    expect(page.get_by_role("button", name="Sign in with Asana")).to_be_visible()


def test_nothing_to_do(page: Page):
    sign_in(page, BEN)
    expect(page.get_by_role("heading", name="Nothing to do")).to_be_visible()


def test_no_workspace_and_a_picture_that_cannot_be_found(page: Page):
    sign_in(page, CLEO)
    expect(page.get_by_role("heading", name="Asana shows us no workspace")).to_be_visible()
    expect(page.locator(".who .picture")).to_have_text("CM")
    expect(page.locator(".who .picture img")).to_have_count(0)


def test_the_picture_comes_from_asana(page: Page):
    sign_in(page, ADA)
    picture = page.locator(".who .picture img")
    expect(picture).to_have_js_property("complete", value=True)
    assert picture.evaluate("image => image.naturalWidth") > 0


def test_without_javascript_the_page_reloads_itself_until_they_are_there(
    page_without_javascript: Page,
):
    page = page_without_javascript
    sign_in(page, ADA)
    expect(page.get_by_role("heading", name="Your tasks are on their way")).to_be_visible()
    expect(page.get_by_text("Write the plan", exact=True)).to_be_visible()


def test_without_javascript_a_button_asks_for_a_sync(
    page_without_javascript: Page, owner_with_tasks: Person, asana: StandIn
):
    page = page_without_javascript
    enter(page, owner_with_tasks)
    asana.change_task(Task.objects.get(name="Write the plan").gid, name="Write the new plan")
    page.get_by_role("button", name="Sync now").click()
    expect(page.get_by_text("Sync requested.")).to_be_visible()
    expect(page.get_by_text("Write the new plan", exact=True)).to_be_visible()


def test_an_outage_in_mid_use_keeps_the_list(ada: Page, asana: StandIn):
    page = ada
    asana.order("server_error", value=503)
    page.get_by_role("button", name="Sync now").click()
    expect(
        page.locator("#sync-status").get_by_text("Asana answers with an error (503)")
    ).to_be_visible()
    expect(page.get_by_text("Write the plan", exact=True)).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_difficult_names_run_nothing_and_widen_no_page(page: Page, asana: StandIn, width: int):
    robin = Person.stored(asana, ROBIN)
    assert engine.run_sync(robin.account).state == "done"
    page.on("dialog", lambda dialog: pytest.fail(f"A task's name ran: {dialog.message}"))
    page.set_viewport_size({"width": width, "height": 800})
    enter(page, robin)
    expect(page.get_by_text("<script", exact=False).first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_signing_out_ends_it(ada: Page):
    page = ada
    sign_out(page)
    expect(page.get_by_text("You are signed out here")).to_be_visible()
    page.goto("/tasks/")
    expect(page.get_by_role("button", name="Sign in with Asana")).to_be_visible()


def test_a_list_on_its_way_leads_nobody_astray_who_signs_out(ada: Page):
    page = ada
    let_intercept(page)
    expect(page.locator("#progress")).to_be_hidden()
    on_their_way: list[Route] = []

    def holds(route: Route) -> None:
        on_their_way.append(route)

    def signs_out_after_the_list_was_answered(route: Route) -> None:
        on_their_way[0].fulfill(status=200, headers={"HX-Redirect": "/accounts/"})
        page.wait_for_timeout(300)
        route.continue_()

    page.route("**/tasks/", holds)
    page.route("**/logout/", signs_out_after_the_list_was_answered)
    page.evaluate("void swapList()")
    sign_out(page)
    expect(page.get_by_text("You are signed out here")).to_be_visible()


@pytest.mark.parametrize("who", ["ada", "robin"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_scrolls_sideways(request, who: str, width: int):
    page = request.getfixturevalue(who)
    page.set_viewport_size({"width": width, "height": 800})
    longest = max(Task.objects.open(), key=lambda task: len(task.name))
    detail = f"/tasks/{longest.pk}/"
    zone = "/tasks/time-zone/"
    for path in ("/tasks/", "/tasks/calendar/", detail, zone, "/workspaces/", "/accounts/"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
