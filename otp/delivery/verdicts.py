"""How a waiting request learns what became of its message: a list in Redis with one item, read once."""

import threading
import time
from functools import lru_cache
from uuid import UUID

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from otp.delivery.models import Delivery

TTL_SECONDS = 10
SHORT_WAIT_SECONDS = 0.7
RECENT_SECONDS = 10
REFUSED = (Delivery.Status.FAILED, Delivery.Status.VOID)
_waiting = threading.BoundedSemaphore(max(1, settings.WEB_THREADS // 2))


class Refusals:
    """The last message that no sender took, known to all threads of the process."""

    _last = float("-inf")  # of the monotonic clock

    @classmethod
    def note(cls) -> None:
        cls._last = time.monotonic()

    @classmethod
    def are_recent(cls) -> bool:
        return time.monotonic() - cls._last < RECENT_SECONDS


def announce(delivery_id: UUID, status: str) -> None:
    """Tell the request, if it still waits; a verdict that cannot be told is only a later answer."""
    try:
        with _redis().pipeline(transaction=False) as pipeline:
            pipeline.rpush(_key(delivery_id), status)
            pipeline.expire(_key(delivery_id), TTL_SECONDS)
            pipeline.execute()
    except redis.RedisError:
        return


def wait(delivery_id: UUID) -> str | None:
    """Return the delivery's status, or None if it is not known in time.

    Half of the threads may wait for as long as is set, so that a slow sender leaves the others free. Those wait only
    while a sender refuses messages, and a little, in which most senders refuse what they refuse.
    """
    is_long = _waiting.acquire(blocking=False)
    if not is_long and not Refusals.are_recent():
        return None
    seconds = settings.VERDICT_WAIT_SECONDS if is_long else min(SHORT_WAIT_SECONDS, settings.VERDICT_WAIT_SECONDS)
    try:
        answer = _redis().blpop([_key(delivery_id)], timeout=seconds)
    except redis.RedisError:
        return None
    finally:
        if is_long:
            _waiting.release()
    status = str(answer[1]) if answer else None
    if status in REFUSED:
        Refusals.note()
    return status


def _key(delivery_id: UUID) -> str:
    return f"verdict:{delivery_id.hex}"


@lru_cache(maxsize=1)
def _redis() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=settings.VERDICT_WAIT_SECONDS + 0.5,
        socket_connect_timeout=1,
        decode_responses=True,
        retry=Retry(NoBackoff(), 0),
    )
