"""What the calls of this dialect share: JSON on every path and status."""

from collections.abc import Callable
from typing import Any

from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request
from rest_framework.views import APIView

from ciam import json_bodies
from ciam.dialects.plusauth import errors
from ciam.dialects.plusauth.errors import WrongContentType
from ciam.needs import Declaration, Needs, find

MAX_BODY_BYTES = 256 * 1024
WITH_BODY = ("POST", "PATCH")


class PlusAuthView(APIView):
    schema = None  # said by hand in openapi.py
    needs: Declaration
    body: dict[str, Any]

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Method, caller, body, in this order."""
        if request.method == "OPTIONS" and "OPTIONS" in self.allowed_methods:
            return
        needs = find(self.needs, request.method) if request.method in self.allowed_methods else None
        if needs is None:
            raise MethodNotAllowed(request.method or "")
        self.identify(request, needs)
        self.body = self._read(request) if request.method in WITH_BODY else {}

    def identify(self, request: Request, needs: Needs) -> None:
        """Find out who calls, and demand what is declared; raises what each kind of caller has to be told."""

    def get_exception_handler(self) -> Callable[..., Any]:
        return errors.answer

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, str]:
        """Answers are JSON whatever the Accept header says."""
        return self.get_renderers()[0], "application/json"

    def _read(self, request: Request) -> dict[str, Any]:
        if not json_bodies.is_json(request.META.get("CONTENT_TYPE", "")):
            raise WrongContentType
        return json_bodies.read_object(request._request, max_bytes=MAX_BODY_BYTES)
