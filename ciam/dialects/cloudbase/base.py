"""What all calls of `/auth/v1` share: JSON on every path and status, who calls, and from where."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request
from rest_framework.views import APIView
from structlog.contextvars import bind_contextvars

from accounts import captchas
from ciam import json_bodies
from ciam.dialect_names import CLOUDBASE
from ciam.dialects.cloudbase import answers, callers, cors, errors
from ciam.dialects.cloudbase.errors import InvalidArgument
from ciam.needs import Declaration, Kind, Needs, find
from ciam.request_language import choose_language
from tenants.callers import InvalidClient
from tenants.configuration import ApplicationConfiguration
from tenants.models import Application
from tokens.bearers import Bearer
from tokens.errors import InvalidToken, MissingScope

MAX_BODY_BYTES = 64 * 1024
NAMED = Needs(Kind.NAMED_CLIENT, dialect=CLOUDBASE)
ANYBODY = Needs(Kind.ANYBODY, dialect=CLOUDBASE)  # whoever can be told: the token says all that is needed
DEVICE_ID = re.compile(r"[!-~]{0,64}", re.ASCII)


class CloudBaseView(APIView):
    """One call. An application that calls may have a user's bearer too; where anybody does, both may be missing."""

    schema = None  # said by hand in openapi.py
    needs: Declaration
    counted_as: str  # by ciam.metrics, where the call is counted
    now: datetime
    bearer: Bearer | None = None
    body: dict[str, Any]
    device_id: str
    language: str
    has_secret: bool  # the caller has shown the application's secret

    @property
    def application(self) -> ApplicationConfiguration:
        """The one that calls, or through which the end user does."""
        application = self.known.application if self.known else None
        assert application is not None
        return application

    @property
    def user_bearer(self) -> Bearer:
        """The bearer of an end user whose session lives; raises InvalidToken if there is none."""
        if self.bearer is None or self.bearer.session is None:
            raise InvalidToken
        return self.bearer

    def demand(self, needs: Needs) -> Bearer:
        """The bearer of a signed-in user with the scopes; raises InvalidToken or MissingScope."""
        if not needs.allows(self.user_bearer):
            raise MissingScope
        return self.user_bearer

    @property
    def token(self) -> str:
        """The bearer's text, good or not."""
        return self.known.token if self.known else ""

    @property
    def captcha_token(self) -> str:
        """Raw-HTTP callers send a header; the clients repeat the call with a query parameter."""
        return self.request.headers.get("X-Captcha-Token", "") or self.request.GET.get("captcha_token", "")

    def redeem_captcha(self) -> bool:
        """Whether a captcha was solved for this request, and is now used up; raises BadCaptchaPass."""
        if not self.captcha_token:
            return False
        captchas.redeem(application=self.application, captcha_pass=self.captcha_token, now=self.now)
        return True

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Method, body, client, origin, bearer, in this order."""
        self.known: callers.Known | None = None
        self.body, self.language = {}, choose_language(request._request)
        if request.method == "OPTIONS":
            return
        needs = self.check_path(request)
        self._read(request)
        self.known = callers.find(request._request, self.body)
        cors.check(request._request, self.known.application)
        self._check_client(self.known, needs)
        self.now, self.bearer, self.has_secret = self.known.now, self.known.bearer(), self.known.has_secret
        if needs.caller is Kind.END_USER:
            self.demand(needs)

    def check_path(self, request: Request) -> Needs:
        """What the method needs; raises MethodNotAllowed."""
        needs = find(self.needs, request.method) if request.method in self.allowed_methods else None
        if needs is None:
            raise MethodNotAllowed(request.method or "")
        return needs

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """A preflight; who calls is not told by it."""
        known = callers.find(request._request, {})
        cors.check_preflight(request._request, known.application)
        return answers.done()

    def get_exception_handler(self) -> Callable[..., Any]:
        return errors.answer

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, str]:
        """Answers are JSON whatever the Accept header says."""
        return self.get_renderers()[0], "application/json"

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        cors.allow(request._request, response)
        return super().finalize_response(request, response, *args, **kwargs)

    def _read(self, request: Request) -> None:
        """The clients set no content type, so fetch says text/plain: what the header says does not matter."""
        self.device_id = request.headers.get("X-Device-Id", "")
        if not DEVICE_ID.fullmatch(self.device_id):
            raise InvalidArgument("x-device-id is malformed.")
        if request.method != "GET":
            self.body = json_bodies.read_object(request._request, max_bytes=MAX_BODY_BYTES, may_be_empty=True)

    def _check_client(self, known: callers.Known, needs: Needs) -> None:
        """A machine shows its secret, or a token that is valid; everybody else is a public client without one."""
        application = known.application
        if application is None and needs.caller is Kind.ANYBODY:
            return
        if application is None or not application.speaks(needs.dialect):
            raise InvalidToken if needs.caller is Kind.END_USER else InvalidClient
        is_machine = application.type == Application.Type.M2M and needs.caller is Kind.NAMED_CLIENT
        if is_machine and not (known.has_secret or known.bearer()):
            raise InvalidClient
        bind_contextvars(tenant=application.tenant.slug, client_id=application.client_id)


class UnknownCall(CloudBaseView):
    """Every path that is none of ours."""

    needs = ANYBODY

    def check_path(self, request: Request) -> Needs:
        raise errors.UnknownPath
