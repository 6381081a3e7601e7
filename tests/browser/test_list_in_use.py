"""The list in a person's hands: search, keyboard, freshness, no JavaScript."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from asana_tasks.models import SyncState, Task
from tests.browser.consent import sign_in
from tests.browser.walks import choose, let_intercept, row, tick
from tests.stand_in import ADA, StandIn

pytestmark = pytest.mark.django_db(transaction=True)


def test_search_finds_as_one_types_and_goes_into_the_address(ada: Page):
    ada.get_by_label("Search tasks").press_sequentially("scope borr", delay=20)
    expect(ada.locator(".task")).to_have_count(1)
    expect(ada).to_have_url(re.compile(r"/tasks/\?q=scope\+borr$"))
    expect(ada.get_by_label("Search tasks")).to_be_focused()
    ada.go_back()
    expect(ada.locator(".task")).to_have_count(Task.objects.open().count())


def test_a_filter_is_bookmarkable(ada: Page):
    ada.get_by_text("Filter, group and sort").click()
    tick(ada, "Kind", "Milestones")
    expect(ada).to_have_url(re.compile(r"/tasks/\?kind=milestone$"))
    milestones = Task.objects.open().of_kinds(["milestone"]).count()
    expect(ada.locator(".task")).to_have_count(milestones)
    ada.reload()
    expect(ada.locator(".task")).to_have_count(milestones)
    chip = ada.get_by_role("link", name="Remove the filter Kind: Milestones")
    expect(chip).to_be_visible()
    ada.get_by_text("Filter, group and sort").click()
    expect(ada.locator(".several > summary", has_text="Kind · 1 chosen")).to_be_visible()
    chip.click()
    expect(ada.locator(".task")).to_have_count(Task.objects.open().count())


def test_what_has_changed_can_be_asked_for(ada: Page):
    ada.get_by_text("Filter, group and sort").click()
    ada.get_by_text("Changed since my last visit").click()
    expect(ada.get_by_label("Changed since my last visit")).to_be_checked()
    assert ada.get_by_text("Changed since my last visit").bounding_box()["width"] > 150


def test_choosing_a_project_offers_its_sections(ada: Page):
    ada.get_by_text("Filter, group and sort").click()
    expect(ada.locator("#section-choice")).to_be_hidden()
    tick(ada, "Project", "Office")
    expect(ada.locator("#section-choice")).to_be_visible()
    assert ada.locator("#section-choice input").count() > 1


def test_a_view_is_named_and_becomes_a_tab(ada: Page):
    ada.goto("/tasks/?kind=milestone")
    ada.get_by_text("Save as a view").click()
    ada.get_by_label("Name").fill("Milestones of mine")
    ada.get_by_role("button", name="Save", exact=True).click()
    ada.goto("/tasks/")
    ada.get_by_role("link", name="Milestones of mine").click()
    expect(ada).to_have_url(re.compile(r"kind=milestone"))


def test_the_keyboard_moves_searches_goes_and_explains(ada: Page):
    ada.keyboard.press("j")
    expect(ada.locator(".task").nth(0)).to_be_focused()
    ada.keyboard.press("j")
    expect(ada.locator(".task").nth(1)).to_be_focused()
    ada.keyboard.press("k")
    expect(ada.locator(".task").nth(0)).to_be_focused()
    ada.keyboard.press("?")
    expect(ada.get_by_role("dialog")).to_be_visible()
    ada.keyboard.press("Escape")
    ada.keyboard.press("/")
    expect(ada.get_by_label("Search tasks")).to_be_focused()
    ada.keyboard.press("Escape")
    ada.keyboard.press("g")
    ada.keyboard.press("w")
    expect(ada).to_have_url(re.compile("/workspaces/$"))


def test_shortcuts_never_fire_while_typing(ada: Page):
    ada.get_by_label("Search tasks").press_sequentially("jk?gw")
    expect(ada.get_by_label("Search tasks")).to_have_value("jk?gw")
    expect(ada.get_by_role("dialog")).to_be_hidden()
    expect(ada).to_have_url(re.compile("/tasks/"))


@pytest.mark.usefixtures("worker")
def test_the_first_guess_at_a_time_zone_is_the_browsers(browser, site: str, asana: StandIn):
    context = browser.new_context(base_url=site, timezone_id="Asia/Tokyo", locale="en")
    page = context.new_page()
    sign_in(page, ADA)
    expect(page.get_by_text("Write the plan", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_text("Days and times are those of Asia/Tokyo")).to_be_visible()
    assert User.objects.get().time_zone == "Asia/Tokyo"
    context.close()


@pytest.mark.usefixtures("worker")
def test_a_stale_copy_is_synced_while_looked_at(ada: Page, asana: StandIn):
    gid = Task.objects.get(name="Write the plan").gid
    asana.change_task(gid, name="Write the new plan")
    SyncState.objects.update(synced_at="2026-01-01T00:00Z", looked_at=None)
    ada.reload()
    expect(ada.get_by_text("Write the new plan", exact=True)).to_be_visible()


@pytest.mark.usefixtures("worker")
def test_a_fresh_copy_is_left_alone(ada: Page, asana: StandIn):
    before = len(asana.requests("/api/1.0/workspaces"))
    with ada.expect_response("**/tasks/status/"):
        ada.reload()
    expect(ada.get_by_text("Write the plan", exact=True)).to_be_visible()
    assert SyncState.objects.filter(due_at__gt=timezone.now()).exists()
    assert len(asana.requests("/api/1.0/workspaces")) == before


@pytest.mark.usefixtures("worker")
def test_everything_is_there_without_javascript(page_without_javascript: Page):
    page = page_without_javascript
    sign_in(page, ADA)
    expect(page.get_by_text("Write the plan", exact=True)).to_be_visible()
    page.get_by_label("Search tasks").fill("scope borr")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.locator(".task")).to_have_count(1)
    page.get_by_text("Filter, group and sort").click()
    page.get_by_role("link", name="Choose what to show").click()
    page.get_by_label("Group by").select_option("project")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".group h2")).to_have_count(1)


def test_e_opens_the_task_beside_the_list_and_escape_closes_it(ada: Page):
    ada.set_viewport_size({"width": 1280, "height": 900})
    ada.keyboard.press("j")
    ada.keyboard.press("e")
    beside = ada.locator("#beside")
    expect(beside.get_by_role("heading", name="Return the borrowed oscilloscope")).to_be_visible()
    expect(ada).to_have_url(re.compile(r"/tasks/\?task=\d+$"))
    ada.keyboard.press("Escape")
    expect(beside).to_be_hidden()
    expect(ada.locator(".task").nth(0)).to_be_focused()


def test_where_there_is_no_room_it_is_a_page_of_its_own(ada: Page):
    ada.set_viewport_size({"width": 390, "height": 800})
    ada.get_by_role("link", name="Write the plan", exact=True).click()
    expect(ada).to_have_url(re.compile(r"/tasks/\d+/$"))


def test_o_opens_asana_in_a_tab_of_its_own(ada: Page):
    ada.keyboard.press("j")
    with ada.context.expect_page() as opened:
        ada.keyboard.press("o")
    assert "/task/" in opened.value.url


def test_a_swap_keeps_what_was_selected(ada: Page):
    box = choose(ada, "Write the plan")
    version = SyncState.objects.get().version + 1
    Task.objects.filter(name="Dentist").update(name="Dentist, again")
    SyncState.objects.update(version=version)
    ada.get_by_role("button", name="Sync now").click()
    expect(row(ada, "Dentist, again")).to_be_visible()
    expect(ada.locator("#tasks")).to_have_attribute("data-version", str(version))
    expect(row(ada, "Write the plan")).to_have_class(re.compile("chosen"))
    row(ada, "Write the plan").hover()
    expect(box).to_be_checked()


def test_when_the_site_itself_does_not_answer_nothing_is_pretended(ada: Page):
    let_intercept(ada)
    ada.route("**/tasks/change/", lambda route: route.abort())
    task = ada.locator(".task").first
    task.locator("button.tick").click()
    expect(ada.get_by_text("Onelist didn't answer")).to_be_visible()
    expect(task).not_to_have_class(re.compile("going"))


def test_nor_on_the_page_of_a_task(ada: Page):
    ada.route("**/tasks/change/", lambda route: route.abort())
    ada.goto(f"/tasks/{Task.objects.get(name='Write the plan').pk}/")
    ada.locator("#task-detail button.tick").first.click()
    expect(ada.get_by_text("Onelist didn't answer")).to_be_visible()
