"""Celery, for sites whose syncs need more than one machine (docs/running.md).

    celery -A config worker
    celery -A config beat

What is due, and who may do it, is decided by the database alone: the broker may lose a job, or
deliver it twice.
"""

import os
import sys
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from kombu import Queue

os.umask(0o077)  # what is written is its system user's alone
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
try:
    broker = settings.CELERY_BROKER_URL
except ImproperlyConfigured as error:
    sys.exit(f"Onelist cannot start: {error}")
if not broker:
    sys.exit("Onelist cannot start: Celery needs a broker: set REDIS_URL or CELERY_BROKER_URL")

app = Celery("onelist", broker=broker)
app.conf.update(
    imports=["asana_tasks.celery_jobs"],
    accept_content=["json"],
    task_serializer="json",
    task_ignore_result=True,
    # A worker that reads both takes people who look first, with Redis.
    task_queues=[Queue(name, routing_key=name) for name in settings.CELERY_QUEUES],
    task_default_exchange="onelist",
    task_default_queue="onelist.background",
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    task_acks_late=True,
    worker_prefetch_multiplier=1,
    worker_cancel_long_running_tasks_on_connection_loss=False,  # they are stored all the same
    worker_enable_remote_control=False,  # whoever reaches the broker commands no worker
    task_soft_time_limit=150,
    task_time_limit=180,
    beat_schedule_filename=str(settings.VAR / "celerybeat-schedule"),
    beat_schedule={
        "dispatch": {
            "task": "asana_tasks.dispatch",
            "schedule": 1.0,
            "options": {"queue": "onelist.interactive", "expires": 10},
        },
        "chores": {
            "task": "asana_tasks.chores",
            "schedule": 60.0,
            "options": {"queue": "onelist.background", "expires": 55},
        },
    },
)
app.conf.broker_transport_options = (
    {"queue_order_strategy": "priority", **settings.REDIS_TIMEOUTS}
    if broker.startswith("redis")
    # Else a job that RabbitMQ never got counts as queued until its claim ends
    else {"confirm_publish": True}
)


@setup_logging.connect
def keep_logging(**_about: Any) -> None:
    """Keep the logging of settings.LOGGING, which Celery would replace."""
