"""What all of Tencent's calls share: JSON for every answer, one method check, one table of errors."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request
from rest_framework.views import APIView

from ciam import json_bodies
from ciam.dialects.tencent import authentication, bodies, cors, errors
from ciam.dialects.tencent.bodies import Body
from ciam.needs import Declaration, Kind, Needs, find
from tenants.callers import Caller, InvalidClient
from tenants.configuration import ApplicationConfiguration
from tenants.models import Application
from tokens.bearers import Bearer
from tokens.models import Session

MAX_BODY_BYTES = 64 * 1024


class Call(APIView):
    """The method is judged before the credentials; `own_errors` stand before the rows of the common table.

    Who calls is `caller`, an application, or `bearer`, an end user.
    """

    http_method_names = ["post"]
    authentication_classes = []
    own_errors: Mapping[errors.Key, errors.Row] = {}
    needs: Declaration
    application_types = tuple(Application.Type.values)
    caller: Caller | None = None
    bearer: Bearer | None = None
    body: Body  # of a call whose credentials may stand in it

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if (request.method or "").lower() not in self.http_method_names:
            raise MethodNotAllowed(request.method or "")
        super().initial(request, *args, **kwargs)

    def check_permissions(self, request: Request) -> None:
        """Find out who calls, and demand what is declared."""
        needs = find(self.needs, request.method)
        if needs is None:
            raise MethodNotAllowed(request.method or "")
        if needs.caller is Kind.END_USER:
            self.bearer = authentication.bearer_of(request._request, needs)
        else:
            self.caller = self._client(request, needs)
            if not self.application.speaks(needs.dialect):
                raise InvalidClient
            if self.application.type not in self.application_types:
                raise errors.UnauthorizedClient

    def _client(self, request: Request, needs: Needs) -> Caller:
        """Credentials that may stand in the body are judged when it has been read, those of Basic before."""
        if needs.caller is Kind.CONFIDENTIAL_CLIENT:
            return authentication.basic_client(request._request)
        self.body = bodies.read(request._request, max_json_bytes=MAX_BODY_BYTES)
        return authentication.client_of(request._request, self.body)

    @property
    def application(self) -> ApplicationConfiguration:
        known = self.caller or self.bearer
        assert known is not None
        return known.application

    @property
    def now(self) -> datetime:
        known = self.caller or self.bearer
        assert known is not None
        return known.now

    @property
    def is_authenticated(self) -> bool:
        """Whether the client has shown its secret."""
        return self.caller is not None and self.caller.is_authenticated

    @property
    def session(self) -> Session:
        assert self.bearer is not None
        assert self.bearer.session is not None
        return self.bearer.session

    def get_exception_handler(self) -> Callable[..., Any]:
        return errors.answer

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, str]:
        """Answers are JSON whatever the Accept header says."""
        return self.get_renderers()[0], "application/json"

    def read_body(self, request: Request) -> dict[str, Any]:
        if not json_bodies.is_json(request.META.get("CONTENT_TYPE", "")):
            raise errors.InvalidRequest
        return json_bodies.read_object(request._request, max_bytes=MAX_BODY_BYTES)


class OpenCall(Call):
    """A call that pages of other origins may make too: whoever calls shows a secret or a token, and no cookie."""

    http_method_names = ["post", "options"]
    schema = None  # said by hand in token_openapi.py

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if request.method != "OPTIONS":
            super().initial(request, *args, **kwargs)

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        return cors.preflight(request._request)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        if request.method != "OPTIONS":
            known = self.caller or self.bearer
            cors.allow(request._request, response, known.application if known else None)
        return super().finalize_response(request, response, *args, **kwargs)
