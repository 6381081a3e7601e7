"""Real Celery workers and beats with a real Redis and a real RabbitMQ as their broker."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import kombu
import pytest

from accounts.models import AuditEntry
from asana_tasks.models import Pass, SyncState, Worker
from tests.asana_tasks.workers import (
    Program,
    as_if_time_had_passed,
    in_the_middle,
    is_synced,
    make_due,
    pages_asked,
    until,
)
from tests.people import Person
from tests.relay import Relay
from tests.stand_in import ADA, BEN, CLEO, DORA, ROOT, SAM

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.process,
    pytest.mark.long,
    pytest.mark.xdist_group("celery"),  # all use the same queues of RabbitMQ
]
QUEUES = ("onelist.interactive", "onelist.background")
WORKSPACES = "/api/1.0/workspaces"
BROKERS = {"Redis": "REDIS_URL", "RabbitMQ": "TEST_RABBITMQ_URL"}


class Beat(Program):
    command = ("-m", "celery", "-A", "config", "beat")


class CeleryWorker(Program):
    command = ("-m", "celery", "-A", "config", "worker", "--concurrency", "2")


@pytest.fixture(params=BROKERS)
def broker(request) -> str:
    """Return the URL of a broker without jobs."""
    url = os.environ.get(BROKERS[request.param], "")
    if not url:
        pytest.skip(f"{request.param} isn't there: `make test-services` says how to have it")
    with kombu.Connection(url) as connection:
        for name in QUEUES:
            kombu.Queue(name)(connection.default_channel).delete()
    return url


@pytest.fixture
def relay(broker: str) -> Iterator[Relay]:
    parts = urlsplit(broker)
    with Relay(parts.hostname, parts.port) as relay:
        yield relay


@pytest.fixture
def start(broker, tmp_path) -> Iterator:
    """Return a function that starts a program with that broker, or another one."""
    with ExitStack() as programs:
        yield lambda program, *args, url=broker: programs.enter_context(
            program(*args, CELERY_BROKER_URL=url, VAR_DIR=str(tmp_path))
        )


def test_two_workers_do_each_job_once_though_beat_is_killed_and_started_again(asana, start):
    people = [Person.stored(asana, gid) for gid in (ADA, BEN, CLEO, DORA, SAM)]
    workers = [start(CeleryWorker, "-n", f"worker{number}@%h") for number in range(2)]
    beat = start(Beat)
    until(lambda: all("ready." in each.said() for each in workers))
    until(Worker.objects.exists)  # that of whichever takes the first job
    make_due(*(each.account for each in people[:3]))
    until(SyncState.objects.filter(number__gt=0).exists)
    beat.kill()
    make_due(*(each.account for each in people[3:]))
    start(Beat)
    start(Beat)  # one too many, as while a service moves to another machine
    until(lambda: all(is_synced(each.account) for each in people))
    assert len(asana.requests(WORKSPACES)) == len(people)
    assert set(Worker.objects.values_list("kind", flat=True)) == {"celery"}


def test_a_sync_whose_worker_is_killed_goes_on_in_another(emil, asana, start):
    start(Beat)
    killed = start(CeleryWorker, "-n", "killed@%h")
    in_the_middle(emil.account)
    killed.kill()
    kept = Pass.objects.get()
    before = len(pages_asked(asana))
    asana.heal()
    as_if_time_had_passed(emil.account)
    start(CeleryWorker, "-n", "second@%h")
    until(lambda: is_synced(emil.account))
    after = pages_asked(asana)[before:]  # perhaps with the page that was on its way
    assert after[0] == kept.offset
    assert None not in after
    assert emil.account.tasks.count() == 10_000


def test_a_broker_that_is_lost_and_comes_back_loses_nothing_and_repeats_nothing(
    emil, asana, start, broker, relay
):
    ada = Person.stored(asana, ADA)
    url = broker.replace(f":{urlsplit(broker).port}", f":{relay.port}")
    for program in (Beat, CeleryWorker):
        start(program, url=url)
    in_the_middle(emil.account)
    relay.cut()
    make_due(ada.account)
    asana.heal()
    until(lambda: is_synced(emil.account))  # what runs does not need the broker
    assert not is_synced(ada.account)
    relay.mend()
    until(lambda: is_synced(ada.account))
    assert len(asana.requests(WORKSPACES)) == 2
    make_due(emil.account)
    until(lambda: len(asana.requests(WORKSPACES)) == 3)


def test_a_job_without_a_worker_is_done_when_there_is_one(asana, start):
    ada = Person.stored(asana, ADA)
    make_due(ada.account)
    start(Beat)
    start(CeleryWorker)
    until(lambda: is_synced(ada.account))
    assert SyncState.objects.get().number == 2  # the job's and the sync's


def test_a_worker_that_is_to_stop_ends_its_sync_first(emil, asana, start):
    start(Beat)
    worker = start(CeleryWorker)
    in_the_middle(emil.account)
    asana.heal()
    code, said = worker.stopped()
    assert code == 0
    assert "Traceback" not in said
    assert is_synced(emil.account)
    assert not Worker.objects.exists()


def test_chores_are_a_job(asana, start):
    start(CeleryWorker)
    start(Call, "asana_tasks.chores", "--queue", "onelist.background")
    until(AuditEntry.objects.filter(event=AuditEntry.Event.CLEANED_UP, detail="deleted").exists)


class Call(Program):
    command = ("-m", "celery", "-A", "config", "call")


@pytest.mark.parametrize(
    ("url", "words"),
    [("", "Celery needs a broker: set REDIS_URL"), ("sqs://mq", "CELERY_BROKER_URL must be such")],
)
def test_without_a_broker_it_says_so_in_a_sentence(url, words):
    code, said = CeleryWorker(CELERY_BROKER_URL=url, REDIS_URL="").ended()
    assert code != 0
    assert f"Onelist cannot start: {words}" in said
    assert "Traceback" not in said


def test_the_site_and_its_worker_need_no_celery(db):
    """Import what a site without Celery imports: its pages, commands and settings."""
    code = (
        "import sys; sys.modules['celery'] = sys.modules['kombu'] = None; import django;"
        "django.setup(); import config.urls, asana_tasks.management.commands.worker"
    )
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environ, check=True)
