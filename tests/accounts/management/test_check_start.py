import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from scripts.ports import free_port
from tests.accounts.parallel import fails


@pytest.fixture(autouse=True)
def elsewhere(settings, tmp_path) -> None:
    settings.VAR, settings.ENV_FILE = tmp_path, ""


def check(**options) -> None:
    call_command("check_start", **options)


@pytest.mark.django_db
def test_what_is_in_order_is_not_mentioned(settings, capsys):
    settings.SITE_URL = "http://localhost:8000"
    check(port=8000)
    check()
    assert capsys.readouterr() == ("", "")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("url", "port", "proxies", "is_right"),
    [
        ("http://localhost:8000", 8010, 0, False),
        ("http://localhost", 8000, 0, False),
        ("http://localhost", 80, 0, True),
        ("http://localhost:8000", 8010, 1, True),
        ("https://tasks.example.com", 8000, 1, True),
    ],
)
def test_the_port_is_that_of_the_sites_url(settings, url, port, proxies, is_right):
    settings.SITE_URL, settings.TRUSTED_PROXIES = url, proxies
    settings.SECURE = url.startswith("https")
    if is_right:
        check(port=port)
        return
    with pytest.raises(CommandError, match=f"PORT is {port}, but SITE_URL is {url}"):
        check(port=port)


@pytest.mark.process
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgres://onelist:hush@127.0.0.1:{port}/x", "PostgreSQL at 127.0.0.1:{port} can't be"),
        ("postgres://onelist:hush@127.0.0.1:{port}/x?nonsense=1", "PostgreSQL at 127.0.0.1:{port}"),
        ("sqlite:////nowhere/at/all.sqlite3", "SQLite at /nowhere/at/all.sqlite3 can't be used"),
        ("sqlite:///{file}", "file is not a database"),
    ],
)
def test_a_database_that_cannot_be_used_is_a_sentence(tmp_path, url, words):
    file, port = tmp_path / "text", free_port()
    file.write_text("no database " * 500)
    file.chmod(0o600)
    told = fails(
        "check_start", DATABASE_URL=url.format(port=port, file=file), VAR_DIR=str(tmp_path)
    )
    assert "DATABASE_URL: " in told
    assert words.format(port=port) in told
    assert "hush" not in told
    assert len(told.splitlines()) == 1


@pytest.mark.process
def test_so_is_it_for_every_command():
    told = fails("migrate", DATABASE_URL=f"postgres://onelist:hush@127.0.0.1:{free_port()}/x")
    assert told.startswith("Onelist can't use its database (DATABASE_URL): ")
    assert "hush" not in told


@pytest.mark.django_db
def test_a_database_older_than_the_code_is_refused_by_whoever_does_not_migrate():
    """Expect nothing without --migrated: a start that migrates comes past here first."""
    check(migrated=True)
    (latest,) = MigrationLoader(connection).graph.leaf_nodes("accounts")
    MigrationRecorder(connection).record_unapplied(*latest)
    check()
    with pytest.raises(CommandError, match="lacks 1 of this version's migrations"):
        check(migrated=True)


@pytest.mark.django_db
def test_a_database_newer_than_the_code_will_do():
    """Keep an upgrade without a stop possible: old code is started again on the new schema."""
    MigrationRecorder(connection).record_applied("accounts", "9999_of_the_next_release")
    check(migrated=True)


@pytest.mark.django_db
def test_a_redis_that_cannot_be_reached_is_a_sentence(settings):
    port = free_port()
    settings.REDIS_URL = f"redis://:hush@127.0.0.1:{port}/0"
    with pytest.raises(CommandError, match=f"REDIS_URL: Redis at 127.0.0.1:{port} can't") as told:
        check()
    assert "hush" not in str(told.value)


def test_a_broker_of_its_own_that_does_not_answer_is_named_without_its_password(db, settings):
    port = free_port()
    settings.CELERY_BROKER_URL = f"amqp://onelist:hush@127.0.0.1:{port}/onelist"
    with pytest.raises(CommandError, match=f"nothing answers at 127.0.0.1:{port}") as told:
        check()
    assert "hush" not in str(told.value)
