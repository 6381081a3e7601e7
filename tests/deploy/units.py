"""The units of deploy/systemd/, as lists of their lines."""

from pathlib import Path
from typing import NamedTuple

from tests.stand_in import ROOT

FOLDER = ROOT / "deploy" / "systemd"
NAMES = sorted(path.name for path in FOLDER.iterdir())


class Line(NamedTuple):
    section: str
    name: str
    value: str


def lines(path: Path) -> list[Line]:
    """Return the settings of a unit in their order; a name may occur more than once."""
    section, found = "", []
    for line in path.read_text().splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found.append(Line(section, name, value))
    return found


def values(unit: str, name: str) -> list[str]:
    return [line.value for line in lines(FOLDER / unit) if line.name == name]
