"""The Celery application: JSON messages of known tasks over Redis, or jobs that run in the web process without it."""

import logging
import os

from celery import Celery
from celery.signals import setup_logging, worker_init, worker_ready
from kombu.exceptions import OperationalError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ciam.settings")

from django.conf import settings

from ciam.postgresql import patience

logger = logging.getLogger(__name__)

REDRIVE_SECONDS = 3
WATCH_SECONDS = 60
PRUNE_SECONDS = 3600
RESUME_SECONDS = 10

app = Celery("ciam", amqp="ciam.broker:Amqp")
app.conf.update(
    broker_url=settings.REDIS_URL or "memory://localhost",
    task_always_eager=settings.IS_EAGER,
    task_eager_propagates=True,
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_publish_retry=False,
    task_serializer="json",
    accept_content=["json"],
    worker_send_task_events=False,
    worker_pool="threads",  # sending waits for other people's servers
    worker_concurrency=settings.SENDING_THREADS,
    worker_prefetch_multiplier=4,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        "max_retries": 0,  # of connecting in order to publish: who publishes, knows what to do without Redis
        "socket_timeout": 1,
        "socket_connect_timeout": 1,
        "health_check_interval": 5,  # until a worker drops a connection whose other end is silent
        "visibility_timeout": 30,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
    },
)
app.autodiscover_tasks(["otp.delivery", "accounts", "tokens"])


@setup_logging.connect
def leave_logging_alone(**kwargs: object) -> None:
    """Django's LOGGING holds in workers too: that this is connected keeps Celery from adding its own."""


@worker_init.connect
def answer_pings_alone(**kwargs: object) -> None:
    """Of Celery's remote control keep what /readyz asks: with the rest, whoever reaches Redis could stop workers."""
    from celery.worker.control import Panel  # a web process has no use for it

    for command in set(Panel.data) - {"ping"}:
        del Panel.data[command]


@worker_init.connect
def bound_waits(**kwargs: object) -> None:
    """Let no task wait for long for a database that is silent."""
    patience.bound_process()


@worker_ready.connect
def carry_schedule(sender, **kwargs: object) -> None:  # type: ignore[no-untyped-def]
    """Every worker drives the schedule: the jobs may run twice without harm, and no worker must be the only one."""
    schedule = {
        "otp.redrive": REDRIVE_SECONDS,
        "otp.watch": WATCH_SECONDS,
        "otp.prune": PRUNE_SECONDS,
        "tokens.prune": PRUNE_SECONDS,
        "accounts.resume": RESUME_SECONDS,
    }
    for task, seconds in schedule.items():
        sender.timer.call_repeatedly(seconds, publish, (task, seconds))


def publish(task: str, expires_in_seconds: int) -> None:
    try:
        app.send_task(task, expires=expires_in_seconds)
    except OperationalError:
        logger.warning("%s waits for Redis", task)
