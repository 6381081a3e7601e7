"""The form with the state of the list, read from the query string and written back into it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format

from asana_tasks.dates import DUE_LABELS, Calendar, Due
from asana_tasks.querysets import GROUPS, SORTS, TaskQuerySet
from asana_tasks.views.custom_field_filters import (
    FIELD,
    PREFIXES,
    CustomField,
    form_fields,
    narrow_by_fields,
)
from asana_tasks.views.filter_fields import Chip, SeveralField, choice_field, day_field, labels
from asana_tasks.views.offers import ME

STATES: Final = {"open": "Open", "done": "Done, last 13 weeks", "all": "Open and done"}
KINDS: Final = {"task": "Tasks", "milestone": "Milestones", "approval": "Approvals"}
DEFAULTS: Final = {"group": "due", "sort": "due", "state": "open"}
MAX_QUERY: Final = 200
MOST_PLACES: Final = 500  # options of a custom field that have a place; Asana allows as many
DATES: Final = ("due", "due_from", "due_to")
OF_THE_USER: Final = (  # chosen from `offers`
    "account", "workspace", "project", "section", "tag", "creator", "my_section",
)  # fmt: skip


class TaskFilterForm(forms.Form):
    """The state of the list. An invalid value counts as absent, since bookmarks grow old.

    `offers` are value and label of what is the user's own, such as projects (offers.py), `my_gids`
    those of the user's accounts, `custom_fields` those of the user's tasks, by name.
    Several values of one filter mean any of them, several filters all of them.
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
    kind = SeveralField("Kind", KINDS)
    account = SeveralField("Account")
    workspace = SeveralField("Workspace")
    project = SeveralField("Project")
    section = SeveralField("Section")
    tag = SeveralField("Tag")
    creator = SeveralField("Created by")
    my_section = SeveralField("My Tasks section")
    changed = forms.BooleanField(label="Changed since the last visit", required=False)

    def __init__(
        self,
        data: QueryDict,
        offers: Mapping[str, Sequence[tuple[str, str]]],
        my_gids: Sequence[str],
        custom_fields: Mapping[str, CustomField],
    ) -> None:
        super().__init__(data)
        self.asked, self.my_gids, self.custom_fields = data, my_gids, custom_fields
        self.fields |= form_fields(custom_fields)
        self._offer("sort", custom_fields.values())
        self._offer("group", [each for each in custom_fields.values() if each.has_options])
        for name, choices in offers.items():
            self._choices_of(name).choices = choices
        self.is_valid()

    def _offer(self, ordering: str, custom_fields: Iterable[CustomField]) -> None:
        field = self._choices_of(ordering)
        field.choices += [(FIELD + each.name, each.name) for each in custom_fields]

    def _choices_of(self, name: str) -> Any:
        """Return a field that has choices; Django's own types know only that it is a field."""
        return self.fields[name]

    def value(self, name: str) -> Any:
        return self.cleaned_data.get(name) or DEFAULTS.get(name)

    @property
    def orderings(self) -> list[forms.BoundField]:
        """Return the fields for one choice each."""
        return [self[name] for name in ("group", "sort", "state", "due")]

    @property
    def several(self) -> list[forms.BoundField]:
        """Return the fields for any number of choices, those with a choice; not the sections."""
        names = [name for name in self.fields if self._is_several(name) and name != "section"]
        return [self[name] for name in names if self._has_choice(name)]

    def _is_several(self, name: str) -> bool:
        return isinstance(self.fields[name], SeveralField)

    def _has_choice(self, name: str) -> bool:
        return len(self._choices_of(name).choices) > 1 or bool(self.value(name))

    @property
    def plain(self) -> list[forms.BoundField]:
        """Return the fields for numbers, days and texts of custom fields."""
        names = form_fields(self.custom_fields)
        return [self[name] for name in names if not self._is_several(name)]

    @property
    def has_sections(self) -> bool:
        return bool(self._choices_of("section").choices)

    @property
    def filters(self) -> dict[str, Any]:
        """Return the chosen values that narrow the list: all but group and sort."""
        ordering = {"group", "sort"}
        return {name: value for name, value in self._chosen().items() if name not in ordering}

    @property
    def chips(self) -> list[Chip]:
        """Return each chosen value but the text, with the query of the list without it."""
        return [
            Chip(str(self[name].label), shown, query)
            for name in self.filters
            if name != "q"
            for shown, query in self._values(name)
        ]

    def _values(self, name: str) -> list[tuple[str, str]]:
        """Return each value of a filter as the form shows it, with the query without it.

        "" is shown of one whose label says all.
        """
        value, field = self.value(name), self._choices_of(name)
        if isinstance(field, SeveralField):
            # The order of the form, which is alphabetical
            return [
                (label, self._query_without(name, key))
                for key, label in field.labels.items()
                if key in value
            ]
        if isinstance(field, forms.ChoiceField):  # of choices without groups, which mypy expects
            shown = str(dict(field.choices)[value])  # type: ignore[arg-type]
        elif isinstance(value, str):
            shown = value
        else:
            shown = "" if value is True else date_format(value, "D j M Y")
        return [(shown, self.query(name))]

    def _query_without(self, name: str, key: str) -> str:
        others = [each for each in self.value(name) if each != key]
        return self.query(**{name: others}) if others else self.query(name)

    def query(self, *without: str, **instead: Any) -> str:
        """Return the query string without `?`, with the values that differ from the defaults.

        `without` some, and what depends on them; with those of `instead` in place of others.
        """
        left_out = {*without, "section"} if "project" in without else set(without)
        kept = {name: value for name, value in self._chosen().items() if name not in left_out}
        query = QueryDict(mutable=True)
        for name, value in (kept | instead).items():
            values = value if isinstance(value, list) else ["on" if value is True else str(value)]
            query.setlist(name, values)
        return query.urlencode()

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Return what hidden fields keep while the form's own are not on the page: all but q."""
        return parse_qsl(self.query("q"))

    @property
    def is_whole(self) -> bool:
        """Tell whether the form's fields are on the page: it sends the empty ones, too."""
        boxes = {"changed", *(name for name in self.fields if self._is_several(name))}
        return set(self.fields) - set(self.data) <= boxes  # which are not sent without a tick

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
        """Tell whether of a filter's values none exists (any more), be it accounts or sections.

        Nothing matches then, rather than everything. Sections of several projects count as absent.
        """
        asked = {name: {*self.asked.getlist(name)} - {""} for name in self.asked}
        named = [name for name in asked if name in OF_THE_USER or name.startswith(FIELD)]
        if len(asked.get("project", ())) > 1 and "section" in named:
            named.remove("section")
        is_unknown = any(
            asked[name] and name not in self.fields for name in asked if name.startswith(PREFIXES)
        )
        return is_unknown or any(asked[name] and not self.value(name) for name in named)

    def narrow(self, tasks: TaskQuerySet, calendar: Calendar) -> TaskQuerySet:
        """Return the tasks that this state shows, unordered."""
        if self.asks_for_what_is_gone:
            return self.with_fields(tasks.none())
        tasks = {"open": tasks.open, "done": tasks.done, "all": tasks.all}[self.value("state")]()
        return self.with_fields(self._narrow_by_date(self._narrow_by_place(tasks), calendar))

    def with_fields(self, tasks: TaskQuerySet) -> TaskQuerySet:
        """Annotate what sorting and grouping by custom fields need."""
        group, sort = (self.value(name).removeprefix(FIELD) for name in ("group", "sort"))
        if group in self.custom_fields:
            tasks = tasks.with_field_group(group, self.custom_fields[group].values[:MOST_PLACES])
        if sort in self.custom_fields:
            tasks = tasks.with_field_sort(sort)
        return tasks

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
        columns = {"account": "account_id", "workspace": "workspace_id"}
        chosen = {name: self.value(name) for name in columns if self.value(name)}
        tasks = tasks.filter(**{f"{columns[name]}__in": keys for name, keys in chosen.items()})
        if text := self.value("q"):
            tasks = tasks.search(text)
        if projects := self.value("project"):
            tasks = tasks.in_projects(projects, self.value("section"))
        if tags := self.value("tag"):
            tasks = tasks.tagged(tags)
        if creators := self.value("creator"):
            tasks = tasks.created_by([*creators, *(self.my_gids if ME in creators else [])])
        if my_sections := self.value("my_section"):
            tasks = tasks.in_my_sections(my_sections)
        if kinds := self.value("kind"):
            tasks = tasks.of_kinds(kinds)
        if self.value("changed"):
            tasks = tasks.changed()
        return narrow_by_fields(tasks, self.custom_fields, self.value)

    def _narrow_by_date(self, tasks: TaskQuerySet, calendar: Calendar) -> TaskQuerySet:
        if due := self.value("due"):
            tasks = tasks.due_within(calendar.span(Due(due)))
        first, last = self.value("due_from"), self.value("due_to")
        if first or last:
            tasks = tasks.due_within(calendar.between(first, last))
        if done_on := self.value("done_on"):
            tasks = tasks.completed_within(calendar.between(done_on, done_on))
        return tasks
