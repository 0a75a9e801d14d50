"""Answers that are only read; those that a client may keep have an ETag."""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags

from ciam import answers

View = Callable[..., HttpResponse]


def read_only(view: View) -> View:
    """Other methods than GET and HEAD are a JSON 405."""

    @wraps(view)
    def guarded(request: HttpRequest, **of_path: str) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return answers.error(405, "method_not_allowed", Allow="GET, HEAD")
        return view(request, **of_path)

    return guarded


def answer(request: HttpRequest, body: bytes, *, content_type: str = "application/json") -> HttpResponse:
    """The document; or 304 with the headers of the document, if the request names its ETag."""
    etag = f'"{sha256(body).hexdigest()[:32]}"'
    is_known = _names(request.headers.get("If-None-Match", ""), etag)
    response = HttpResponse(status=304) if is_known else HttpResponse(body, content_type=content_type)
    for name, value in {"ETag": etag, "Cache-Control": "no-cache", "Content-Length": str(len(body))}.items():
        response.headers[name] = value
    if is_known:
        del response.headers["Content-Type"]
    return response


def _names(header: str, etag: str) -> bool:
    """By the weak comparison, which RFC 9110 §13.1.2 asks for."""
    found = parse_etags(header)
    return found == ["*"] or etag in [one.removeprefix("W/") for one in found]
