"""Whether the process lives, and whether all that it needs does."""

from collections.abc import Callable

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from kombu.exceptions import OperationalError
from redis.backoff import NoBackoff
from redis.retry import Retry

from ciam.celery import app
from ciam.needs import ANYBODY, declare
from ciam.reading import read_only

TIMEOUT_SECONDS = 1


@declare(ANYBODY)
@read_only
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@declare(ANYBODY)
@read_only
def readyz(request: HttpRequest) -> JsonResponse:
    """200 if database, broker and a worker answer, else 503; `embedded` where jobs run in the web process."""
    parts = {"database": _database()}
    if settings.IS_EAGER:
        parts |= {"broker": "embedded", "worker": "embedded"}
    else:
        parts["broker"] = _broker()
        parts["worker"] = _worker() if parts["broker"] == "ok" else "unknown"
    is_ready = all(state in ("ok", "embedded") for state in parts.values())
    return JsonResponse(parts, status=200 if is_ready else 503)


def _state(is_up: Callable[[], object]) -> str:
    try:
        return "ok" if is_up() else "unavailable"
    except (DatabaseError, redis.RedisError, OperationalError, OSError):
        return "unavailable"


def _database() -> str:
    def ask() -> object:
        writable = "current_setting('transaction_read_only') = 'off'" if connection.vendor == "postgresql" else "1"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {writable}", ())
            return cursor.fetchone()[0]

    return _state(ask)


def _broker() -> str:
    def ask() -> object:
        limits = {"socket_timeout": TIMEOUT_SECONDS, "socket_connect_timeout": TIMEOUT_SECONDS}
        with redis.Redis.from_url(settings.REDIS_URL, retry=Retry(NoBackoff(), 0), **limits) as client:
            return client.ping()

    return _state(ask)


def _worker() -> str:
    return _state(lambda: app.control.ping(timeout=TIMEOUT_SECONDS, limit=1))
