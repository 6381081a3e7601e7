import pytest

from asana_tasks.changes.report import Done, Report


def done(*words: str) -> Report:
    return Report(done=[Done(pk, f"Task {pk}", each) for pk, each in enumerate(words)])


@pytest.mark.parametrize(("count", "is_long"), [(0, False), (3, False), (4, True)])
def test_more_than_three_are_folded_away(count, is_long):
    assert done(*["Completed"] * count).is_long is is_long


def test_a_summary_counts_each_kind():
    report = done("Completed", "New date", "Completed", "Completed")
    assert report.summary == "Completed: 3 tasks, New date: 1 task"
