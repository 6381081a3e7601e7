from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],  # of other results it describes the first node alone
    "preload": False,  # axe would copy style sheets into the page, which its policy forbids
}


def violations(page: Page, *without: str) -> list[str]:
    """Return what axe finds; not in elements `without` which the page is looked at.

    Such as what lies under an open menu, which may cover half of it.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    context = {"include": [["html"]], "exclude": [[each] for each in without]}
    found = page.evaluate("([context, rules]) => axe.run(context, rules)", [context, RULES])
    return [
        f"{each['id']}: {[node['html'] for node in each['nodes']]}" for each in found["violations"]
    ]
