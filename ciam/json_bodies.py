"""Reading a JSON object from a request, strictly: one meaning, bounded size, nothing coerced (S-01..S-05)."""

import json
import math
import re
from typing import Any, NoReturn

from django.http import HttpRequest
from django.http.request import RawPostDataException, UnreadablePostError

MAX_DEPTH = 32
MAX_MEMBERS = 1_000
SAFE_INTEGER = 2**53 - 1  # RFC 7493
REFUSED = "ciam.refused_body"  # in a request's META: the class of exception that says why its body was not read
LENGTH = re.compile(r"[0-9]{1,19}", re.ASCII)


class InvalidBody(Exception):
    """The body is not one JSON object of the accepted form."""


class BodyTooLarge(Exception):
    """The body is longer than the dialect, or the server, reads."""


class BodyTimedOut(Exception):
    """The body did not arrive in time."""


def is_json(content_type: str) -> bool:
    """Whether a Content-Type names JSON in UTF-8."""
    media_type, *parameters = [part.strip().lower() for part in content_type.split(";")]
    charsets = [one.partition("=")[2].strip('" ') for one in parameters if one.partition("=")[0].strip() == "charset"]
    return media_type == "application/json" and all(charset in ("utf-8", "utf8") for charset in charsets)


def read_object(request: HttpRequest, *, max_bytes: int, may_be_empty: bool = False) -> dict[str, Any]:
    """The object that the body holds; raises InvalidBody or BodyTooLarge."""
    body = read_bytes(request, max_bytes)
    return {} if may_be_empty and not body.strip() else parse_object(body)


def parse_object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_int=_safe_integer,
            parse_float=_finite,
            parse_constant=_refuse,
        )
    except (ValueError, RecursionError):
        raise InvalidBody from None
    if not isinstance(value, dict):
        raise InvalidBody
    _check_shape(value)
    return value


def read_bytes(request: HttpRequest, max_bytes: int) -> bytes:
    """Read the body; raises BodyTooLarge. Without a length in advance it is read from the server's own stream."""
    length = request.META.get("CONTENT_LENGTH")
    if length:
        if not LENGTH.fullmatch(length):
            raise InvalidBody
        if int(length) > max_bytes:
            raise BodyTooLarge
        stream: Any = request
    else:
        stream = request.META["wsgi.input"]
    try:
        body: bytes = stream.read(max_bytes + 1)
    except (OSError, UnreadablePostError, RawPostDataException):
        raise InvalidBody from None
    if len(body) > max_bytes:
        raise BodyTooLarge
    return body


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InvalidBody
    return found


def _safe_integer(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > SAFE_INTEGER:
        raise InvalidBody
    return int(digits)


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise InvalidBody
    return value


def _refuse(constant: str) -> NoReturn:
    raise InvalidBody


def _check_shape(value: Any) -> None:
    """At most 32 levels and 1,000 members in all."""
    members, level = 0, [value]
    for _ in range(MAX_DEPTH):
        children = [child for container in level for child in _children(container)]
        members += len(children)
        if members > MAX_MEMBERS:
            raise InvalidBody
        level = [child for child in children if isinstance(child, (dict, list))]
        if not level:
            return
    raise InvalidBody


def _children(value: dict[str, Any] | list[Any]) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value
