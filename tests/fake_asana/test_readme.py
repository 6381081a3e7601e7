"""The README must know every flag, fault, person and control endpoint."""

import re

import pytest

from fake_asana.faults import KINDS
from fake_asana.options import read_options
from fake_asana.people import PEOPLE
from tests.stand_in import ROOT

README = (ROOT / "fake_asana" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", KINDS)
def test_it_explains_every_fault(name):
    assert f"| `{name}` |" in README


@pytest.mark.parametrize("person", PEOPLE.values(), ids=lambda person: person.gid)
def test_it_introduces_everybody(person):
    assert f"| {person.gid} | {person.name} | {person.email} |" in README


def test_it_explains_every_flag_and_no_other(capsys):
    with pytest.raises(SystemExit, match="0"):
        read_options(["--help"], {})
    offered = set(re.findall(r"--[a-z][a-z-]+", capsys.readouterr().out)) - {"--help"}
    table = README[README.index("| flag |") : README.index("## People")]
    assert offered == set(re.findall(r"`(--[a-z][a-z-]+)[ `]", table))


def test_it_explains_every_control_endpoint():
    folder = ROOT / "fake_asana" / "control"
    source = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    paths = re.findall(r'@control\.\w+\("([^"]+)"', source)
    assert len(paths) > 15
    for path in paths:
        assert f"/control{path.replace('<gid>', 'GID')}`" in README
