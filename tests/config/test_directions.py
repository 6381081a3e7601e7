"""Who may import whom: the walls of the house."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APPS = ("config", "accounts", "asana_tasks", "fake_asana", "scripts", "bench", "tests")
MAY_IMPORT = {
    "config": {"config"},
    "accounts": {"accounts"},
    "asana_tasks": {"asana_tasks", "accounts"},
    "fake_asana": {"fake_asana"},
    "scripts": {"scripts"},
}
# In an app, from the top down; a module imports what stands below it.
FLOORS = {
    "accounts": [
        {"urls", "social_urls"},
        {"views"},
        {"admin", "management"},
        {"admin_site"},
        {"middleware", "typing", "housekeeping"},
        {"doctor"},
        {"sign_in", "health"},
        {"cleaning", "leaving", "personal_data", "apps"},
        {"signals", "sign_in_signals"},
        {"session_store", "tokens"},
        {"audit", "backends"},
        {"oidc", "mails", "rates"},
        {"groups", "sessions", "forms"},
        {"models", "browsers", "http", "encryption", "decorators", "time_zones"},
    ],
    "asana_tasks": [
        {"urls", "management", "admin"},
        {"views", "calendar_views", "change_views", "detail_views", "refresh_views"},
        {"list_page"},
        {"sources", "side_by_side"},
        {"sync", "changes", "details", "membership"},
        {"access", "change_words", "fetching", "leases", "load", "months", "reports", "store"},
        {"client", "wishes"},
        {"due_dates", "forms", "groups", "sending", "upserts", "zones"},
        {"models"},
        {"querysets"},
        {"detail_answers", "locks"},
        {"answers", "apps", "dates", "going_back", "templatetags", "words"},
    ],
}


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("app", MAY_IMPORT)
def test_an_app_imports_only_what_it_may(app):
    for path in (ROOT / app).rglob("*.py"):
        for name in imports(path):
            top = name.partition(".")[0]
            assert top not in APPS or top in MAY_IMPORT[app], f"{path} imports {name}"


@pytest.mark.parametrize("app", FLOORS)
def test_within_an_app_imports_go_down(app):
    height = {name: floor for floor, names in enumerate(FLOORS[app]) for name in names}
    for path in (ROOT / app).rglob("*.py"):
        module = path.relative_to(ROOT / app).parts[0].removesuffix(".py")
        if module in {"__init__", "migrations"}:
            continue
        assert module in height, f"{path} stands on no floor"
        for name in imports(path):
            parts = name.split(".")
            if parts[0] == app and len(parts) > 1 and parts[1] in height and parts[1] != module:
                assert height[parts[1]] > height[module], f"{path} imports {name}"


def test_the_client_knows_no_models_and_models_no_http():
    for name in ("client", "sending"):
        models = {"asana_tasks.models", "accounts.models"}
        assert not models & imports(ROOT / "asana_tasks" / f"{name}.py")
    for app in ("accounts", "asana_tasks"):
        http = {"requests", "accounts.http", "asana_tasks.api.client", "asana_tasks.api.transport"}
        for path in [ROOT / app / "models.py", *(ROOT / app).glob("models/*.py")]:
            assert not path.exists() or not http & imports(path)


def test_only_tokens_decrypts():
    for app in ("accounts", "asana_tasks", "config"):
        for path in (ROOT / app).rglob("*.py"):
            if path.parent != ROOT / "accounts" / "tokens" and path.name != "encryption.py":
                assert not any("encryption" in name for name in imports(path)), path
