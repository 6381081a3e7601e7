"""One walk through the site, in Chromium, in Firefox and in WebKit: `make test-browsers`."""

import pytest

from asana_tasks.models import Task
from tests.browser.engines.visitor import Visitor
from tests.stand_in import ADA, StandIn

pytestmark = [
    pytest.mark.engines,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("worker"),
]

PLAN = "Write the plan"
TICK = f'button.tick[aria-label="Complete: {PLAN}"]'
TOAST = "#toasts .report"
WIDE, NARROW = (1280, 800), (390, 844)
NEVER_CUT = ".sub-pages, .week > a > span, .top nav, .calendar thead th, .bar button"
IS_CUT = "(each) => each.scrollWidth > each.clientWidth && each.clientWidth > 0"
IS_TINY = "(each) => each.offsetWidth <= 1 && each.offsetHeight <= 1"
FOCUSED = "document.activeElement"


def signs_in(visitor: Visitor) -> None:
    visitor.goes_to("/")
    visitor.photographs("sign-in")
    visitor.clicks("button", "Sign in with Asana")
    allows(visitor)
    visitor.waits_for("document.querySelectorAll('.task').length === 65")
    visitor.misses("#progress")


def allows(visitor: Visitor) -> None:
    visitor.clicks(f'input[value="{ADA}"]')
    visitor.clicks("button", "Allow")


def fits(visitor: Visitor) -> None:
    """Check that nothing is wider than the window, no word is cut, and hidden ones are hidden."""
    assert visitor.asks("document.documentElement.scrollWidth <= innerWidth"), visitor.name
    cut = f"[...document.querySelectorAll('{NEVER_CUT}')].filter({IS_CUT})"
    assert visitor.asks(f"{cut}.map((each) => each.outerHTML)") == [], visitor.name
    assert visitor.asks(f"[...document.querySelectorAll('.unseen')].every({IS_TINY})"), visitor.name


def is_completed(asana: StandIn) -> bool:
    return bool(asana.task(Task.objects.get(name=PLAN).gid)["completed"])


def test_the_main_walk(visitor: Visitor, asana: StandIn):
    visitor.window.resize(*WIDE)
    signs_in(visitor)
    fits(visitor)
    visitor.photographs("list")
    searches(visitor)
    ticks_with_permission_and_undoes(visitor, asana)
    moves_a_date(visitor, asana)
    uses_keys(visitor, asana)
    looks_beside(visitor)
    types_a_date(visitor, asana)
    looks_at_pages(visitor, "wide")
    visitor.window.resize(*NARROW)
    looks_at_pages(visitor, "narrow")
    ticks_on_a_phone(visitor, asana)


def searches(visitor: Visitor) -> None:
    visitor.presses("/")
    visitor.waits_for(f"{FOCUSED}.id === 'id_q'")
    visitor.window.type("dentist")
    visitor.misses(TICK)
    visitor.sees(".task-name", "Dentist")
    visitor.waits_for("location.search.includes('q=dentist')")
    visitor.presses("ArrowDown")
    visitor.waits_for(f"{FOCUSED}.matches('.task')")
    visitor.presses("/")
    visitor.presses("Escape")
    assert visitor.asks("document.getElementById('id_q').value") == "dentist"
    visitor.goes_to("/tasks/")


def ticks_with_permission_and_undoes(visitor: Visitor, asana: StandIn) -> None:
    visitor.clicks(TICK)
    visitor.clicks("button", "Ask Asana")
    allows(visitor)
    visitor.sees(TOAST, f"Completed: {PLAN}")
    visitor.misses(TICK)
    assert is_completed(asana)
    visitor.photographs("toast")
    visitor.clicks(f"{TOAST} button", "Undo")
    visitor.sees(TOAST, f"Open again: {PLAN}")
    visitor.sees(TICK)
    assert not is_completed(asana)


