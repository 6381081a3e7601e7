"""Fields of the filter form."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django import forms

from asana_tasks.querysets import Ordering


class Chip(NamedTuple):
    """A value that a filter is set to."""

    label: str
    value: str
    query: str  # of the list without it


class SeveralField(forms.MultipleChoiceField):
    """A field for any number of its choices. Values that are none of them are left out."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, label: str, choices: Mapping[str, str] | None = None) -> None:
        super().__init__(label=label, choices=(choices or {}).items(), required=False)

    @property
    def labels(self) -> dict[str, str]:
        return {str(key): str(label) for key, label in self.choices}  # type: ignore[misc, union-attr]

    def clean(self, value: Any) -> list[str]:
        """Return the values in an order of their own, so that one state has one address."""
        return sorted(self.labels.keys() & set(value or ()))


class NumberField(forms.FloatField):
    """A field for a number, which it returns as a text: 0 is a number too."""

    def __init__(self, label: str) -> None:
        super().__init__(label=label, required=False)
        self.widget.attrs["step"] = "any"

    def clean(self, value: Any) -> str:
        number = super().clean(value)
        return "" if number is None else f"{number:.15g}"


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
