"""What the server serves, by its URL configuration: each path with its methods."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLResolver, get_resolver

from ciam.needs import Declaration, of_view
from tests.clients import Client

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
ADMIN = "/admin/"  # what stands below is one route


@dataclass(frozen=True, slots=True)
class Route:
    template: str  # as OpenAPI writes it: /api/v1/users/{user_id}
    module: str  # of its view
    needs: Declaration | None = None

    @property
    def path(self) -> str:
        """One of its paths."""
        return re.sub(r"\{\w+\}", "some", self.template)

    @property
    def methods(self) -> tuple[str, ...]:
        """As it answers a method that it does not take, without HEAD and OPTIONS; none where it takes none."""
        if self.template == ADMIN:
            return ()
        response = Client(headers={"host": "localhost"}).generic("TRACE", self.path)
        assert response.status_code in (404, 405), f"{self.template} answers TRACE with {response.status_code}"
        allowed = response.get("Allow", "").split(", ") if response.status_code == 405 else []
        return tuple(method for method in allowed if method not in ("HEAD", "OPTIONS"))


def walk() -> list[Route]:
    return list({route.template: route for route in _walk(get_resolver().url_patterns, "/")}.values())


def _walk(patterns: list[Any], prefix: str) -> Iterator[Route]:
    for pattern in patterns:
        template = prefix + PARAMETER.sub(r"{\1}", str(pattern.pattern))
        if template == ADMIN:
            yield Route(template, "django.contrib.admin")
        elif isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, template)
        else:
            yield Route(template, pattern.callback.__module__, of_view(pattern.callback))
