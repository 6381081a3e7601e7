"""Finishing work without leaving the page, in a real browser: with scripts and without."""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import AsanaAccount
from asana_tasks.models import Task
from tests.browser.axe import violations
from tests.browser.consent import sign_in
from tests.browser.walks import PLAN, allow_changes, answer_asana, choose, let_intercept, row, told
from tests.stand_in import ADA, StandIn

pytestmark = pytest.mark.django_db(transaction=True)
APPROVAL = "Approve the floor plan"


def is_completed(asana: StandIn, name: str) -> bool:
    return bool(asana.task(Task.objects.get(name=name).gid)["completed"])


def test_complete_in_the_list_and_undo(writer: Page, asana: StandIn):
    page = writer
    page.get_by_role("button", name=f"Complete: {PLAN}").click()
    told(page, f"Completed: {PLAN}")
    expect(row(page, PLAN)).to_have_count(0)
    assert is_completed(asana, PLAN)
    page.get_by_role("button", name="Undo").click()
    expect(row(page, PLAN)).to_be_visible()
    told(page, f"Open again: {PLAN}")
    assert not is_completed(asana, PLAN)


def test_complete_on_the_tasks_own_page_and_undo(writer: Page, asana: StandIn):
    page = writer
    page.goto(f"/tasks/{Task.objects.get(name=PLAN).pk}/")
    page.get_by_role("button", name=f"Complete: {PLAN}").click()
    told(page, f"Completed: {PLAN}")
    expect(page.get_by_role("button", name=f"Reopen: {PLAN}")).to_be_focused()
    assert is_completed(asana, PLAN)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name=f"Complete: {PLAN}")).to_be_visible()
    assert not is_completed(asana, PLAN)


def test_a_date_is_moved_by_its_menu(writer: Page, asana: StandIn):
    page = writer
    page.goto(f"/tasks/{Task.objects.get(name=PLAN).pk}/")
    page.get_by_label(f"Change the date: {PLAN}").click()
    page.get_by_label("New date", exact=True).fill("2027-03-04")
    page.get_by_role("button", name="Set date").click()
    told(page, "New date (Thu 4 Mar 2027)")
    expect(page.locator(".facts")).to_contain_text("Thu 4 Mar 2027")
    assert asana.task(Task.objects.get(name=PLAN).gid)["due_on"] == "2027-03-04"


def test_an_approval_is_decided_and_not_completed(writer: Page, asana: StandIn):
    page = writer
    expect(page.get_by_role("button", name=f"Complete: {APPROVAL}")).to_have_count(0)
    page.get_by_label(f"Decide: {APPROVAL}").click()
    page.get_by_role("button", name="Request changes").click()
    told(page, f"Changes requested: {APPROVAL}")
    gid = Task.objects.get(name=APPROVAL).gid
    assert asana.task(gid)["approval_status"] == "changes_requested"


def test_several_at_once(writer: Page, asana: StandIn):
    page = writer
    bar = page.locator("#selection")
    expect(bar).to_be_hidden()
    for name in (PLAN, "Dentist"):
        choose(page, name)
    expect(bar).to_contain_text("2 selected")
    bar.get_by_role("button", name="Complete").click()
    told(page, "Completed: Dentist")
    assert is_completed(asana, PLAN)
    assert is_completed(asana, "Dentist")
    page.get_by_role("button", name="Undo").click()
    told(page, "Open again: Dentist")
    expect(row(page, "Dentist")).to_be_visible()
    assert not is_completed(asana, PLAN)


def test_several_get_a_date_at_once(writer: Page, asana: StandIn):
    page = writer
    for name in (PLAN, "Dentist"):
        choose(page, name)
    page.get_by_role("button", name="Change the date of the selected tasks").click()
    page.get_by_role("button", name="No date").click()
    told(page, "New date")
    expect(page.locator("#selection")).to_be_hidden()
    for name in (PLAN, "Dentist"):
        assert asana.task(Task.objects.get(name=name).gid)["due_on"] is None


def test_a_selection_can_be_let_go(writer: Page):
    choose(writer, PLAN)
    writer.locator("#selection").get_by_role("button", name="Clear").click()
    expect(writer.locator("#selection")).to_be_hidden()
    expect(writer.locator(".task.chosen")).to_have_count(0)


def test_enter_in_a_check_box_changes_nothing(writer: Page, asana: StandIn):
    box = choose(writer, PLAN)
    box.press("Enter")
    expect(box).to_be_checked()
    assert not is_completed(asana, PLAN)
    assert not [each for each in asana.requests("/api/1.0/tasks") if each["method"] == "PUT"]


def test_five_ticks_in_a_row_are_all_told(writer: Page, asana: StandIn):
    page = writer
    asana.order("latency", value=300, path="/api/1.0/tasks")
    before = page.locator(".task").count()
    page.evaluate(
        """() => [...document.querySelectorAll("button[name=complete].tick")].slice(0, 5)
        .forEach(button => button.click())"""
    )
    expect(page.locator(".task")).to_have_count(before - 5)
    expect(page.locator(".report")).to_have_count(3)
    assert Task.objects.filter(written_in__gt=0, completed=True).count() == 5
    for _ in range(6):  # the two whose toasts are gone, too; the last finds nothing
        page.keyboard.press("z")
    expect(page.locator(".task")).to_have_count(before)
    assert not Task.objects.filter(written_in__gt=0, completed=True).exists()


