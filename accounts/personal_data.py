"""Everything we store about a user, found by following the relations of the database.

Apps that store more about users need no code here: rows that are deleted with a user, or that can
be reached from a user by a `related_name`, are the user's.
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

from accounts import audit
from accounts.models import AuditEntry, Revocation, User
from accounts.registry import secret_fields

# Singular and plural for users, if a model's own name would not be understood.
IN_WORDS: Final = {
    "accounts.asanaaccount": ("linked Asana account", "linked Asana accounts"),
    "accounts.auditentry": ("entry in your history", "entries in your history"),
    "qsessions.session": ("place where you have signed in", "places where you have signed in"),
}
ROWS_AT_ONCE: Final = 500

Model = type[models.Model]
AnyField = Any  # models.Field, which can't be subscripted at run time


class Part(NamedTuple):
    """A model with rows of a user, and the lookup path from these rows to the user."""

    title: str
    model: Model
    path: str


def export_parts() -> list[Part]:
    """Return the models with the shortest path to a user each, in order of their distance."""
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
    """Return numbers of rows that would be deleted with the user, by their names for users.

    Rows that only link others are left out, and waiting revocations, which stay until Asana has
    answered.
    """
    going = [part for part in export_parts() if part.model not in {User, Revocation}]
    found = {part.model: _rows_of(part, user).count() for part in going if not _is_link(part.model)}
    found[AuditEntry] -= audit.deeds_of(user).filter(user=user).count()  # these stay
    return {_in_words(model, count): count for model, count in found.items() if count}


def _is_link(model: Model) -> bool:
    """Tell whether rows only link others, or add to one other row."""
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
    """Yield one JSON document, row by row: it is never in memory as a whole."""
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
    """Return a value: for a relation the ID if that row is in the file too, else its name."""
    if not in_words:
        return field.value_from_object(row)
    other = getattr(row, field.name)
    return other.get_full_name() if isinstance(other, AbstractUser) else other and str(other)


def _is_somebody_elses(row: models.Model, field: AnyField) -> bool:
    """Tell whether a field of an audit entry holds what is an administrator's own."""
    if not isinstance(row, AuditEntry) or row.by != AuditEntry.By.ADMINISTRATOR:
        return False
    return field.name in {"address", "browser", "actor_name"}


def _json(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
