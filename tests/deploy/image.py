"""The Dockerfile, parsed, and its steps carried out in a folder.

No container engine runs where these tests do. A stage becomes a folder: COPY copies what
.dockerignore lets through, RUN runs with the absolute paths of the image below that folder, and
this machine's interpreter takes the place of the base image's.
"""

import fnmatch
import json
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from dockerfile_parse import DockerfileParser

from tests.stand_in import ROOT

DOCKERFILE = ROOT / "Dockerfile"
CHANGES_SYSTEM = "useradd "  # what a folder can't have


class Step(NamedTuple):
    instruction: str
    value: str  # its lines joined

    @property
    def flags(self) -> dict[str, str]:
        words = shlex.split(self.value)
        return dict(word[2:].split("=", 1) for word in words if word.startswith("--"))

    @property
    def words(self) -> list[str]:
        """Return what follows the flags, which may be a list in JSON."""
        if self.value.startswith("["):
            return list(json.loads(self.value))
        return [word for word in shlex.split(self.value) if not word.startswith("--")]


@dataclass
class Stage:
    name: str
    base: str
    steps: list[Step] = field(default_factory=list)

    def all(self, instruction: str) -> list[Step]:
        return [step for step in self.steps if step.instruction == instruction]


def stages() -> dict[str, Stage]:
    """Return the stages by name, in the order of the file."""
    found: dict[str, Stage] = {}
    with DOCKERFILE.open("rb") as file:
        structure = DockerfileParser(fileobj=file).structure
    for each in structure:
        step = Step(each["instruction"], each["value"])
        if step.instruction == "FROM":
            base, _, name = step.words
            found[name] = stage = Stage(name, base)
        elif found and step.instruction != "COMMENT":
            stage.steps.append(step)
    return found


def chain(name: str) -> list[Stage]:
    """Return a stage and those that it is built on, the lowest first."""
    every = stages()
    found: list[Stage] = []
    while name in every:
        found.insert(0, every[name])
        name = every[name].base
    return found


def environment(name: str) -> dict[str, str]:
    steps = [step for stage in chain(name) for step in stage.all("ENV")]
    return dict(word.split("=", 1) for step in steps for word in step.words)


def last(name: str, instruction: str) -> list[str]:
    """Return the words of the last such step in a stage or in those below it."""
    return [step.words for stage in chain(name) for step in stage.all(instruction)][-1]


def is_sent(path: str) -> bool:
    """Tell whether .dockerignore lets a file of the project through; its last rule decides."""
    sent = True
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        rule = line.removeprefix("!")
        below = [path, *map(str, Path(path).parents)]
        if any(fnmatch.fnmatch(each, rule.removeprefix("**/")) for each in _names(below, rule)):
            sent = line.startswith("!")
    return sent


def _names(paths: list[str], rule: str) -> list[str]:
    return [Path(each).name for each in paths] if rule.startswith("**/") else paths


class Build:
    """The file systems of stages, each a folder below one.

    With `packages`, that environment takes the place of those that stages install with pip.
    """

    def __init__(self, folder: Path, packages: Path | None = None) -> None:
        self.folder, self.packages = folder, packages

    def stage(self, name: str) -> Path:
        """Carry out the steps of a stage and of those it needs; return its root folder."""
        root = self.folder / name
        if root.exists():
            return root
        stage = stages()[name]
        if self.packages and name.endswith("packages"):
            (root / "opt/onelist").mkdir(parents=True)
            (root / "opt/onelist/venv").symlink_to(self.packages)
            return root
        if stage.base in stages():
            shutil.copytree(self.stage(stage.base), root, symlinks=True)
        else:
            root.mkdir()
        directory = Path(last(name, "WORKDIR")[0])
        for step in stage.steps:
            if step.instruction == "COPY":
                self._copy(step, root, directory)
            elif step.instruction == "RUN":
                self._run(step, name, root, directory)
        return root

    def _copy(self, step: Step, root: Path, directory: Path) -> None:
        *sources, there = step.words
        target = root / str(directory / there).lstrip("/")
        for source in sources:
            if stage := step.flags.get("from"):
                _copy_tree(self.stage(stage) / source.lstrip("/"), target)
            else:
                _copy_sent(source, target / Path(source).name if there.endswith("/") else target)

    def _run(self, step: Step, name: str, root: Path, directory: Path) -> None:
        for part in step.value.split("&&"):
            if part.strip().startswith(CHANGES_SYSTEM):
                continue
            words = shlex.split(part)
            if words[0] == "python":
                words[0] = sys.executable
            if words[0] == "install":  # folders of the image's user
                Path(f"{root}{words[-1]}").mkdir(parents=True, mode=0o700)
                continue
            here = root / str(directory).lstrip("/")
            here.mkdir(parents=True, exist_ok=True)
            env = environment(name) | {"PATH": "/usr/bin:/bin"}
            subprocess.run(words, cwd=here, env=env, check=True, stdout=subprocess.DEVNULL)


def _copy_tree(source: Path, target: Path) -> None:
    if source.is_symlink():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(source.readlink())
    else:
        shutil.copytree(source, target, symlinks=True)


def _copy_sent(source: str, target: Path) -> None:
    """Copy a file of the project, or what of a folder is sent. Fails if that is nothing."""
    path = ROOT / source
    files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
    sent = [each for each in files if is_sent(str(each.relative_to(ROOT)))]
    assert sent, f"COPY {source}: .dockerignore lets nothing of it through"
    for each in sent:
        there = target if each == path else target / each.relative_to(path)
        there.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(each, there)