def test_asana_is_asked_at_first_use_and_then_it_is_done(ada: Page, asana: StandIn):
    page = ada
    page.goto("/tasks/?sort=name")
    page.get_by_role("button", name=f"Complete: {PLAN}").click()
    expect(page.get_by_role("heading", name="May Onelist change your tasks?")).to_be_visible()
    assert not is_completed(asana, PLAN)
    answer_asana(page, "Allow")
    page.wait_for_url("**/tasks/?sort=name")
    told(page, f"Completed: {PLAN}")
    assert is_completed(asana, PLAN)
    page.get_by_role("button", name="Complete: Dentist").click()
    told(page, "Completed: Dentist")


def test_who_declines_goes_on_as_before(ada: Page, asana: StandIn):
    page = ada
    page.get_by_role("button", name=f"Complete: {PLAN}").click()
    answer_asana(page, "Deny")
    expect(page.get_by_role("heading", name="You didn't allow changes")).to_be_visible()
    page.get_by_role("link", name="Back to where you were").click()
    expect(row(page, PLAN)).to_be_visible()
    expect(page.locator(".report")).to_have_count(0)
    assert not is_completed(asana, PLAN)


def test_not_now_is_an_answer_too(ada: Page, asana: StandIn):
    page = ada
    page.get_by_role("button", name=f"Complete: {PLAN}").click()
    page.get_by_role("button", name="Not now").click()
    page.wait_for_url("**/tasks/")
    expect(row(page, PLAN)).to_be_visible()
    assert not is_completed(asana, PLAN)


@pytest.mark.usefixtures("worker")
def test_without_javascript_all_of_it_works(page_without_javascript: Page, asana: StandIn):
    page = page_without_javascript
    sign_in(page, ADA)
    page.get_by_role("button", name=f"Complete: {PLAN}").click()
    answer_asana(page, "Allow")
    page.wait_for_url("**/tasks/")
    told(page, f"Completed: {PLAN}")
    assert is_completed(asana, PLAN)
    page.get_by_role("button", name="Undo").click()
    expect(row(page, PLAN)).to_be_visible()
    assert not is_completed(asana, PLAN)
    page.get_by_role("link", name="Select several tasks").click()
    for name in (PLAN, "Dentist"):
        row(page, name).get_by_role("checkbox").check()
    page.locator("#selection summary").click()
    page.locator("#selection").get_by_role("button", name="One week later").click()
    told(page, "New date")
    page.get_by_role("link", name=PLAN, exact=True).click()
    expect(page.get_by_role("heading", name=PLAN)).to_be_visible()
    expect(page.get_by_role("link", name="Ask Tom for the figures")).to_be_visible()


def test_notes_that_try_to_run_do_nothing(writer: Page, asana: StandIn):
    page = writer
    page.on("dialog", lambda dialog: pytest.fail(f"Notes ran: {dialog.message}"))
    task = Task.objects.get(name=PLAN)
    asana.change_task(
        task.gid,
        html_notes="<body><script>alert(1)</script><img src=x onerror=alert(2)>"
        "<a href='javascript:alert(3)'>click</a> calm words</body>",
    )
    page.goto(f"/tasks/{task.pk}/")
    expect(page.locator(".notes")).to_contain_text("calm words")
    page.locator(".notes").get_by_text("click").click()
    expect(page).to_have_url(f"{page.url}")


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_pages_have_no_violation_and_do_not_scroll_sideways(ada: Page, width: int, scheme: str):
    page = ada
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    account = AsanaAccount.objects.get()
    page.goto(f"/accounts/{account.pk}/permission/")
    assert violations(page) == []
    allow_changes(page)
    for name in (PLAN, APPROVAL):
        page.goto(f"/tasks/{Task.objects.get(name=name).pk}/")
        page.get_by_label(f"Change the date: {name}").click()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.get_by_role("button", name="One week later").click()
        expect(page.locator(".report")).to_be_visible()
        assert violations(page) == []
    page.goto("/tasks/")
    choose(page, PLAN)
    page.get_by_role("button", name="Change the date of the selected tasks").click()
    assert violations(page, "#tasks") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_an_undo_that_got_no_answer_can_be_asked_for_again(writer: Page, asana: StandIn):
    page = writer
    let_intercept(page)
    page.get_by_role("button", name=f"Complete: {PLAN}").click()
    told(page, f"Completed: {PLAN}")
    page.route("**/tasks/change/", lambda route: route.abort())
    page.keyboard.press("z")
    told(page, "Onelist didn't answer")
    assert is_completed(asana, PLAN)
    page.unroute("**/tasks/change/")
    page.keyboard.press("z")
    told(page, f"Open again: {PLAN}")
    assert not is_completed(asana, PLAN)
