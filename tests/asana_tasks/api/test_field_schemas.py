import datetime

import pytest

from asana_tasks.api.field_schemas import FieldSchema, parse_fields

DAY = datetime.date(2026, 11, 27)
BASE = {"gid": "1", "name": "F", "display_value": "shown"}


def parsed(**field) -> FieldSchema | None:
    found = parse_fields({"gid": "7", "custom_fields": [{**BASE, **field}]})
    assert found
    return found.fields[0] if found.fields else None


def test_each_kind_has_its_rank():
    options = [{"gid": "8"}, {"gid": "9"}]
    enum = {"enum_options": options, "enum_value": {"gid": "9"}}
    assert parsed(resource_subtype="enum", **enum) == FieldSchema("1", "F", "enum", "shown", 1.0)
    number = parsed(resource_subtype="number", number_value=2.5)
    assert number == FieldSchema("1", "F", "number", "shown", 2.5)
    day = parsed(resource_subtype="date", date_value={"date": "2026-11-27", "date_time": None})
    assert day == FieldSchema("1", "F", "date", "shown", DAY.toordinal())
    assert parsed(resource_subtype="text") == FieldSchema("1", "F", "text", "shown")
    assert parsed(resource_subtype="people") == FieldSchema("1", "F", "other", "shown")


@pytest.mark.parametrize("odd", [None, 7, True, "x", [], {}, {"gid": "404"}, [None], 10**400])
def test_a_value_of_a_wrong_kind_has_no_rank(odd):
    values = ("number_value", "date_value", "enum_value", "enum_options")
    for kind in ("enum", "date", "text", odd if isinstance(odd, str) else "other"):
        field = parsed(**dict.fromkeys(values, odd), resource_subtype=kind)
        assert field
        assert field.rank is None


@pytest.mark.parametrize("odd", [None, True, "7", [], {}, float("nan"), float("inf"), 10**400])
def test_what_is_no_number_has_no_rank(odd):
    field = parsed(resource_subtype="number", number_value=odd)
    assert field
    assert field.rank is None


@pytest.mark.parametrize("kind", [None, 7, [], {}, "surprise"])
def test_an_unknown_kind_is_shown_as_it_is(kind):
    field = parsed(resource_subtype=kind)
    assert field
    assert (field.kind, field.shown) == ("other", "shown")


@pytest.mark.parametrize("shown", [None, "", 7, [], " ", "\u200b"])
def test_a_field_without_a_value_is_left_out(shown):
    assert parsed(display_value=shown) is None
    assert parsed(name=shown) is None


def test_names_and_values_are_bounded_and_on_one_line():
    field = parsed(name="n" * 500, display_value="two\nlines " + "v" * 500)
    assert field
    assert (len(field.name), len(field.shown)) == (200, 200)
    assert field.shown.startswith("two lines")


def test_each_field_counts_once_and_there_is_an_end_to_them():
    many = [{**BASE, "gid": str(number)} for number in range(500)]
    found = parse_fields({"gid": "7", "custom_fields": [BASE, None, 7, *many]})
    assert found
    assert len(found.fields) == 97  # of a hundred rows


@pytest.mark.parametrize(
    "row", [None, 7, {}, {"gid": "7"}, {"gid": "7", "custom_fields": None}, {"custom_fields": []}]
)
def test_a_row_without_fields_is_not_what_was_asked_for(row):
    assert parse_fields(row) is None
