"""What can be seen of text from outside."""

import pytest

from accounts.printable import visible_name


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", "\u00a0", "\u3000", "\t", "\x7f", "\0"),
        *("\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e\u202c", "\u034f"),
        *("\u115f", "\u3164", "\uffa0", "\u2800", "\ufe0f", "\U000e0101", "\ue000", "\u180b"),
    ],
)
def test_what_nobody_can_see_is_no_name(name):
    assert visible_name(name) == ""


@pytest.mark.parametrize("name", [".", "❤\ufe0f", "a\u200b", "\u0600", "한", "\u2801", "مى\u200c"])
def test_what_can_be_seen_stays_as_it_is(name):
    assert visible_name(f" {name} ") == name
