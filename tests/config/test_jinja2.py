"""The environment of the templates that are repeated a hundred times a page."""

import pytest
from django.template import engines
from django.utils import translation
from django.utils.safestring import SafeString
from jinja2 import UndefinedError

HOSTILE = "<script>alert(1)</script>\"'&"


def rendered(source: str, **context) -> str:
    return str(engines["jinja2"].from_string(source).render(context))


def test_values_are_escaped_in_text_in_attributes_and_in_sentences():
    for source in (
        "<p>{{ name }}</p>",
        '<a title="{{ name }}"></a>',
        "{% trans name=name %}Complete: {{ name }}{% endtrans %}",
        "{% macro each(name) %}{{ name }}{% endmacro %}{{ each(name) }}",
    ):
        html = rendered(source, name=HOSTILE)
        assert "<script>" not in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;&amp;" in html


def test_what_is_safe_already_stays():
    assert rendered("{{ html }}", html=SafeString("<b>")) == "<b>"


def test_an_unknown_name_is_an_error():
    with pytest.raises(UndefinedError):
        rendered("{{ nothing }}")


def test_sentences_are_translated_by_django():
    with translation.override("de"):
        assert rendered("{% trans %}Yes{% endtrans %}") == translation.gettext("Yes") == "Ja"


def test_indents_go_and_spaces_stay():
    source = (
        '<ol>\n  {% if true %}\n    <li class="a"\n        id="b">1 2</li>\n  {% endif %}\n</ol>'
    )
    assert rendered(source) == '<ol><li class="a" id="b">1 2</li></ol>'
