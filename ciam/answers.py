"""JSON answers where no dialect has the word: unknown hosts and paths, and what went wrong in here."""

import logging
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponseBase, JsonResponse

ERROR_TYPE = "application/json;charset=UTF-8"


class IsUnexpected(logging.Filter):
    """Passes what Django logs of failed requests, but for 503 without an exception: that is a refusal like others."""

    def filter(self, record: logging.LogRecord) -> bool:
        return bool(record.exc_info) or getattr(record, "status_code", 500) != 503


def error(
    status: int, name: str, description: str | None = None, *, error_uri: str = "", **headers: str
) -> JsonResponse:
    """OAuth's error object; `error_description` and `error_uri` are left out where there is none."""
    body = {"error": name} | ({"error_description": description} if description else {})
    body |= {"error_uri": error_uri} if error_uri else {}
    answer = JsonResponse(
        body, status=status, content_type=ERROR_TYPE, headers={"Cache-Control": "no-store", **headers}
    )
    answer.outcome = name  # type: ignore[attr-defined]
    return answer


def outcome_of(response: HttpResponseBase) -> str:
    """The name of its error, or `ok`, for logs and metrics."""
    plain = "ok" if response.status_code < 400 else f"http_{response.status_code}"
    return str(getattr(response, "outcome", plain))


def bad_request(request: HttpRequest, exception: Exception) -> JsonResponse:
    return error(400, "invalid_request")


def permission_denied(request: HttpRequest, exception: Exception) -> JsonResponse:
    return error(403, "access_denied")


def not_found(request: HttpRequest, exception: Exception) -> JsonResponse:
    return error(404, "not_found")


def server_error(request: HttpRequest) -> JsonResponse:
    """503 while the database is away, else 500; what happened is in the log, not in the answer."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        return error(503, "temporarily_unavailable", **{"Retry-After": "5"})
    return error(500, "server_error")
