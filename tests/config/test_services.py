"""Where the database and Redis are."""

from pathlib import Path

import certifi
import pytest

from tests.config.test_settings import read, refusal


def database(**environ: str) -> dict:
    return read(**environ).DATABASES["default"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("nonsense", "can't be read"),
        ("postgres://onelist:hush:hush@host:port/onelist", "can't be read"),
        ("postgres://[onelist/x", "can't be read"),
        ("mysql://onelist:hush@db/onelist", "not with mysql://"),
        ("postgre://onelist:hush@db/onelist", "not with postgre://"),
        ("postgres://onelist:hush@db", "names no database"),
        ("sqlite:///", "names no database"),
    ],
)
def test_a_database_that_makes_no_sense_is_refused_without_its_password(wrong, words):
    told = refusal(DATABASE_URL=wrong)
    assert told.startswith("DATABASE_URL ")
    assert words in told
    assert "hush" not in told


def test_no_page_waits_for_ever_for_a_postgresql_that_has_vanished():
    options = database(DATABASE_URL="postgres://onelist@db/onelist")["OPTIONS"]
    assert options["connect_timeout"] == 5
    theirs = database(DATABASE_URL="postgres://onelist@db/onelist?connect_timeout=9")["OPTIONS"]
    assert theirs["connect_timeout"] == 9


def test_the_threads_of_a_process_share_a_pool_of_connections():
    found = database(DATABASE_URL="postgres://onelist@db/onelist")
    assert found["CONN_MAX_AGE"] == 0  # Django refuses anything else beside a pool
    assert found["OPTIONS"]["pool"]["max_size"] == 20
    less = database(DATABASE_URL="postgres://onelist@db/onelist", DATABASE_CONNECTIONS="5")
    assert less["OPTIONS"]["pool"]["max_size"] == 5
    assert "pool" not in database(DATABASE_URL="sqlite:///here")["OPTIONS"]


@pytest.mark.parametrize("wrong", ["3", "1001", "many"])
def test_a_number_of_connections_that_makes_no_sense_is_refused(wrong):
    told = refusal(DATABASE_CONNECTIONS=wrong)
    assert told.startswith("DATABASE_CONNECTIONS must be a whole number from 4 to 1000")


def test_the_folder_of_the_database_and_static_files_can_be_chosen(tmp_path):
    settings = read(VAR_DIR=str(tmp_path))
    assert settings.DATABASES["default"]["NAME"] == str(tmp_path / "onelist.sqlite3")
    assert Path(settings.STATIC_ROOT).parent == tmp_path


@pytest.mark.parametrize(
    "wrong",
    [
        "unix:///run/redis.sock",
        "localhost:6379",
        "redis://",
        "redis:///0",
        "redis://:hush@redis:port/0",
        "redis://:hush@redis/first",
        "http://redis:6379",
    ],
)
def test_a_redis_that_makes_no_sense_is_refused_without_its_password(wrong):
    told = refusal(REDIS_URL=wrong)
    assert told.startswith("REDIS_URL must be such as redis://")
    assert "hush" not in told


@pytest.mark.parametrize("url", ["redis://localhost", "rediss://:hush@redis.example.com:6380/1"])
def test_a_redis_is_used_as_it_stands(url):
    assert url == read(REDIS_URL=url).CACHES["default"]["LOCATION"]


@pytest.mark.parametrize(
    "wrong",
    [
        *("localhost:5672", "amqp://", "amqp://onelist:hush@mq:port//", "redis://:hush@redis/x"),
        *("sqs://onelist:hush@mq", "memory://", "amqp://[onelist:hush@mq", "nonsense"),
    ],
)
def test_a_broker_that_makes_no_sense_is_refused_without_its_password(wrong):
    told = refusal(CELERY_BROKER_URL=wrong)
    assert told.startswith("CELERY_BROKER_URL must be such as redis://")
    assert "hush" not in told


@pytest.mark.parametrize(
    "url", ["amqp://onelist:hush@mq:5672/onelist", "amqps://mq", "redis://r/1"]
)
def test_a_broker_is_used_as_it_stands_and_is_redis_by_default(url):
    assert url == read(CELERY_BROKER_URL=url).CELERY_BROKER_URL
    assert read(REDIS_URL="redis://r/2").CELERY_BROKER_URL == "redis://r/2"
    assert read().CELERY_BROKER_URL == ""


@pytest.mark.parametrize(
    "wrong",
    [
        *("proxy.example.com:3128", "socks5://ada:hush@proxy:1080", "http://ada:hush@proxy:port"),
        *("http://", "http://ada:hush@proxy.example.com/path"),
    ],
)
def test_a_proxy_that_makes_no_sense_is_refused_without_its_password(wrong):
    told = refusal(HTTPS_PROXY_URL=wrong)
    assert told.startswith("HTTPS_PROXY_URL must be such as http://")
    assert "hush" not in told


def test_authorities_are_a_file_of_certificates(tmp_path):
    file = tmp_path / "ca.pem"
    assert "CA_BUNDLE must name a file" in refusal(CA_BUNDLE=str(file))
    file.write_text("no certificate")
    assert "CA_BUNDLE must name a file" in refusal(CA_BUNDLE=str(file))
    file.write_bytes(Path(certifi.where()).read_bytes())
    assert str(file) == read(CA_BUNDLE=str(file)).CA_BUNDLE
