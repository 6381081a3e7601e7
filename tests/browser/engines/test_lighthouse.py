"""100 of Lighthouse for accessibility and best practices, on a phone and on a desktop."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from scripts import lighthouse
from scripts.browser import FLAGS, find_chromium
from tests.people import Person

pytestmark = [pytest.mark.engines, pytest.mark.django_db(transaction=True)]

PAGES = ["/tasks/", "/tasks/calendar/", "/accounts/"]
WHOLE = {"accessibility": 100, "best-practices": 100}
NOTED = ["performance", "seo"]
SECONDS = 240  # after which something hangs


@pytest.fixture(scope="session", autouse=True)
def packages() -> None:
    """Fail, never skip, if Lighthouse is not on this machine."""
    if not lighthouse.has_node():
        pytest.fail(lighthouse.NODE_LACKS)
    if not lighthouse.is_installed():
        pytest.fail("Lighthouse is not installed: python -m scripts.lighthouse installs it.")


@pytest.mark.parametrize("form", ["mobile", "desktop"])
def test_lighthouse_finds_nothing(form: str, site: str, owner_with_tasks: Person):
    """Scores that are only noted are kept in the folder SCREENSHOTS, if it is named."""
    folder = os.environ.get("SCREENSHOTS")
    name = settings.SESSION_COOKIE_NAME
    session = {
        "name": name,
        "value": owner_with_tasks.client.cookies[name].value,
        "domain": "localhost",
    }
    pages = [(f"{site}/", []), *((site + path, [session]) for path in PAGES)]
    order = {
        "chromium": find_chromium(),
        "flags": FLAGS,
        "form": form,
        "categories": [*WHOLE, *NOTED] if folder else [*WHOLE],
        "pages": pages,
    }
    done = subprocess.run(
        ["node", "scores.mjs"],
        cwd=lighthouse.FOLDER,
        input=json.dumps(order),
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stderr
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / f"lighthouse-{form}.json").write_text(done.stdout)
    results = json.loads(done.stdout)
    assert [each["shown"] for each in results] == [address for address, _ in pages]
    for result in results:
        assert result["failed"] == [], result["shown"]
        assert result["scores"].items() >= WHOLE.items(), result
