from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
}


def violations(page: Page, under: str = "") -> list[str]:
    """Return what axe finds; not in what lies `under` an open menu, which may cover half of it."""
    context = {"exclude": [[under]]} if under else None
    found = Axe().run(page, context, RULES).response["violations"]
    return [f"{each['id']}: {[node['html'] for node in each['nodes']]}" for each in found]
