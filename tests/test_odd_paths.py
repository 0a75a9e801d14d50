"""No path parameter of any URL makes a 5xx or a redirect to nowhere, whatever it holds and whoever calls."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from tests.administration.pages import StaffBrowser
from tests.authorization.visitors import Visitor, make_shop
from tests.clients import Client
from tests.dialects.cloudbase.signed_in import DEVICE, SignedIn, make_cloudbase_application, make_user
from tests.dialects.plusauth.clients import make_back_end

pytestmark = pytest.mark.django_db

# Control characters, line ends, what is no character or no UTF-8; what paths are made of, ids of nothing, and how the
# admin spells a NUL and a line end.
ODD = (
    *("%00", "a%0d%0aSet-Cookie:%20a=b", "%0a", "%C2%85", "%E2%80%A8", "%ED%A0%80", "%FF", "%EF%BF%BF", "%E2%80%AE"),
    *("%20", "%2e%2e", "..%2f..%2f", "?", "0" * 32, "%EF%BC%90" * 32, "9" * 40, "x" * 3000, "_00_0A_"),
)
METHODS = ("GET", "POST", "PATCH", "DELETE")
PARAMETER = re.compile(r"<(?:\w+:)?\w+>")
Call = Callable[[str, str], HttpResponse]


def walk(patterns: list[Any], prefix: str) -> Iterator[str]:
    """Each path with a parameter, the admin's too; a catch-all of the admin as one."""
    for pattern in patterns:
        is_plain = isinstance(pattern.pattern, RoutePattern)
        path = prefix + (str(pattern.pattern) if is_plain else "<regular_expression>")
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, path)
        elif "<" in path:
            yield path


PATHS = sorted(set(walk(get_resolver().url_patterns, "/")))


def as_staff() -> Call:
    browser = StaffBrowser()
    browser.http.raise_request_exception = False
    return lambda method, path: browser.http.generic(method, path, "", "application/x-www-form-urlencoded")


def as_end_user() -> Call:
    application = make_cloudbase_application()
    user = SignedIn(application, make_user(application))
    token = user.tokens.access_token
    headers = {"host": "localhost", "authorization": f"Bearer {token}", "x-device-id": DEVICE}
    http = Client(headers=headers, raise_request_exception=False)
    return lambda method, path: http.generic(method, f"{path}?client_id={application.client_id}", "{}", "text/plain")


def as_back_end() -> Call:
    back_end = make_back_end()
    return lambda method, path: back_end.call(method.lower(), path, {})


def as_visitor() -> Call:
    visitor = Visitor(make_shop())
    visitor.open_page()
    visitor.http.raise_request_exception = False
    return lambda method, path: visitor.http.generic(method, f"{path}?code=x&state=y", "", "text/plain")


def as_stranger() -> Call:
    http = Client(headers={"host": "localhost"}, raise_request_exception=False)
    return lambda method, path: http.generic(method, path, "{}", "application/json")


CALLERS = {"/admin/": as_staff, "/auth/v1/": as_end_user, "/api/v1/": as_back_end, "/login/": as_visitor}


def caller_of(path: str) -> Call:
    return next((make for prefix, make in CALLERS.items() if path.startswith(prefix)), as_stranger)()


@pytest.mark.parametrize("path", PATHS)
def test_an_odd_parameter_is_refused_or_unknown(path):
    call = caller_of(path)
    troubles = []

    is_admin = path.startswith("/admin/")
    for odd in (*ODD[:5], *ODD[-4:]) if is_admin else ODD:  # its pages are many, and all alike
        for method in METHODS[:2] if is_admin else METHODS:
            answer = call(method, PARAMETER.sub(lambda _: odd, path))  # noqa: B023 - used at once
            location = answer.get("Location", "")
            is_lost = answer.status_code in (301, 302, 303) and not location
            if answer.status_code >= 500 or is_lost or not location.isprintable():
                troubles.append((method, odd, answer.status_code, location))

    assert troubles == []
