import gc
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client, TransactionTestCase, override_settings
from pytest_django import DjangoDbBlocker

from accounts.models import Revocation, TokenFormat
from tests.environment import ASANA_PORT
from tests.kept_rows import KeptRows
from tests.people import Person, log_in
from tests.stand_in import ADA, BEN, StandIn
from tests.synced import SyncedTasks

TESTS = Path(__file__).parent
FOLDERS = {"browser": "browser", "fake_asana": "stand_in", "scripts": "process"}
SAME_ON_EVERY_DATABASE = {
    # How a page looks, where it and the focus stay
    "browser/test_accessibility.py",
    "browser/test_calendar.py",
    "browser/test_calendar_in_use.py",
    "browser/test_date_menu.py",
    "browser/test_dragging.py",
    "browser/test_filters.py",
    "browser/test_focus_in_the_list.py",
    "browser/test_insights.py",
    "browser/test_list_in_use.py",
    "browser/test_page_figures.py",
    "browser/test_palette.py",
    "browser/test_look_of_the_administration.py",
    "browser/test_print.py",
    "browser/test_staying_in_place.py",
    "browser/test_storage.py",
    "browser/test_task_beside.py",
    # Files that know no database
    "deploy/test_compose.py",
    "deploy/test_image.py",
    # What Asana, a library or settings say: rows are only needed to ask
    "accounts/doctor/test_provider.py",
    "accounts/doctor/test_settings.py",
    "accounts/test_stock_library.py",
    "asana_tasks/api/test_client.py",
    # Pages about a request, whatever is stored
    "accounts/views/test_csp_reports.py",
    "config/test_version.py",
    "config/test_wrong_method.py",
}
PEOPLE = {"owner", "other_user", "administrator", "account_manager"}


