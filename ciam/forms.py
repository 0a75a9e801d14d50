"""Reading a form from a request, strictly: OAuth's content type alone, each parameter once, bounded size."""

from django.http import HttpRequest

from ciam import json_bodies
from ciam.json_bodies import BodyTooLarge, InvalidBody

TYPE = "application/x-www-form-urlencoded"
MAX_BYTES = 16 * 1024


def read(request: HttpRequest) -> dict[str, str]:
    """Raises InvalidBody, also for a parameter that comes twice (RFC 6749 §3.1, §3.2), or BodyTooLarge."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if request.content_type != TYPE or not json_bodies.LENGTH.fullmatch(length):
        raise InvalidBody
    if int(length) > MAX_BYTES:
        raise BodyTooLarge
    if any(len(values) != 1 for _, values in request.POST.lists()):
        raise InvalidBody
    return request.POST.dict()
