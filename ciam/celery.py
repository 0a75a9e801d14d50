"""The Celery application: JSON messages of known tasks over Redis, or jobs that run in the web process without it."""

import os

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ciam.settings")

from django.conf import settings

REDRIVE_SECONDS = 5
PRUNE_SECONDS = 3600

app = Celery("ciam")
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
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "socket_timeout": 1,
        "socket_connect_timeout": 1,
        "visibility_timeout": 30,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
    },
)
app.autodiscover_tasks(["otp.delivery"])


@worker_ready.connect
def carry_schedule(sender, **kwargs: object) -> None:  # type: ignore[no-untyped-def]
    """Every worker drives the schedule: the jobs may run twice without harm, and no worker must be the only one."""
    for task, seconds in (("otp.redrive", REDRIVE_SECONDS), ("otp.prune", PRUNE_SECONDS)):
        sender.timer.call_repeatedly(seconds, app.send_task, (task,), {"expires": seconds})