@pytest.hookimpl(wrapper=True)  # after pytest-randomly's wrapper, before `-m` selects by marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Mark tests, and put long ones first.

    pytest-django puts those that empty the tables behind those that roll back, and those without
    a database last; a long one of the last is the very first.
    """
    mark(items)
    items.sort(key=lambda item: not is_long(item))
    yield
    items.sort(key=lambda item: not is_long(item) or bool(item.get_closest_marker("django_db")))


def is_long(item: pytest.Item) -> bool:
    return item.get_closest_marker("long") is not None


def mark(items: list[pytest.Item]) -> None:
    """Mark the tests of FOLDERS; mark as `services` those with a database, process or walk.

    No test with a database is forgotten: pytest-django forbids it to all others. A test that is
    given the name of a person, to ask for by `getfixturevalue`, gets the mark for a database.
    Programs of `scripts` bring a database of their own, unless their test has the mark for one.
    """
    for item in items:
        path = item.path.relative_to(TESTS)
        if path.parts[0] in FOLDERS:
            item.add_marker(FOLDERS[path.parts[0]])
        callspec = getattr(item, "callspec", None)
        if callspec and not PEOPLE.isdisjoint(
            each for each in callspec.params.values() if isinstance(each, str)
        ):
            item.add_marker("django_db")
        marks = {mark.name for mark in item.iter_markers()}
        fixtures = set(getattr(item, "fixturenames", ()))
        has_database = "django_db" in marks or not fixtures.isdisjoint({"db", "transactional_db"})
        touches = has_database or ("process" in marks and path.parts[0] != "scripts")
        if touches and "engines" not in marks and path.as_posix() not in SAME_ON_EVERY_DATABASE:
            item.add_marker("services")


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over what is there before the first test."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def processes_are_marked(request: pytest.FixtureRequest, monkeypatch) -> None:
    """Fail a test that starts a program without the mark for it."""
    may = {"process", "browser", "stand_in"}
    if may.isdisjoint(mark.name for mark in request.node.iter_markers()):
        popen = subprocess.Popen

        def start(args: list[str], **kwargs: Any) -> Any:
            if "fake_asana" in args:  # shared: a test may be the first to ask for it by its name
                return popen(args, **kwargs)
            pytest.fail(f"A test that starts a program needs the mark `process`: {args}")

        monkeypatch.setattr("subprocess.Popen", start)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Put SQLite into a file, as in production: in memory it locks whole tables between threads."""
    if connection.vendor == "sqlite":
        name = tmp_path_factory.mktemp("database") / "test.sqlite3"
        connection.settings_dict["TEST"]["NAME"] = str(name)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Keep SQLite's files private, as a start does, whichever test comes first.

    At the end, end all other connections before the database is dropped, which PostgreSQL
    requires: a thread of the live server may still answer a browser that is gone.
    """
    if connection.vendor == "sqlite":
        for path in Path(connection.settings_dict["NAME"]).parent.iterdir():
            path.chmod(0o600)
    with django_db_blocker.unblock():
        empty_tables = emptier()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables)
        yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


def emptier() -> Callable[[TransactionTestCase], None]:
    """Return a method that leaves the tables as `migrate` did, after a test that commits.

    Django's sends the signals of `migrate`, which work out types, permissions and the group anew,
    and leaves out what a migration has stored.
    """
    made = [
        KeptRows(each)
        for each in (ContentType, Permission, Group, Group.permissions.through, TokenFormat)
    ]

    def empty_tables(_test: TransactionTestCase) -> None:
        call_command(
            "flush",
            verbosity=0,
            interactive=False,
            reset_sequences=False,  # keys of rows that are kept are given out once
            inhibit_post_migrate=True,
        )
        for rows in made:
            rows.insert()

    return empty_tables


@pytest.fixture(scope="session")
def running_asana() -> Iterator[StandIn]:
    callback = django_settings.SITE_URL + "/complete/asana/"
    with StandIn.start("--port", str(ASANA_PORT), redirect_uri=callback) as stand_in:
        yield stand_in


@pytest.fixture
def asana(running_asana: StandIn) -> StandIn:
    """Return the stand-in for Asana in its initial state."""
    running_asana.reset()
    return running_asana


@pytest.fixture(scope="session", autouse=True)
def plain_settings() -> Iterator[None]:
    """Set a fast hasher, static files that nobody has collected, and retries without pauses."""
    plain: dict[str, Any] = {
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
        "STORAGES": {
            **django_settings.STORAGES,
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
        "STATIC_ROOT": django_settings.BASE_DIR / "static",
        "WHITENOISE_AUTOREFRESH": True,  # each client's middleware would list all files
    }
    with override_settings(**plain), pytest.MonkeyPatch.context() as patch:
        patch.setattr("asana_tasks.sync.passes.RETRY_PAUSES", (0, 0))
        yield


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


@pytest.fixture
def owner(db, asana) -> Person:
    """Return Ada with a session: three workspaces, about sixty open tasks, none of them synced."""
    return Person.stored(asana, ADA)


@pytest.fixture
def signed_in_owner(db, asana) -> Person:
    """Return Ada, signed in through the consent page, for tests about what a sign-in stores."""
    return Person.signed_in(asana, ADA)


@pytest.fixture(scope="session")
def synced_tasks(
    running_asana: StandIn, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> SyncedTasks:
    with django_db_blocker.unblock():
        return SyncedTasks(running_asana)


@pytest.fixture
def owner_with_tasks(synced_tasks: SyncedTasks, owner: Person) -> Person:
    """Return Ada with the rows that a sync would have stored just now."""
    synced_tasks.copy_to(owner)
    return owner


@pytest.fixture
def other_user(db, asana) -> Person:
    return Person.stored(asana, BEN)


@pytest.fixture
def administrator(db, django_user_model) -> Client:
    user = django_user_model.objects.create_superuser("root", password="root")
    return log_in(user)


@pytest.fixture
def account_manager(db, django_user_model) -> Client:
    """Return a client signed in as a staff member of the group Account managers."""
    user = django_user_model.objects.create_user("manager", password="manager", is_staff=True)
    user.groups.add(Group.objects.get(name="Account managers"))
    return log_in(user)


@pytest.fixture
def nobody() -> Client:
    return Client()


@pytest.fixture
def revocation(owner) -> Revocation:
    """Return the revocation that is left after the owner's account was deleted."""
    user = owner.user
    owner.account.delete()
    return Revocation.objects.get(user=user)
