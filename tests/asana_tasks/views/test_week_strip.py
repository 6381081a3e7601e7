"""The strip over the list: what is overdue, and what is due on each of the next days."""

import datetime as dt
import re

import pytest
from django.utils import timezone
from django.utils.html import strip_tags

from accounts.models import User
from asana_tasks.models import Task, Workspace
from tests.asana_tasks.rows import add_tasks, workspace_of
from tests.markup import page_html
from tests.people import Person


@pytest.fixture
def workspace(owner) -> Workspace:
    return workspace_of(owner.account)


def strip(person: Person, query: str = "") -> list:
    week: list = person.get(f"/tasks/{query}").context["week"]
    return week


def counts(person: Person, query: str = "") -> list[int]:
    return [stack.count for stack in strip(person, query)]


def day(number: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=number)


def due(*numbers: int) -> list[dict]:
    return [{"due_on": day(number)} for number in numbers]


def test_it_counts_overdue_tasks_and_those_of_seven_days(owner, workspace):
    add_tasks(
        workspace, *due(-400, -1, 0, 0, 1, 6, 7, 30), {}, {"due_on": day(1), "completed": True}
    )
    assert counts(owner) == [2, 2, 1, 0, 0, 0, 0, 1]


def test_what_was_due_earlier_today_is_overdue_and_counted_once(owner, workspace):
    now = timezone.now()
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    earlier = midnight + (now - midnight) / 2
    add_tasks(workspace, {"due_at": earlier})
    assert counts(owner) == [1, 0, 0, 0, 0, 0, 0, 0]


def test_days_are_those_of_the_person(owner, workspace):
    User.objects.update(time_zone="Pacific/Kiritimati")  # +14:00
    with timezone.override("Pacific/Kiritimati"):
        add_tasks(workspace, *due(0))
        names = [stack.name for stack in strip(owner)]
        assert counts(owner)[1] == 1
        assert names[:2] == ["Overdue", "Today"]
        assert names[2] == f"{day(1):%a} {day(1).day}"


def test_it_is_that_of_the_filtered_list(owner, workspace):
    other = workspace_of(owner.account, "88")
    add_tasks(workspace, *due(0, 0))
    add_tasks(other, *due(0))
    assert counts(owner)[1] == 3
    assert counts(owner, f"?workspace={other.pk}")[1] == 1
    assert counts(owner, "?q=nothing+of+that")[1] == 0
    assert counts(owner, "?state=done")[1] == 3  # what is to come, however the list is chosen
    assert counts(owner, "?workspace=999999") == [0] * 8


def test_a_click_filters_and_another_one_shows_all_again(owner, workspace):
    add_tasks(workspace, *due(-1, 0, 3))
    tomorrow = day(1).isoformat()
    overdue, _, second, *_ = strip(owner, "?sort=name&state=done")
    assert overdue.address == "/tasks/?sort=name&due=overdue"
    assert second.address == f"/tasks/?sort=name&due_from={tomorrow}&due_to={tomorrow}"
    shown = strip(owner, "?due=overdue")
    assert [stack.is_shown for stack in shown] == [True] + [False] * 7
    assert shown[0].address == "/tasks/"
    assert counts(owner, "?due=overdue") == counts(owner)
    assert len(owner.get(second.address.replace(tomorrow, day(3).isoformat())).context["page"]) == 1


def test_bars_have_the_colours_of_workspaces_and_never_leave_the_picture(owner, workspace):
    other = workspace_of(owner.account, "88")
    add_tasks(workspace, *due(*[1] * 300, -1))
    add_tasks(other, *due(1, -1))
    overdue, _, tomorrow, *_ = strip(owner)
    assert {piece.css_class for piece in overdue.pieces} == {"piece-overdue"}
    assert {piece.css_class for piece in tomorrow.pieces} == {
        f"colour-{workspace.colour}",
        f"colour-{other.colour}",
    }
    for piece in [*overdue.pieces, *tomorrow.pieces]:
        assert piece.top >= 0
        assert piece.height >= 1
        assert piece.top + piece.height <= 16


def test_it_is_one_stop_of_the_keyboard_with_words_for_each_day(owner, workspace):
    add_tasks(workspace, *due(0))
    page = page_html(owner.get("/tasks/"))
    nav = re.search(r'<nav id="week".*?</nav>', page)[0]
    assert nav.count("<a ") == 8
    assert nav.count('tabindex="0"') == 1
    assert "aria-label" not in nav.partition(">")[2]  # so what is seen is what can be said
    links = re.findall("<a .*?</a>", nav)
    _, today, tomorrow, *_ = (" ".join(strip_tags(each).split()) for each in links)
    assert re.fullmatch(r"1 Today [A-Z][a-z]+day \d+ [A-Z][a-z]+", today)
    assert re.fullmatch(r"0 [A-Z][a-z]{2} \d+ [A-Z][a-z]+", tomorrow)
    assert "style=" not in nav


def test_tasks_of_others_are_not_counted(owner, other_user, workspace):
    add_tasks(workspace, *due(0, 1, -1))
    assert counts(other_user) == [0] * 8
    assert Task.objects.count() == 3
