"""The form with the state of the list, read from the query string and written back into it."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format

from asana_tasks.dates import DUE_LABELS, Calendar, Due
from asana_tasks.querysets import GROUPS, SORTS, Ordering, TaskQuerySet

STATES: Final = {"open": "Open", "done": "Done, last 13 weeks", "all": "Open and done"}
KINDS: Final = {"task": "Tasks", "milestone": "Milestones", "approval": "Approvals"}
DEFAULTS: Final = {"group": "due", "sort": "due", "state": "open"}
MAX_QUERY: Final = 200
DATES: Final = ("due", "due_from", "due_to")


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


class Chip(NamedTuple):
    """A filter that is on."""

    label: str
    value: str
    query: str  # of the list without it


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

    @property
    def chips(self) -> list[Chip]:
        """Return the chosen filters, but for the text, each with the list without it."""
        names = [name for name in self.filters if name != "q"]
        return [Chip(str(self[name].label), self._shown(name), self.query(name)) for name in names]

    def _shown(self, name: str) -> str:
        """Return a chosen value as the form shows it; "" where the label says all."""
        value, field = self.value(name), self.fields[name]
        if isinstance(field, forms.ChoiceField):  # of choices without groups, which mypy expects
            return str(dict(field.choices)[value])  # type: ignore[arg-type]
        return "" if value is True else date_format(value, "D j M Y")

    def query(self, *without: str, **dates: Any) -> str:
        """Return the query string without `?`, with the values that differ from the defaults.

        `without` some, and what depends on them; with `dates` in their place.
        """
        left_out = {*without, "section"} if "project" in without else set(without)
        kept = {name: value for name, value in self._chosen().items() if name not in left_out}
        query = QueryDict(mutable=True)
        for name, value in (kept | dates).items():
            query[name] = "on" if value is True else str(value)
        return query.urlencode()

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Return what hidden fields keep while the form's own are not on the page: all but q."""
        return parse_qsl(self.query("q"))

    @property
    def is_whole(self) -> bool:
        """Tell whether the form's fields are on the page: it sends the empty ones, too."""
        may_lack = {"changed", "account", "workspace", "project"}  # unchecked, or without a choice
        return set(self.fields) - set(self.data) <= may_lack

    @property
    def dates(self) -> dict[str, Any]:
        """Return the chosen values that narrow the list by when tasks are due."""
        return {name: value for name, value in self._chosen().items() if name in DATES}

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
        return self._narrow_by_date(self._narrow_by_place(tasks), calendar)

    def narrow_but_dates(self, tasks: TaskQuerySet) -> TaskQuerySet:
        """Return the open tasks that this state would show without its dates."""
        return tasks.none() if self.asks_for_what_is_gone else self._narrow_by_place(tasks.open())

    def narrow_by_place(self, tasks: TaskQuerySet) -> TaskQuerySet:
        """Return the tasks that this shows at any time: done ones too, if no state was chosen."""
        if self.asks_for_what_is_gone:
            return tasks.none()
        done, still_open = (self.data.get("state") == state for state in ("done", "open"))
        tasks = tasks.done() if done else tasks.open() if still_open else tasks
        return self._narrow_by_place(tasks)

    def _narrow_by_place(self, tasks: TaskQuerySet) -> TaskQuerySet:
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
        return tasks

    def _narrow_by_date(self, tasks: TaskQuerySet, calendar: Calendar) -> TaskQuerySet:
        if due := self.value("due"):
            tasks = tasks.due_within(calendar.span(Due(due)))
        first, last = self.value("due_from"), self.value("due_to")
        if first or last:
            tasks = tasks.due_within(calendar.between(first, last))
        if done_on := self.value("done_on"):
            tasks = tasks.completed_within(calendar.between(done_on, done_on))
        return tasks