def moves_a_date(visitor: Visitor, asana: StandIn) -> None:
    visitor.points_at(".task-name", PLAN)
    visitor.clicks(".row-date")
    visitor.sees("#date-menu", "Tomorrow")
    visitor.photographs("date-menu")
    visitor.presses("Escape")
    visitor.misses("#date-menu")
    visitor.clicks(".row-date")
    visitor.clicks('#date-menu button[data-date="no-date"]')
    visitor.sees(TOAST, "New date")
    visitor.misses("#date-menu")
    assert asana.task(Task.objects.get(name=PLAN).gid)["due_on"] is None


def uses_keys(visitor: Visitor, asana: StandIn) -> None:
    visitor.goes_to("/tasks/")
    visitor.sees(TICK)
    visitor.presses("j", "j")
    visitor.waits_for(f"{FOCUSED} === document.querySelectorAll('.task')[1]")
    visitor.presses("k")
    visitor.waits_for(f"{FOCUSED} === document.querySelectorAll('.task')[0]")
    first = visitor.asks(f"{FOCUSED}.id")
    task = Task.objects.get(pk=first.removeprefix("task-"))
    visitor.presses("t")
    visitor.sees("#date-menu", "Tomorrow")
    visitor.presses("n")
    visitor.waits_for(f"document.querySelector('.task').id !== '{first}'")
    visitor.sees(TOAST, "New date")
    assert asana.task(task.gid)["due_on"] is None
    visitor.presses("z")
    visitor.waits_for(f"document.querySelector('.task').id === '{first}'")
    assert asana.task(task.gid)["due_on"] == str(task.due_on)
    visitor.presses("?")
    visitor.sees("#shortcuts", "Keyboard shortcuts")
    visitor.presses("Escape")
    visitor.misses("#shortcuts")


def looks_beside(visitor: Visitor) -> None:
    visitor.clicks(".task-name", PLAN)
    visitor.sees("#beside #task-title", PLAN)
    fits(visitor)
    visitor.photographs("beside")
    visitor.presses("Escape")
    visitor.misses("#beside")
    visitor.waits_for(f"{FOCUSED}.matches('.task')")


def types_a_date(visitor: Visitor, asana: StandIn) -> None:
    """Type a date, whose first sign goes into the menu's field though the focus was elsewhere."""
    visitor.goes_to("/tasks/")
    visitor.sees(TICK)
    visitor.presses("j")
    task = visitor.asks(f"{FOCUSED}.id").removeprefix("task-")
    visitor.presses("t")
    visitor.sees("#date-menu", "Tomorrow")
    visitor.presses(*"4/3/2031")
    visitor.waits_for(f"{FOCUSED}.value === '4/3/2031'")
    visitor.presses("Enter")
    visitor.sees(TOAST, "Tue 4 Mar 2031")
    assert asana.task(Task.objects.get(pk=task).gid)["due_on"] == "2031-03-04"
    visitor.presses("z")
    visitor.waits_for(f"document.querySelector('.task').id === 'task-{task}'")


def looks_at_pages(visitor: Visitor, size: str) -> None:
    pages = {
        "list": "/tasks/",
        "calendar": "/tasks/calendar/",
        "task": f"/tasks/{Task.objects.get(name=PLAN).pk}/",
        "workspaces": "/workspaces/",
        "accounts": "/accounts/",
        "my-data": "/accounts/me/",
    }
    for name, path in pages.items():
        visitor.goes_to(path)
        visitor.sees("main")
        fits(visitor)
        visitor.photographs(f"{name}-{size}")


def ticks_on_a_phone(visitor: Visitor, asana: StandIn) -> None:
    visitor.goes_to("/tasks/")
    visitor.clicks(TICK)
    visitor.sees(TOAST, f"Completed: {PLAN}")
    assert is_completed(asana)


def test_the_pages_in_the_dark(visitor_in_the_dark: Visitor):
    visitor = visitor_in_the_dark
    visitor.window.resize(*WIDE)
    signs_in(visitor)
    for size, measures in {"wide": WIDE, "narrow": NARROW}.items():
        visitor.window.resize(*measures)
        looks_at_pages(visitor, size)
        ground = visitor.asks("getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g)")
        assert all(float(each) < 80 for each in ground[:3]), ground
