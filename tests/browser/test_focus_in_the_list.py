"""Where the keyboard goes on after the list has been replaced, and which task its keys act on."""

import pytest
from playwright.sync_api import Locator, Page, expect

from asana_tasks.models import Task
from asana_tasks.sync.worker import EmbeddedWorker
from tests.browser.walks import PLAN, row
from tests.stand_in import StandIn

pytestmark = pytest.mark.django_db(transaction=True)


def rows(page: Page) -> list[Locator]:
    """Return the rows of the list, each located by its present id."""
    ids = page.locator(".task").evaluate_all("rows => rows.map(row => row.id)")
    return [page.locator(f"#{each}") for each in ids]


def complete_by_key(task: Locator) -> None:
    task.focus()
    task.press("c")
    expect(task).to_have_count(0)


def leave_the_list(page: Page) -> None:
    page.locator("#count").click()
    expect(page.locator(".task:focus-within")).to_have_count(0)


def test_after_a_click_the_focus_is_on_the_next_task(writer: Page):
    _, second, third, fourth, *_ = rows(writer)
    second.locator("button.tick").click()
    expect(second).to_have_count(0)
    expect(third).to_be_focused()
    writer.keyboard.press("j")
    expect(fourth).to_be_focused()


def test_after_the_key_the_focus_is_on_the_next_task(writer: Page):
    first, second, third, *_ = rows(writer)
    complete_by_key(second)
    expect(third).to_be_focused()
    writer.keyboard.press("k")
    expect(first).to_be_focused()


def test_tasks_can_be_completed_one_after_another(writer: Page, asana: StandIn):
    first, second, third, *_ = rows(writer)
    complete_by_key(first)
    expect(second).to_be_focused()
    writer.keyboard.press("c")
    expect(second).to_have_count(0)
    expect(third).to_be_focused()


def test_after_the_last_task_the_focus_is_on_the_one_before(writer: Page):
    *_, before, last = rows(writer)
    complete_by_key(last)
    expect(before).to_be_focused()


def test_after_the_last_task_of_a_page_another_moves_up_behind_the_focus(
    writer: Page, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("asana_tasks.views.task_list.PAGE_SIZE", 10)
    writer.reload()
    expect(writer.locator(".task")).to_have_count(10)
    *_, before, last = rows(writer)
    complete_by_key(last)
    expect(writer.locator(".task")).to_have_count(10)
    expect(before).to_be_focused()


def test_after_the_only_task_of_a_group_it_is_on_the_next_groups_first(writer: Page):
    tasks = writer.locator(".group").first.locator(".task")
    others = tasks.evaluate_all("rows => rows.slice(1).map(row => row.id.slice(5))")
    Task.objects.filter(pk__in=others).delete()
    writer.reload()
    expect(writer.locator(".group").first.locator(".task")).to_have_count(1)
    alone, following, *_ = rows(writer)
    complete_by_key(alone)
    expect(following).to_be_focused()


def test_after_several_at_once_it_is_on_the_task_after_the_last_chosen(writer: Page):
    first, second, third, fourth, *_ = rows(writer)
    for chosen in (first, third):
        chosen.hover()
        chosen.get_by_role("checkbox").check()
    writer.locator("#selection").get_by_role("button", name="Complete").click()
    expect(third).to_have_count(0)
    expect(fourth).to_be_focused()
    expect(second).to_be_attached()


def test_the_focus_is_left_where_it_went_meanwhile(writer: Page):
    first, *_ = rows(writer)
    with writer.expect_response("**/tasks/change/"):
        first.locator("button.tick").click()
        writer.get_by_label("Search tasks").focus()
    expect(first).to_have_count(0)
    expect(writer.get_by_label("Search tasks")).to_be_focused()


@pytest.mark.parametrize("elsewhere", ["body", "a.brand", "#sync-now button", ".filters summary"])
def test_keys_do_nothing_to_a_task_that_has_not_the_focus(writer: Page, elsewhere: str):
    writer.keyboard.press("j")
    expect(writer.locator(".task").first).to_be_focused()
    leave_the_list(writer)
    if elsewhere != "body":
        writer.locator(elsewhere).focus()
    writer.evaluate("() => { window.clicks = 0; addEventListener('click', () => clicks++, true); }")
    for key in "xceot":
        writer.keyboard.press(key)
    assert writer.evaluate("window.clicks") == 0


def test_keys_act_on_the_task_in_which_the_focus_is(writer: Page):
    third = rows(writer)[2]
    third.focus()
    third.get_by_role("link", name="Open in Asana").focus()
    writer.keyboard.press("c")
    expect(third).to_have_count(0)


def test_j_goes_on_from_the_last_task_when_the_focus_is_elsewhere(writer: Page):
    _, second, third, *_ = rows(writer)
    second.focus()
    leave_the_list(writer)
    writer.keyboard.press("j")
    expect(third).to_be_focused()


@pytest.mark.parametrize(("key", "expected"), [("j", 3), ("k", 1)])
def test_it_goes_on_from_its_place_when_that_task_is_gone(
    writer: Page, worker: EmbeddedWorker, asana: StandIn, key: str, expected: int
):
    before = rows(writer)
    before[2].focus()
    writer.get_by_role("button", name="Sync now").focus()
    gone = Task.objects.get(pk=before[2].get_attribute("id").removeprefix("task-"))
    asana.delete_task(gone.gid)
    writer.get_by_role("button", name="Sync now").click()
    expect(before[2]).to_have_count(0)
    writer.keyboard.press(key)
    expect(before[expected]).to_be_focused()


def test_closing_the_panel_of_a_task_that_is_gone_leads_to_its_place(writer: Page):
    writer.set_viewport_size({"width": 1280, "height": 900})
    rows_before = [each.get_attribute("id") for each in rows(writer)]
    plan = row(writer, PLAN)
    following = rows_before[rows_before.index(plan.get_attribute("id")) + 1]
    plan.focus()
    writer.keyboard.press("e")
    writer.locator("#beside").get_by_role("button", name=f"Complete: {PLAN}").click()
    expect(plan).to_have_count(0)
    expect(writer.locator("#beside")).to_be_visible()
    writer.keyboard.press("Escape")
    expect(writer.locator(f"#{following}")).to_be_focused()
