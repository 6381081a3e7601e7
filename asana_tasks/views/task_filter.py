"""The form with the state of the list, read from the query string and written back into it."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms
from django.http import QueryDict

from asana_tasks.dates import DUE_LABELS, Calendar, Due
from asana_tasks.querysets import GROUPS, SORTS, Ordering, TaskQuerySet

STATES: Final = {"open": "Open", "done": "Done, last 30 days", "all": "Open and done"}
KINDS: Final = {"task": "Tasks", "milestone": "Milestones", "approval": "Approvals"}
DEFAULTS: Final = {"group": "due", "sort": "due", "state": "open"}
MAX_QUERY: Final = 200


def labels(orderings: Mapping[str, Ordering]) -> dict[str, str]:
    """Return what a person can choose from."""
    return {name: each.label for name, each in orderings.items() if each.label}


def choice_field(label: str, choices: Mapping[str, str], every: str = "") -> forms.ChoiceField:
    """Return an optional field for one of `choices`; `every` labels the empty choice."""
    none = [("", every)] if every else []
    return forms.ChoiceField(label=label, choices=[*none, *choices.items()], required=False)


def day_field(label: str) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


class TaskFilterForm(forms.Form):
    """The state of the list. An invalid value counts as absent, since bookmarks grow old.

    `offers` are the user's own accounts, workspaces, projects and sections.
    """

    q = forms.CharField(
        label="Search",
        max_length=MAX_QUERY,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Search tasks"}),
    )
    group = choice_field("Group by", labels(GROUPS))
    sort = choice_field("Sort by", labels(SORTS))
    state = choice_field("Show", STATES)
    due = choice_field("Due", {str(due): label for due, label in DUE_LABELS.items()}, "Any time")
    due_from = day_field("Due from")
    due_to = day_field("Due to")
    done_on = day_field("Done on")
    kind = choice_field("Kind", KINDS, "Every kind")
    account = choice_field("Account", {}, "All accounts")
    workspace = choice_field("Workspace", {}, "All workspaces")
    project = choice_field("Project", {}, "All projects")
    section = choice_field("Section", {}, "All sections")
    changed = forms.BooleanField(label="Changed since the last visit", required=False)

    def __init__(self, data: QueryDict, **offers: Iterable[tuple[Any, str]]) -> None:
        super().__init__(data)
        for name, rows in offers.items():
            field = self.fields[name]
            choices = [(str(key), label) for key, label in rows]
            field.choices = [("", f"All {name}s"), *choices]  # type: ignore[attr-defined]
        self.is_valid()

    def value(self, name: str) -> Any:
        return self.cleaned_data.get(name) or DEFAULTS.get(name)

    @property
    def choices_shown(self) -> list[forms.BoundField]:
        """Return the choices to show; account, workspace and project only if there are two."""
        names = ["group", "sort", "state", "due", "kind", "account", "workspace", "project"]
        always = {"group", "sort", "state", "due", "kind"}
        return [self[name] for name in names if name in always or self._has_choice(name)]

    def _has_choice(self, name: str) -> bool:
        return len(self.fields[name].choices) > 2  # type: ignore[attr-defined]

    @property
    def filters(self) -> dict[str, Any]:
        """Return the chosen values that narrow the list: all but group and sort."""
        ordering = {"group", "sort"}
        return {name: value for name, value in self._chosen().items() if name not in ordering}

    def query(self) -> str:
        """Return the query string without `?`, with the values that differ from the defaults."""
        query = QueryDict(mutable=True)
        for name, value in self._chosen().items():
            query[name] = "on" if value is True else str(value)
        return query.urlencode()

    def _chosen(self) -> dict[str, Any]:
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if value and value != DEFAULTS.get(name)
        }

    @property
    def asks_for_what_is_gone(self) -> bool:
        """Tell whether a chosen account, workspace, project or section does not exist (any more).

        Nothing matches then, rather than everything.
        """
        rows = ("account", "workspace", "project", "section")
        return any(self.data.get(name) and not self.value(name) for name in rows)

    def narrow(self, tasks: TaskQuerySet, calendar: Calendar) -> TaskQuerySet:
        """Return the tasks that this state shows, unordered."""
        if self.asks_for_what_is_gone:
            return tasks.none()
        tasks = {"open": tasks.open, "done": tasks.done, "all": tasks.all}[self.value("state")]()
        rows = {
            lookup: self.value(name)
            for name, lookup in {"account": "account_id", "workspace": "workspace_id"}.items()
            if self.value(name)
        }
        tasks = tasks.filter(**rows)
        if text := self.value("q"):
            tasks = tasks.search(text)
        if project := self.value("project"):
            tasks = tasks.in_project(project, self.value("section"))
        if kind := self.value("kind"):
            tasks = tasks.of_kind(kind)
        if self.value("changed"):
            tasks = tasks.changed()
        return self._narrow_by_date(tasks, calendar)

    def _narrow_by_date(self, tasks: TaskQuerySet, calendar: Calendar) -> TaskQuerySet:
        if due := self.value("due"):
            tasks = tasks.due_within(calendar.span(Due(due)))
        first, last = self.value("due_from"), self.value("due_to")
        if first or last:
            tasks = tasks.due_within(calendar.between(first, last))
        if done_on := self.value("done_on"):
            tasks = tasks.completed_within(calendar.between(done_on, done_on))
        return tasks
