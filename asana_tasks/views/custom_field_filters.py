"""Filters by custom fields: which there are, their form fields, and what they leave of the list.

Fields are told apart by name, as tags are: a “Priority” of each workspace is one filter. In the
query string `field.NAME` has values of options, `has.NAME` words, `from.NAME` and `to.NAME` the
ends of numbers and days.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django import forms
from django.db.models import Case, F, Min, Value, When
from django.http import QueryDict

from asana_tasks.models import FieldValue
from asana_tasks.querysets import TaskQuerySet
from asana_tasks.sync.status import SyncStatus
from asana_tasks.text_search import normalize
from asana_tasks.views.filter_fields import NumberField, SeveralField, day_field

FIELD: Final = "field."
PREFIXES: Final = (FIELD, "has.", "from.", "to.")
MOST: Final = 20  # custom fields that one address may name
PLAIN: Final = ("number", "date", "text")  # kinds without options
MAX_TEXT: Final = 200


@dataclass
class CustomField:
    """A custom field of the user's tasks."""

    name: str
    kinds: set[str] = field(default_factory=set)
    ranks: dict[str, float | None] = field(default_factory=dict)  # by what is shown

    @property
    def kind(self) -> str:
        """Return the kind; "other" if fields of one name are of several."""
        return next(iter(self.kinds)) if len(self.kinds) == 1 else "other"

    @property
    def has_options(self) -> bool:
        return self.kind not in PLAIN

    @property
    def values(self) -> list[str]:
        """Return the options in Asana's order."""

        def place(value: str) -> tuple[bool, float, str]:
            rank = self.ranks[value]
            return rank is None, rank or 0, normalize(value)

        return sorted(self.ranks, key=place)


def custom_fields_of(
    query: QueryDict, sync_status: SyncStatus, *, whole: bool
) -> dict[str, CustomField]:
    """Return the custom fields by name, in one query; if not `whole`, those that `query` names."""
    rows = FieldValue.objects.filter(task__account__in=sync_status.accounts)
    if not whole:
        names = _named(query)
        if not names:
            return {}
        rows = rows.filter(name__in=names)
    # of the kinds without options, which may be thousands, none
    option = Case(When(kind__in=PLAIN, then=Value("")), default=F("shown"))
    found: dict[str, CustomField] = {}
    grouped = rows.order_by().values_list("name", "kind", option).annotate(least=Min("rank"))
    for name, kind, shown, rank in grouped:
        each = found.setdefault(name, CustomField(name))
        each.kinds.add(kind)
        if shown:
            each.ranks[shown] = rank
    return {name: found[name] for name in sorted(found, key=normalize)}


def _named(query: QueryDict) -> list[str]:
    """Return the names of custom fields that a query has values for, or sorts or groups by."""
    keys = [key for key in query if any(query.getlist(key))]
    keys += [query.get("group", ""), query.get("sort", "")]
    names = {key.partition(".")[2] for key in keys if key.startswith(PREFIXES)}
    return sorted(name for name in names if name and "\0" not in name)[:MOST]


def form_fields(custom_fields: Mapping[str, CustomField]) -> dict[str, forms.Field]:
    """Return the form's fields for custom fields, by their names in the query string."""
    fields: dict[str, forms.Field] = {}
    for each in custom_fields.values():
        for prefix, make in KINDS.get(each.kind, OPTIONS).items():
            made = make(each)
            made.widget.attrs["id"] = f"id_custom_{len(fields)}"  # a name may have spaces
            fields[prefix + each.name] = made
    return fields


OPTIONS: Final[dict[str, Callable[[CustomField], forms.Field]]] = {
    FIELD: lambda each: SeveralField(each.name, {value: value for value in each.values}),
}
KINDS: Final[dict[str, dict[str, Callable[[CustomField], forms.Field]]]] = {
    "number": {
        "from.": lambda each: NumberField(f"{each.name} from"),
        "to.": lambda each: NumberField(f"{each.name} to"),
    },
    "date": {
        "from.": lambda each: day_field(f"{each.name} from"),
        "to.": lambda each: day_field(f"{each.name} to"),
    },
    "text": {
        "has.": lambda each: forms.CharField(label=each.name, max_length=MAX_TEXT, required=False),
    },
}


def narrow_by_fields(
    tasks: TaskQuerySet, custom_fields: Mapping[str, CustomField], value: Callable[[str], Any]
) -> TaskQuerySet:
    """Return the tasks that fit; `value` returns the value of a form field."""
    for name in custom_fields:
        if values := value(FIELD + name):
            tasks = tasks.with_field_value(name, values)
        if text := value("has." + name):
            tasks = tasks.with_field_text(name, text)
        first, last = value("from." + name), value("to." + name)
        if first or last:
            tasks = tasks.with_field_between(name, _rank(first), _rank(last))
    return tasks


def _rank(value: str | date | None) -> float | None:
    if value is None or value == "":
        return None
    return float(value.toordinal() if isinstance(value, date) else value)
