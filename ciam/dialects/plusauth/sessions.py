"""The browser's session of a call, and where somebody goes who has none."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request
from structlog.contextvars import bind_contextvars

from accounts.codes import CodeRequest
from ciam.browser_cookies import find_browser
from ciam.client_address import source_of
from ciam.dialects.plusauth import answers, origins, sign_up_fields
from ciam.dialects.plusauth.base import PlusAuthView
from ciam.dialects.plusauth.errors import RedirectNeeded
from ciam.needs import BROWSER_SESSION, Declaration, Kind, Needs
from ciam.request_language import choose_language
from signup import browser_sessions
from signup.browser_sessions import Live
from signup.errors import SessionGone
from tenants import call_limits, callers, isolation
from tenants.configuration import ApplicationConfiguration
from tenants.models import Tenant

LONGEST_CLIENT_ID = 128
CODES_IN_ONE_SESSION = 30  # in five minutes; those that are sent have a limit of their own


def find(request: HttpRequest) -> Live | None:
    """Return the session in which somebody may still sign up, with the newest request in which nobody has."""
    tenant_id = request.tenant_id  # type: ignore[attr-defined] # set by ciam.middleware
    live = browser_sessions.find(find_browser(request, is_by_contract=True), tenant_id=tenant_id, end_user=None)
    return live if live and live.request and live.logged_in is None else None


def is_from_script(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "XMLHttpRequest"


def gone(request: HttpRequest) -> SessionGone | RedirectNeeded:
    """What a call without a session is told: where one begins, if the tenant says so and a script asks."""
    location = _login_url(request) if is_from_script(request) else ""
    return RedirectNeeded(location) if location else SessionGone()


def _login_url(request: HttpRequest) -> str:
    tenant_id = request.tenant_id  # type: ignore[attr-defined] # set by ciam.middleware
    client_id = request.GET.get("client_id", "")[:LONGEST_CLIENT_ID]
    if client_id:
        application = callers.find_application(client_id=client_id, tenant_id=tenant_id)
        return application.tenant.login_url if application else ""
    return Tenant.objects.filter(pk=tenant_id).values_list("login_url", flat=True).first() or "" if tenant_id else ""


class SessionView(PlusAuthView):
    """A call of an end user's browser, before it is anybody's."""

    needs: Declaration = BROWSER_SESSION
    live: Live

    def find(self, request: HttpRequest) -> Live | None:
        return find(request)

    def identify(self, request: Request, needs: Needs) -> None:
        if needs.caller is Kind.ANYBODY:
            return
        live = self.find(request._request)
        origins.check(request._request, live.application if live else None)
        if live is None:
            raise gone(request._request)
        self.live = live
        isolation.enter(live.application.tenant.id)
        bind_contextvars(tenant=live.application.tenant.slug, client_id=live.application.client_id)

    def check_state(self) -> None:
        """Go on with the request of the page that has sent its `state`; other clients send none. Raises SessionGone."""
        state = sign_up_fields.read_state(self.body)
        if state is None:
            return
        request = self.request._request
        self.live = browser_sessions.with_state(self.live, state, request.tenant_id)  # type: ignore[attr-defined] # set by ciam.middleware
        isolation.enter(self.live.application.tenant.id)
        origins.check(request, self.live.application)

    @property
    def application(self) -> ApplicationConfiguration:
        """Return the session's, which reads numbers by the region of the page first; raises InvalidField."""
        return self.live.application.with_region_first(sign_up_fields.read_phone_region(self.body))

    def code_sent(self, code_request: CodeRequest, expires_in: int, resend_in: int) -> HttpResponse:
        """Answer that a code is under way; who names a region, as our pages do, is told how the number was read."""
        tells_number = self.body.get("phone_region") is not None
        return answers.code_sent(code_request, expires_in=expires_in, resend_in=resend_in, tells_number=tells_number)

    @property
    def language(self) -> str:
        """That of messages; raises InvalidField."""
        return choose_language(self.request._request, ui_locales=sign_up_fields.read_ui_locales(self.body))

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """A preflight, which names no session."""
        origins.check_preflight(request._request)
        return answers.nothing()

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        origins.allow(request._request, response)
        return super().finalize_response(request, response, *args, **kwargs)

    def brake(self, call: str, *, from_one_place: int, in_one_session: int) -> None:
        """Count the call, by network address and by session; raises TooManyCalls."""
        self._count(call, source_of(self.request._request), from_one_place)
        self._count(call, self.live.row.id.hex, in_one_session)

    def brake_codes(self) -> int:
        """Count a request for a code, by session, and by network over all applications.

        Return how many there were from the network; raises TooManyCalls.
        """
        self._count("code", self.live.row.id.hex, CODES_IN_ONE_SESSION)
        return call_limits.take_code(source=source_of(self.request._request), now=self.live.now)

    def _count(self, call: str, source: str, most: int) -> None:
        client_id, now = self.live.application.client_id, self.live.now
        call_limits.take(f"plusauth {call}", client_id=client_id, source=source, in_window=most, now=now)
