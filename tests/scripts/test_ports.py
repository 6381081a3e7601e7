import pytest

from scripts import ports


@pytest.mark.parametrize("text", ["x", "0", "65535", "-1", "8000.5", "99999"])
def test_a_port_that_is_none_ends_with_a_sentence(monkeypatch, text):
    monkeypatch.setenv("PORT", text)
    with pytest.raises(SystemExit, match=f"PORT={text} is not a port"):
        ports.wanted()


def test_it_is_8000_unless_said_otherwise(monkeypatch):
    monkeypatch.setenv("PORT", "")
    assert ports.wanted() == 8000
