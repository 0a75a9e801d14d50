"""Reading a form from a request, strictly: OAuth's content type alone, each parameter once, bounded size."""

from django.core.exceptions import TooManyFieldsSent
from django.http import HttpRequest, QueryDict

from ciam import json_bodies
from ciam.json_bodies import BodyTooLarge, InvalidBody

__all__ = ["TYPE", "BodyTooLarge", "InvalidBody", "read"]

TYPE = "application/x-www-form-urlencoded"
MAX_BYTES = 16 * 1024


def read(request: HttpRequest) -> dict[str, str]:
    """Raises InvalidBody, also for a parameter that comes twice (RFC 6749 §3.1, §3.2), or BodyTooLarge."""
    if request.content_type != TYPE:
        raise InvalidBody
    try:
        fields = QueryDict(json_bodies.read_bytes(request, MAX_BYTES), encoding="utf-8")
    except TooManyFieldsSent:
        raise InvalidBody from None
    if any(len(values) != 1 for _, values in fields.lists()):
        raise InvalidBody
    return fields.dict()
