"""Where mass actions run: by workers, or without Redis a little at a time in the threads of the web process."""

import time
from contextlib import suppress
from functools import partial
from threading import Thread
from uuid import UUID

from django.conf import settings
from django.db import connections, transaction
from kombu.exceptions import OperationalError

from accounts import bulk_actions
from accounts.models import BulkAction
from otp.delivery.background import BACKGROUND
from tenants import clock

STEP_SECONDS = 2.0  # then a worker that is asked to stop may do so
WEB_STEP_SECONDS = 0.3  # then the thread may send messages
RESUME_SECONDS = 10


def hand_over(action: BulkAction) -> None:
    """Let the action be worked on as soon as the transaction is committed."""
    transaction.on_commit(lambda: _publish(action.pk), robust=True)


def step(action_id: UUID) -> None:
    """Do some batches, and let the rest follow."""
    seconds = WEB_STEP_SECONDS if settings.IS_EAGER else STEP_SECONDS
    if bulk_actions.work(action_id, seconds=seconds):
        _publish(action_id)


def resume() -> None:
    """Go on with what nobody works on."""
    for action_id in bulk_actions.unfinished(clock.now()):
        _publish(action_id)


def start_schedule() -> None:
    """Without Redis no worker has a schedule, so each web process looks for what is left of one that ended."""
    if settings.IS_EAGER:
        Thread(target=_keep_resuming, name="mass-actions", daemon=True).start()


def _keep_resuming() -> None:
    while True:
        time.sleep(RESUME_SECONDS)
        with suppress(Exception):  # the database is away: the next round asks again
            resume()
        connections.close_all()


def _publish(action_id: UUID) -> None:
    if settings.IS_EAGER:
        BACKGROUND.put(partial(step, action_id))
        return
    from accounts.tasks import bulk_action  # which imports this module

    with suppress(OperationalError):  # the workers' schedule finds it
        bulk_action.apply_async(kwargs={"action_id": action_id.hex})
