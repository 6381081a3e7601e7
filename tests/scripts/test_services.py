"""The runner of tests with real services, where RabbitMQ is missing."""

import sys

import pytest
from django.conf import settings

from scripts import services


@pytest.fixture
def started(monkeypatch) -> list[str]:
    """Return the command that was started, without RabbitMQ and without starting anything."""
    command: list[str] = []
    monkeypatch.setattr(sys, "argv", ["services", "pytest", "-m", "services"])
    monkeypatch.setattr(services, "have", lambda what, *_: f"url-of-{what}")
    monkeypatch.setattr(services, "find_rabbitmq", lambda: None)
    monkeypatch.setattr("os.execvp", lambda _, arguments: command.extend(arguments))
    for name in ("TEST_DATABASE_URL", "TEST_REDIS_URL", "TEST_RABBITMQ_URL"):
        monkeypatch.setenv(name, "")  # and restored afterwards
    monkeypatch.delenv("RABBITMQ_REQUIRED", raising=False)
    return command


def test_without_rabbitmq_its_tests_are_left_out_and_a_line_says_so(started, capsys):
    services.main()
    assert started == ["pytest", "-m", "services"]
    assert "its tests of Celery are left out" in capsys.readouterr().out


def test_the_gate_insists_on_it(started, monkeypatch):
    monkeypatch.setenv("RABBITMQ_REQUIRED", "1")
    with pytest.raises(SystemExit, match="RabbitMQ doesn't answer"):
        services.main()
    assert not started


def test_and_is_told_to():
    gate = (settings.BASE_DIR / ".ci" / "run").read_text()
    assert "RABBITMQ_REQUIRED=1 make test-services" in gate


def test_with_rabbitmq_nothing_is_left_out(started, monkeypatch, capsys):
    monkeypatch.setenv("RABBITMQ_REQUIRED", "1")
    monkeypatch.setattr(services, "find_rabbitmq", lambda: "amqp://here")
    services.main()
    assert started
    assert not capsys.readouterr().out
