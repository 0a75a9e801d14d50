"""The cookies of a browser: `session`, and `device`, by which one that has logged in is known for half a year.

Both are host-only, and out of reach of scripts and of other sites. Where the server is reached by TLS their names begin
with `__Host-`, so that no application on a parent or sibling domain can set them (S-64).
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from accounts import known_devices
from signup import browser_sessions
from signup.browser_sessions import Browser

NAME, DEVICE = "session", "device"
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")


def find_browser(request: HttpRequest, *, is_by_contract: bool = False) -> Browser:
    """Return the sessions of the browser that calls; they are read once for a request.

    PlusAuth's sign-up also takes the cookie by its documented name alone, from clients that keep it by hand.
    """
    if not hasattr(request, "browser"):
        tenant_id = getattr(request, "tenant_id", None)  # set by ciam.middleware, where the Host is known
        values = _values(request, _name(request, NAME))
        values = values or (_values(request, NAME) if is_by_contract else set())
        request.browser = browser_sessions.recognize(values, tenant_id)  # type: ignore[attr-defined]
    found: Browser = request.browser  # type: ignore[attr-defined]
    return found


def _values(request: HttpRequest, name: str) -> set[str]:
    """Return all values of the cookie: applications on a parent domain may have set others of the same name."""
    parts = (part.partition("=") for part in request.META.get("HTTP_COOKIE", "").split(";"))
    values = {value.strip() for key, _, value in parts if key.strip() == name}
    return values if len(values) != 1 else {request.COOKIES.get(name, "")}


def _name(request: HttpRequest, name: str) -> str:
    return f"__Host-{name}" if settings.IS_HTTPS or request.scheme == "https" else name


def set_cookie(response: HttpResponseBase, value: str, request: HttpRequest) -> None:
    _set(response, NAME, value, request)


def read_device(request: HttpRequest) -> str:
    """Return the id of the browser, or "" where it has none that can be used."""
    value = request.COOKIES.get(_name(request, DEVICE), "")
    return value if known_devices.is_usable(value) else ""


def set_device(response: HttpResponseBase, device_id: str, request: HttpRequest) -> None:
    """Keep the id in the browser, for as long as the server knows it."""
    _set(response, DEVICE, device_id, request, max_age=int(known_devices.LIFETIME.total_seconds()))


def clear_cookie(response: HttpResponseBase, request: HttpRequest) -> None:
    response.delete_cookie(_name(request, NAME), path="/", samesite="Lax")


def _set(
    response: HttpResponseBase, name: str, value: str, request: HttpRequest, *, max_age: int | None = None
) -> None:
    name, is_secure = _name(request, name), not _is_local(request)
    response.set_cookie(name, value, max_age=max_age, path="/", secure=is_secure, httponly=True, samesite="Lax")


def _is_local(request: HttpRequest) -> bool:
    """Whether somebody tries the server on his own machine, without TLS."""
    host = request.META.get("HTTP_HOST", "").lower()
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    return not settings.IS_HTTPS and request.scheme == "http" and name in LOCAL_HOSTS
