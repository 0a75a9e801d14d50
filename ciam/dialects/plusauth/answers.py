"""What PlusAuth's clients read: JSON on every path and status (contract §2, §9)."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse, JsonResponse

NO_STORE = {"Cache-Control": "no-store"}


def success(body: Mapping[str, Any], status: int = 200) -> JsonResponse:
    return JsonResponse(dict(body), status=status, headers=NO_STORE)


def nothing() -> HttpResponse:
    """204, the one empty answer that the vendor's client can read."""
    return HttpResponse(status=204, headers=NO_STORE)


def error(status: int, name: str, description: str, **members: Any) -> JsonResponse:
    """`members` are those that some errors have besides: `field`, `location`, `challenge`."""
    body = {"error": name, "error_description": description, "status": status, **members}
    answer = JsonResponse(body, status=status, headers=NO_STORE)
    answer.outcome = name  # type: ignore[attr-defined] # for logs and metrics
    return answer
