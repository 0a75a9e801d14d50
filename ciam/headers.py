"""Security headers on every answer; one that a view has set itself stays."""

from collections.abc import Callable, MutableMapping

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

NOTHING = "default-src 'none'; frame-ancestors 'none'"
OWN_PAGES = (
    "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; form-action 'self'; base-uri 'none'; "
    "object-src 'none'"
)
PAGES = ("/admin/", "/docs/")


def add_security(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        for name, value in security(request.path).items():
            response.headers.setdefault(name, value)
        return response

    return middleware


def add_to_file(headers: MutableMapping[str, str], path: str, url: str) -> None:
    """For whitenoise, whose answers pass no middleware."""
    for name, value in security(url).items():
        headers[name] = value


def security(path: str) -> dict[str, str]:
    headers = {
        "Content-Security-Policy": OWN_PAGES if path.startswith(PAGES) else NOTHING,
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "X-Content-Type-Options": "nosniff",
    }
    if path.startswith(PAGES):  # not the hosted pages: applications may open those in a window and wait for its answer
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if settings.SECURE_HSTS_SECONDS:
        headers["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}"
    return headers
