"""Around every request: its context for whoever writes lines and rows, one line about it, and its numbers."""

import re
import secrets
from collections.abc import Callable
from time import perf_counter

import structlog
from django.http import HttpRequest, HttpResponseBase
from structlog.contextvars import bind_contextvars, clear_contextvars

from ciam import metrics
from ciam.answers import outcome_of
from ciam.client_address import has_trusted_peer, source_of

UNTOLD_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
PATH_CHARACTERS = 200
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)

log = structlog.get_logger(__name__)


def observe(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    def middleware(request: HttpRequest) -> HttpResponseBase:
        started = perf_counter()
        request_id = _request_id(request)
        clear_contextvars()
        bind_contextvars(request_id=request_id, source=source_of(request))
        response = get_response(request)
        response.headers["X-Request-Id"] = request_id
        if request.path not in UNTOLD_PATHS:
            _tell(request, response, perf_counter() - started)
        return response

    return middleware


def _request_id(request: HttpRequest) -> str:
    """Ours, or the one that a proxy of ours has given it."""
    given = request.META.get("HTTP_X_REQUEST_ID", "")
    if given and REQUEST_ID.fullmatch(given) and has_trusted_peer(request):
        return str(given)
    return secrets.token_hex(16)


def _tell(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    outcome = outcome_of(response)
    metrics.count(request, response, outcome, seconds)
    log.info(
        "request",
        method=request.method,
        path=request.path[:PATH_CHARACTERS],
        status=response.status_code,
        milliseconds=round(seconds * 1000, 1),
        outcome=outcome,
    )
