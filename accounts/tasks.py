"""What workers run of mass actions; each task may run twice without harm."""

from typing import Any
from uuid import UUID

from celery import shared_task

from accounts import bulk_jobs


@shared_task(name="accounts.bulk_action")
def bulk_action(*, action_id: str, **_: Any) -> None:
    """Do some batches of a mass action."""
    bulk_jobs.step(UUID(action_id))


@shared_task(name="accounts.resume")
def resume(**_: Any) -> None:
    """Go on with mass actions whose message was lost, or whose worker died."""
    bulk_jobs.resume()
