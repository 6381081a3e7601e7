"""Back up, lose everything, restore: with the commands of docs/running.md, on either database."""

import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from accounts import tokens
from accounts.models import AsanaAccount
from accounts.tokens.storage import read_token
from tests.accounts.everything import rows
from tests.accounts.rotations import DONE, rotate
from tests.people import Person
from tests.stand_in import ROOT

pytestmark = pytest.mark.process
TEXT = (ROOT / "docs" / "running.md").read_text()


def run(beginning: str, **instead: str) -> None:
    """Run a command of the page, with other names in place of its own."""
    (command,) = re.findall(rf"^{re.escape(beginning)}.*$", TEXT, re.MULTILINE)
    for word, other in instead.items():
        assert word in command
        command = command.replace(word, other)
    subprocess.run(shlex.split(command), cwd=ROOT, env=environment(), check=True)


def environment() -> dict[str, str]:
    if connection.vendor == "sqlite":
        return {**os.environ}
    about = connection.settings_dict
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    return {**os.environ, **{name: str(about[ours]) for name, ours in names.items() if about[ours]}}


def everything() -> dict[str, list[str]]:
    return {table: sorted(map(repr, found)) for table, found in rows().items()}


def lose_everything() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for table in rows():
            cursor.execute(f"DELETE FROM {table}")
    assert not any(rows().values())


def assert_all_is_back(before: Any, person: Person) -> None:
    assert everything() == before
    account = AsanaAccount.objects.get(pk=person.account.pk)
    assert read_token(account, "refresh_token")
    assert tokens.access_token_for(account)
    assert DONE in rotate("--check")
    assert person.get("/tasks/").status_code == 200


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="of SQLite")
def test_sqlite(transactional_db, owner_with_tasks, tmp_path):
    file, copy = str(connection.settings_dict["NAME"]), str(tmp_path / "copy.sqlite3")
    names = {"var/onelist.sqlite3": file, "/srv/backup/onelist.sqlite3": copy}
    before = everything()
    run('.venv/bin/python -c "import sqlite3', **names)
    lose_everything()
    connection.close()
    run("rm -f var/", **{"var/onelist.sqlite3": file})
    assert not Path(file).exists()
    run("install -o onelist -g onelist -m 600 /srv/", **names, **{"-o onelist -g onelist ": ""})
    assert_all_is_back(before, owner_with_tasks)


@pytest.mark.deploy
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="of PostgreSQL")
def test_postgresql(transactional_db, owner_with_tasks, tmp_path):
    names = {
        "/srv/backup/onelist.dump": str(tmp_path / "onelist.dump"),
        "--dbname=onelist": f"--dbname={connection.settings_dict['NAME']}",
    }
    before = everything()
    run("pg_dump ", **names)
    lose_everything()
    connection.close()
    run("pg_restore ", **names)
    assert_all_is_back(before, owner_with_tasks)
