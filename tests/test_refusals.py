"""Every call and every page has an answer for every class of refusal, and none of them is a 500.

The database raises the refusal at the first statement, so that it comes up through all layers of a real request.
"""

import base64
import importlib
import inspect
import json
import pkgutil
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.http import HttpResponse

from accounts.models import EndUser
from otp.errors import AddressError
from tenants.errors import Refusal
from tenants.models import Channel
from tests import routes
from tests.clients import Client, basic

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

PACKAGES = ("tenants", "otp", "accounts", "signup", "tokens", "ciam")
PROGRAMS = ("ciam.trial.__main__",)  # nothing to be imported
DIALECTS = "ciam.dialects."
BASES = {AddressError}  # raised as one of its subclasses alone

# By the package of the view: the dialect in whose words it refuses. A shared call has those of the core alone.
AREAS = {
    "ciam.dialects.tencent.": "ciam.dialects.tencent.",
    "ciam.dialects.cloudbase.": "ciam.dialects.cloudbase.",
    "ciam.dialects.plusauth.": "ciam.dialects.plusauth.",
    "ciam.hosted.": "ciam.dialects.plusauth.",
    "ciam.sign_up": "",
}
OTHERS = {
    "ciam.documentation": "The same for everybody.",
    "ciam.health": "Asks whether the database answers, and nothing of the core.",
    "ciam.metrics": "Counts rows, and asks nothing of the core.",
    "ciam.openid": "Documents of a tenant; one that is not there is a 404.",
    "django.contrib.admin": "Staff are told by forms and messages.",
}
ASKS_NOTHING = {
    "/": "A page for browsers alone; nothing is here for programs.",
    "/auth/v1": "Every path is unknown here.",
    "/auth/v1/": "Every path is unknown here.",
    "/auth/v1/{rest}": "Every path is unknown here.",
    "/api/v1/{rest}": "Every path is unknown here.",
    "POST /login/callback/{key}": "A redirect to the same path, whatever comes.",
    "POST /oauth2/authorize": "A redirect to the same path, whatever comes.",
    "POST /oauth2/auth": "A redirect to the same path, whatever comes.",
    "POST /logout": "A redirect to the same path, whatever comes.",
    "GET /signup/contract": "A document of what is published; a client that is refused is its 404.",
}

# What the classes need to be made, by the name of the parameter.
SAMPLES: dict[str, Any] = {
    "retry_after_seconds": 7,
    "reason": "The reason.",
    "field": "profile.name",
    "end_user": EndUser(),
    "challenge": {"algorithm": "SHA-256"},
    "error": "invalid_scope",
    "description": "The description.",
    "location": "https://shop.example/callback?error=invalid_scope",
}


def encoded(part: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


# None of them is known: to find that out, the database is asked.
CALLERS = {
    "application": {"authorization": basic("some")},
    "bearer": {"authorization": f"Bearer {encoded({'alg': 'ES256'})}.{encoded({'aud': 'some'})}.c2ln"},
    "browser": {"cookie": f"session={'s' * 43}"},
}
QUERY = urlencode({"client_id": "some", "redirect_uri": "https://shop.example/", "response_type": "code", "token": "t"})


OF_COUNTING = re.compile(r"tenants_counter|^SELECT (strftime|statement_timestamp)\([^)]*\)$|SAVEPOINT")


class RefusingDatabase:
    """Raises the refusal whatever is asked, but to count the refusal."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        self.was_asked = False

    def __call__(self, execute: Callable[..., Any], statement: str, *arguments: Any) -> Any:
        if self.was_asked and OF_COUNTING.search(statement):
            return execute(statement, *arguments)
        self.was_asked = True
        raise self.refusal


@cache
def import_everything() -> None:
    for name in PACKAGES:
        for module in pkgutil.walk_packages(importlib.import_module(name).__path__, f"{name}."):
            if module.name not in PROGRAMS:
                importlib.import_module(module.name)


def subclasses(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    for one in kind.__subclasses__():
        yield one
        yield from subclasses(one)


def kinds_of(dialect: str) -> list[type[Refusal]]:
    """Those of the core and of `ciam`, and of the dialects those of this one."""
    import_everything()
    ours = tuple(f"{name}." for name in PACKAGES)
    found = [kind for kind in dict.fromkeys(subclasses(Refusal)) if kind.__module__.startswith(ours)]
    own = [kind for kind in found if dialect and kind.__module__.startswith(dialect)]
    return [kind for kind in found if kind not in BASES and not kind.__module__.startswith(DIALECTS)] + own


def refusals_of(dialect: str) -> Iterator[Refusal]:
    for kind in kinds_of(dialect):
        for channel in Channel.values if issubclass(kind, AddressError) else [""]:
            parameters = list(inspect.signature(kind.__init__).parameters.values())[1:]
            needed = [
                one.name for one in parameters if one.kind is one.POSITIONAL_OR_KEYWORD and one.default is one.empty
            ]
            yield kind(**{name: channel if name == "channel" else SAMPLES[name] for name in needed})


def calls() -> dict[str, tuple[str, routes.Route]]:
    return {
        f"{method} {route.template}".strip(): (method, route)
        for route in routes.walk()
        if dialect_of(route) is not None
        for method in route.methods or ("",)
    }


def dialect_of(route: routes.Route) -> str | None:
    """None for one of the `OTHERS`."""
    return next((dialect for area, dialect in AREAS.items() if route.module.startswith(area)), None)


CALLS = calls()


def ask(name: str, caller: str, database: RefusingDatabase) -> HttpResponse:
    method, route = CALLS[name]
    client = Client(headers={"host": "localhost"} | CALLERS[caller], raise_request_exception=False)
    with connection.execute_wrapper(database):
        return client.generic(method, f"{route.path}?{QUERY}", "{}", content_type="application/json")


def callers_of(name: str) -> list[str]:
    """Who is asked for in the database; of `POST /signup` it is a dialect for each of them."""
    databases = {caller: RefusingDatabase(Refusal()) for caller in CALLERS}
    for caller, database in databases.items():
        ask(name, caller, database)
    found = [caller for caller, database in databases.items() if database.was_asked]
    return found if name == "POST /signup" else found[:1]


def test_what_is_left_out_is_there_and_is_all():
    assert set(ASKS_NOTHING) <= set(CALLS)
    assert {route.module for route in routes.walk() if dialect_of(route) is None} == set(OTHERS)


@pytest.mark.parametrize("name", [name for name in CALLS if name not in ASKS_NOTHING])
def test_every_refusal_has_an_answer(name):
    callers = callers_of(name)
    unanswered = [
        f"{type(refusal).__name__} {refusal} ({caller})"
        for refusal in refusals_of(dialect_of(CALLS[name][1]) or "")
        for caller in callers
        if ask(name, caller, RefusingDatabase(refusal)).status_code == 500
    ]

    assert callers
    assert unanswered == []
