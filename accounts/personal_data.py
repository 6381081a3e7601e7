"""Everything we hold about a person, found by following the database's own links from them.

An app that stores more about people needs to say nothing here: rows that go with a person, or that
a person can be asked for by name (`related_name`), are theirs.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.contrib.auth.models import AbstractUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import UniqueConstraint
from django.utils.translation import ngettext

from accounts.models import AuditEntry, Revocation, User
from accounts.registry import secret_fields

# One and several, in words of people, where a model's own name is none.
IN_WORDS: Final = {
    "accounts.asanaaccount": ("linked Asana account", "linked Asana accounts"),
    "accounts.auditentry": ("entry in your history", "entries in your history"),
    "qsessions.session": ("place where you have signed in", "places where you have signed in"),
}
ROWS_AT_ONCE: Final = 500

Model = type[models.Model]
AnyField = Any  # models.Field, which takes no parameters when it runs


class Part(NamedTuple):
    """The rows of one model that are a person's, and the way from them to the person."""

    title: str
    model: Model
    path: str


def export_parts() -> list[Part]:
    """The shortest way to each model; those nearest to the person first."""
    ways: dict[Model, str] = {User: "pk"}
    for model in (found := [User]):
        for link in _links_to(model):
            if link.related_model not in ways:
                way = ways[model] if model is not User else ""
                ways[link.related_model] = f"{link.field.name}__{way}".removesuffix("__")
                found.append(link.related_model)
    titles = [str(model._meta.verbose_name_plural) for model in ways]
    return [
        Part(title if titles.count(title) == 1 else model._meta.label, model, path)
        for title, (model, path) in zip(titles, ways.items(), strict=True)
    ]


def _links_to(model: Model) -> Iterator[Any]:
    links: list[Any] = model._meta.get_fields(include_hidden=True)
    for link in links:
        if not (link.auto_created and link.is_relation and not link.concrete):
            continue
        if link.on_delete is models.CASCADE or (link.on_delete and not link.hidden):
            yield link


def fields_of(model: Model) -> list[AnyField]:
    meta = model._meta
    left_out = secret_fields["*"] | secret_fields.get(meta.label_lower, set())
    return [field for field in meta.concrete_fields if field.name not in left_out]


def counts(user: User) -> dict[str, int]:
    """How much of what would go with the person, as far as it means something to them. A waiting
    revocation stays until Asana has answered."""
    going = [part for part in export_parts() if part.model not in {User, Revocation}]
    found = {part.model: _rows_of(part, user).count() for part in going if not _is_link(part.model)}
    return {_in_words(model, count): count for model, count in found.items() if count}


def _is_link(model: Model) -> bool:
    """Tell rows that only say which others belong together, or more about one other row."""
    meta = model._meta
    if meta.pk.is_relation:
        return True
    together = [each.fields for each in meta.constraints if isinstance(each, UniqueConstraint)]
    return any(
        all(meta.get_field(name).is_relation for name in names)
        for names in [*together, *meta.unique_together]
        if names
    )


def _in_words(model: Model, count: int) -> str:
    meta = model._meta
    own = (str(meta.verbose_name), str(meta.verbose_name_plural))
    one, several = IN_WORDS.get(meta.label_lower, own)
    return ngettext(one, several, count)


def as_json(user: User, *, site: str, now: datetime) -> Iterator[str]:
    """One document, row by row: it is never in memory as a whole."""
    about = {"site": site, "made": now, "left out": "tokens, passwords and keys of sessions"}
    yield f'{{\n"about this file": {_json(about)}'
    inside = export_parts()
    models_inside = {part.model for part in inside}
    for part in inside:
        yield f",\n{_json(part.title)}: ["
        for number, row in enumerate(_rows(part, user, models_inside)):
            yield f"{',' if number else ''}\n{_json(row)}"
        yield "]"
    yield "\n}\n"


def _rows(part: Part, user: User, models_inside: set[Model]) -> Iterator[dict[str, Any]]:
    fields = [field for field in fields_of(part.model) if field.name != part.path]
    outside = [
        field.name
        for field in fields
        if field.is_relation and field.related_model not in models_inside - {User}
    ]
    keys = {field.name: _key(field, fields) for field in fields}
    rows = _rows_of(part, user)
    rows = rows.select_related(*outside) if outside else rows
    for row in rows.order_by("pk").iterator(chunk_size=ROWS_AT_ONCE):
        yield {
            keys[field.name]: _value(row, field, in_words=field.name in outside)
            for field in fields
            if not _is_somebody_elses(row, field)
        }


def _rows_of(part: Part, user: User) -> models.QuerySet[Any]:
    return part.model._base_manager.filter(**{part.path: user.pk})


def _key(field: AnyField, fields: list[AnyField]) -> str:
    name = str(field.verbose_name)
    alike = [other for other in fields if str(other.verbose_name) == name]
    return name if len(alike) == 1 else field.name


def _value(row: models.Model, field: AnyField, *, in_words: bool) -> Any:
    """A row that stands in this file is named by its ID, any other by what it is called."""
    if not in_words:
        return field.value_from_object(row)
    other = getattr(row, field.name)
    return other.get_full_name() if isinstance(other, AbstractUser) else other and str(other)


def _is_somebody_elses(row: models.Model, field: AnyField) -> bool:
    """From where an administrator looked after the person's accounts is the administrator's."""
    if not isinstance(row, AuditEntry) or row.by != AuditEntry.By.ADMINISTRATOR:
        return False
    return field.name in {"address", "browser"}


def _json(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
