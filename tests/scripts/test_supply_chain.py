"""`make licences` and `make sbom`: their recipes run, on a small input and without a network."""

import json
import re
import subprocess
import sys
from pathlib import Path

from tests.stand_in import ROOT

BIN = Path(sys.executable).parent


def run(target: str, **instead: object) -> str:
    """Run the recipe of a target, with other words in place of some; return its output."""
    makefile = (ROOT / "Makefile").read_text()
    found = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    assert found
    recipe = re.sub(r"^\t@?", "", found[1], flags=re.MULTILINE).replace("$(BIN)", str(BIN))
    for word, other in instead.items():
        assert word in recipe
        recipe = recipe.replace(word, str(other))
    return subprocess.run(
        ["/bin/sh", "-ec", recipe], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def test_the_sbom_lists_what_is_locked_with_its_version(tmp_path):
    lock = tmp_path / "small.lock"
    lock.write_text(f"onething==1.2 \\\n    --hash=sha256:{'0' * 64}\nanother==3\n")
    run("sbom", **{"requirements.lock": lock, "var": tmp_path})
    sbom = json.loads((tmp_path / "sbom.json").read_text())
    assert sbom["bomFormat"] == "CycloneDX"
    found = {each["name"]: each.get("version") for each in sbom["components"]}
    assert found == {"onething": "1.2", "another": "3"}


def test_the_licences_are_those_of_what_is_installed():
    lines = run("licences").splitlines()
    (django,) = [line for line in lines if line.split()[:1] == ["Django"]]
    assert "BSD" in django
