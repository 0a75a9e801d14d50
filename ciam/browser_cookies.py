"""The cookie of a browser's session: `session`, host-only, out of reach of scripts and of other sites (S-64)."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

NAME = "session"
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")


def read_cookie(request: HttpRequest) -> str:
    """Its value, or ""."""
    return request.COOKIES.get(NAME, "")


def set_cookie(response: HttpResponseBase, value: str, request: HttpRequest) -> None:
    response.set_cookie(NAME, value, path="/", secure=not _is_local(request), httponly=True, samesite="Lax")


def clear_cookie(response: HttpResponseBase) -> None:
    response.delete_cookie(NAME, path="/", samesite="Lax")


def _is_local(request: HttpRequest) -> bool:
    """Whether somebody tries the server on his own machine, without TLS."""
    host = request.META.get("HTTP_HOST", "").lower()
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    return not settings.IS_HTTPS and request.scheme == "http" and name in LOCAL_HOSTS
