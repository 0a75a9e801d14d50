"""What all of Tencent's calls share: JSON for every answer, one method check, one table of errors."""

from collections.abc import Callable, Mapping
from typing import Any

from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request
from rest_framework.views import APIView

from ciam import json_bodies
from ciam.dialects.tencent import bodies, cors, errors
from ciam.dialects.tencent.authentication import BearerUser, client_of
from ciam.dialects.tencent.bodies import Body
from tenants.callers import Caller
from tenants.configuration import ApplicationConfiguration
from tenants.models import Application
from tokens.bearers import Bearer
from tokens.models import Session

MAX_BODY_BYTES = 64 * 1024


class Call(APIView):
    """The method is judged before the credentials; `own_errors` stand before the rows of the common table."""

    http_method_names = ["post"]
    own_errors: Mapping[errors.Key, errors.Row] = {}

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if (request.method or "").lower() not in self.http_method_names:
            raise MethodNotAllowed(request.method or "")
        super().initial(request, *args, **kwargs)

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

    schema = None  # said by hand in token_openapi.py

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if request.method != "OPTIONS":
            super().initial(request, *args, **kwargs)

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        return cors.preflight(request._request)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        if request.method != "OPTIONS":
            cors.allow(request._request, response, self.known_application)
        return super().finalize_response(request, response, *args, **kwargs)

    @property
    def known_application(self) -> ApplicationConfiguration | None:
        """Who calls, as far as that has been found out."""
        return None


class ClientCall(OpenCall):
    """A call of an application whose credentials stand in the body, or in Basic: the body is read before they are."""

    http_method_names = ["post", "options"]
    authentication_classes = []
    application_types = tuple(Application.Type.values)
    body: Body
    caller: Caller

    @property
    def application(self) -> ApplicationConfiguration:
        return self.caller.application

    @property
    def known_application(self) -> ApplicationConfiguration | None:
        return self.caller.application if hasattr(self, "caller") else None

    def check_permissions(self, request: Request) -> None:
        self.body = bodies.read(request._request, max_json_bytes=MAX_BODY_BYTES)
        self.caller = client_of(request._request, self.body)
        if self.application.type not in self.application_types:
            raise errors.UnauthorizedClient


class BearerCall(OpenCall):
    """A call with the access token of a signed-in end user, with the scope `openid`."""

    http_method_names = ["post", "options"]
    authentication_classes = [BearerUser]

    def check_permissions(self, request: Request) -> None:
        """`BearerUser` has judged."""

    @property
    def bearer(self) -> Bearer:
        bearer: Bearer = self.request.auth  # type: ignore[assignment]
        return bearer

    @property
    def known_application(self) -> ApplicationConfiguration | None:
        is_known = getattr(getattr(self, "request", None), "_auth", None) is not None
        return self.bearer.application if is_known else None

    @property
    def session(self) -> Session:
        assert self.bearer.session is not None
        return self.bearer.session
