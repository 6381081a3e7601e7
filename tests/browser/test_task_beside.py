"""The task beside the list: it has an address, its row is marked, and keys move it."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from asana_tasks.models import SyncState, Task
from tests.browser.walks import PLAN, row, told

OTHER = "Dentist"


@pytest.fixture
def page(page: Page) -> Page:
    page.set_viewport_size({"width": 1280, "height": 800})
    return page


def beside(page: Page, name: str) -> Locator:
    return page.locator("#beside").get_by_role("heading", name=name, exact=True)


def key_of(name: str) -> int:
    return Task.objects.get(name=name).pk


def open_task(page: Page, name: str = PLAN) -> None:
    row(page, name).get_by_role("link", name=name, exact=True).click()
    expect(beside(page, name)).to_be_visible()


def test_it_is_in_the_address_and_a_reload_shows_it_again(ada: Page):
    ada.goto("/tasks/?q=the")
    open_task(ada)
    expect(ada).to_have_url(re.compile(rf"/tasks/\?q=the&task={key_of(PLAN)}$"))
    ada.reload()
    expect(beside(ada, PLAN)).to_be_visible()
    expect(row(ada, PLAN)).to_have_attribute("aria-current", "true")


def test_back_closes_it_and_forward_opens_it_again(ada: Page):
    open_task(ada)
    ada.evaluate("() => { window.isTheSamePage = true; }")
    ada.go_back()
    expect(ada.locator("#beside")).to_be_hidden()
    expect(ada).to_have_url(re.compile("/tasks/$"))
    ada.go_forward()
    expect(beside(ada, PLAN)).to_be_visible()
    assert ada.evaluate("window.isTheSamePage")


@pytest.mark.parametrize("how", ["Escape", "button"])
def test_closing_it_leaves_no_step_back_behind(ada: Page, how: str):
    before = ada.evaluate("history.length")
    open_task(ada)
    if how == "button":
        ada.get_by_role("button", name="Close this task").click()
    else:
        ada.keyboard.press(how)
    expect(ada.locator("#beside")).to_be_hidden()
    expect(ada).to_have_url(re.compile("/tasks/$"))
    open_task(ada, OTHER)
    assert ada.evaluate("history.length") == before + 1


def test_j_and_k_move_it_and_the_mark_in_one_step_of_history(ada: Page):
    names = ada.locator("a.task-name").all_inner_texts()
    open_task(ada, names[2])
    before = ada.evaluate("history.length")
    row(ada, names[2]).focus()
    for key, name in (("j", names[3]), ("k", names[2]), ("k", names[1])):
        ada.keyboard.press(key)
        expect(beside(ada, name)).to_be_visible()
        expect(ada.locator(".task[aria-current]")).to_have_count(1)
        expect(row(ada, name)).to_have_attribute("aria-current", "true")
    assert ada.evaluate("history.length") == before
    ada.go_back()
    expect(ada.locator("#beside")).to_be_hidden()


def test_a_search_keeps_it(ada: Page):
    open_task(ada)
    ada.get_by_label("Search tasks").fill("the")
    expect(row(ada, OTHER)).to_have_count(0)
    expect(ada).to_have_url(re.compile(rf"\?q=the&task={key_of(PLAN)}$"))
    expect(beside(ada, PLAN)).to_be_visible()


def test_its_row_stays_marked_through_an_update(ada: Page):
    open_task(ada)
    version = SyncState.objects.get().version + 1
    Task.objects.filter(name=PLAN).update(project_name="Elsewhere", parent_name="x", parent_gid="1")
    SyncState.objects.update(version=version)
    ada.evaluate("void swapList()")
    expect(ada.locator("#tasks")).to_have_attribute("data-version", str(version))
    expect(row(ada, PLAN)).to_have_attribute("aria-current", "true")


def test_completing_in_it_updates_it(writer: Page):
    writer.set_viewport_size({"width": 1280, "height": 800})
    open_task(writer)
    writer.locator("#beside").get_by_role("button", name=f"Complete: {PLAN}").click()
    told(writer, f"Completed: {PLAN}")
    expect(writer.locator("#beside").get_by_role("button", name=f"Reopen: {PLAN}")).to_be_visible()


@pytest.mark.parametrize("key", ["999999999", "0"])
def test_a_task_that_is_not_mine_says_so(ada: Page, key: str):
    ada.goto(f"/tasks/?task={key}")
    expect(ada.locator("#beside").get_by_text("That task is not in your list")).to_be_visible()


@pytest.mark.parametrize("key", ["x", "-1", "1/../../accounts", "", "9" * 30])
def test_what_is_no_key_of_a_task_opens_nothing(ada: Page, key: str):
    ada.goto(f"/tasks/?task={key}")
    expect(row(ada, PLAN)).to_be_visible()
    expect(ada.locator("#beside")).to_be_hidden()


def test_on_a_phone_the_address_leads_to_the_page_of_the_task(ada: Page):
    ada.set_viewport_size({"width": 390, "height": 844})
    ada.goto(f"/tasks/?task={key_of(PLAN)}")
    expect(ada).to_have_url(re.compile(rf"/tasks/{key_of(PLAN)}/$"))


def test_from_a_page_of_a_task_tasks_leads_back_to_the_same_filter_and_place(ada: Page):
    ada.set_viewport_size({"width": 390, "height": 844})
    ada.goto("/tasks/?sort=name&group=none")
    last = ada.locator("a.task-name").last
    last.click()
    expect(ada.locator("#task-title")).to_be_visible()
    ada.get_by_role("link", name="← Tasks").click()
    expect(ada).to_have_url(re.compile(r"/tasks/\?sort=name&group=none$"))
    expect(last).to_be_in_viewport()


def test_the_title_leads_with_what_is_due_today(writer: Page):
    due = int(writer.locator("#week a").nth(1).locator("b").inner_text())
    expect(writer).to_have_title(f"({due}) Today · Onelist")
    writer.locator("#group-today .task button.tick").first.click()
    expect(writer).to_have_title(f"({due - 1}) Today · Onelist")
