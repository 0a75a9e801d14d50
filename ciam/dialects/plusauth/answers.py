"""What PlusAuth's clients read: JSON on every path and status (contract §2, §9)."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse, JsonResponse

from accounts.codes import CodeRequest
from otp import phone_numbers
from tenants.models import Channel

NO_STORE = {"Cache-Control": "no-store"}


def success(body: Mapping[str, Any], status: int = 200) -> JsonResponse:
    return JsonResponse(dict(body), status=status, headers=NO_STORE)


def code_sent(request: CodeRequest, *, expires_in: int, resend_in: int, tells_number: bool) -> JsonResponse:
    """A code is under way; our pages are also told which phone number was understood, and of which region it is."""
    seconds = {"expires_in": expires_in, "resend_in": resend_in}
    if request.channel != Channel.SMS or not tells_number:
        return success(seconds)
    number = request.address
    return success(
        seconds | {"sent_to": phone_numbers.international(number), "region": phone_numbers.region_of(number)}
    )


def nothing() -> HttpResponse:
    """204, the one empty answer that the vendor's client can read."""
    return HttpResponse(status=204, headers=NO_STORE)


def error(status: int, name: str, description: str, **members: Any) -> JsonResponse:
    """`members` are those that some errors have besides: `field`, `location`, `challenge`."""
    body = {"error": name, "error_description": description, "status": status, **members}
    answer = JsonResponse(body, status=status, headers=NO_STORE)
    answer.outcome = name  # type: ignore[attr-defined] # for logs and metrics
    return answer
