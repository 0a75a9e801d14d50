"""What the pages share to which applications send browsers: their parameters, their session, where they go next."""

import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from structlog.contextvars import bind_contextvars

from ciam import answers, forms
from ciam.browser_cookies import find_browser
from ciam.client_address import source_of
from ciam.dialects.plusauth import errors, origins
from ciam.hosted import languages, pages
from ciam.json_bodies import BodyTooLarge, InvalidBody
from ciam.needs import BROWSER_SESSION, declare
from signup import browser_sessions
from signup.browser_sessions import Live
from tenants import call_limits, callers, isolation, refusals
from tenants.call_limits import TooManyCalls
from tenants.callers import Caller, InvalidClient
from tenants.configuration import ApplicationConfiguration
from tenants.errors import Refusal

View = Callable[..., HttpResponse]
Response = TypeVar("Response", bound=HttpResponseBase)

CONTINUE, LOG_IN, CONSENT, SIGN_UP = "/oauth2/continue", "/login", "/login/consent", "/signup"
PARAMETER = "request"  # in the address of a page: the request of its tab
REQUEST_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
NO_REQUEST = UUID(int=0)
PAGES_IN_WINDOW = 240  # in five minutes, for one application from one address: an office may share it


def only_get(view: View) -> View:
    """A page that changes something for its browser; a HEAD, which no browser sends, would do it unseen (S-18)."""

    @wraps(view)
    def guarded(request: HttpRequest, **of_path: str) -> HttpResponse:
        if request.method != "GET":
            return answers.error(405, "method_not_allowed", Allow="GET")
        return view(request, **of_path)

    return guarded


def get_or_form(view: View) -> View:
    """A page to which an application may also post its parameters (OpenID Core §3.1.2.1, RP-Initiated Logout §2).

    What another site posts comes without our cookie (S-66), so the browser asks once more, with GET.
    """

    @wraps(view)
    def guarded(request: HttpRequest, **of_path: str) -> HttpResponse:
        if request.method == "POST":
            return _ask_again(request)
        if request.method != "GET":
            return answers.error(405, "method_not_allowed", Allow="GET, POST")
        return view(request, **of_path)

    return guarded


def _ask_again(request: HttpRequest) -> HttpResponse:
    try:
        parameters = forms.read(request)
    except InvalidBody:
        return answers.error(400, "invalid_request", "Send one form, with each parameter once.")
    except BodyTooLarge:
        return answers.error(413, "invalid_request", "The body is too large.")
    return go_to(with_parameters(request.path, parameters), status=303)


def answer_refusals(view: Callable[..., Response]) -> Callable[..., Response | HttpResponse]:
    """Answer a refusal for which a page has no words as the calls of the pages answer it."""

    @wraps(view)
    def guarded(request: HttpRequest, **of_path: str) -> Response | HttpResponse:
        try:
            return view(request, **of_path)
        except Refusal as refusal:
            return errors.answer(refusal, {})

    return guarded


def in_session(view: Callable[..., HttpResponse]) -> View:
    """A page for a browser with a session, which it is given; every other one is told that there is nothing."""

    @declare(BROWSER_SESSION)
    @wraps(view)
    def guarded(request: HttpRequest, **of_path: str) -> HttpResponse:
        live = find_session(request)
        if live is None:
            return nothing_here(request)
        isolation.enter(live.application.tenant.id)
        return view(request, live, **of_path)

    return guarded


def find_parameters(request: HttpRequest) -> dict[str, str] | None:
    """Those of the query that have a value; None where one comes twice (RFC 6749 §3.1)."""
    if any(len(values) != 1 for _, values in request.GET.lists()):
        return None
    return {name: value for name, value in request.GET.dict().items() if value}


def identify(request: HttpRequest, client_id: str) -> Caller:
    """The application that the address names; raises InvalidClient or TooManyFailures."""
    if not client_id:
        raise InvalidClient
    try:
        caller = callers.identify(client_id=client_id, tenant_id=tenant_id(request))
    except InvalidClient as refusal:
        raise refusals.judge(refusal) from None
    bind_contextvars(tenant=caller.application.tenant.slug, client_id=caller.application.client_id)
    return caller


def find_session(request: HttpRequest, caller: Caller | None = None) -> Live | None:
    """Return the session, with the request that the address names, else with the newest that waits.

    Of the application of the `caller`, where the page is one's.
    """
    named = request.GET.get(PARAMETER)
    if named is None:
        return browser_sessions.find(find_browser(request), tenant_id=tenant_id(request), caller=caller)
    return find_named(request, named, caller)


def find_named(request: HttpRequest, name: str, caller: Caller | None = None) -> Live | None:
    """Return the session with the request of this id; where the browser has none such, the session alone."""
    request_id = UUID(hex=name) if REQUEST_ID.fullmatch(name) else NO_REQUEST
    return browser_sessions.find(
        find_browser(request), tenant_id=tenant_id(request), caller=caller, request_id=request_id
    )


def find_waiting(request: HttpRequest) -> Live | None:
    """Return the session with a request that waits, for a call that says later of which page it is."""
    live = find_session(request)
    return live if live and live.request else None


def tenant_id(request: HttpRequest) -> UUID | None:
    """That of the Host, where it names one."""
    return getattr(request, "tenant_id", None)  # set by ciam.middleware, where the Host is known


def find_obstacle(request: HttpRequest, caller: Caller) -> HttpResponse | None:
    """Counts the page; an answer for who opens too many from one place."""
    application = caller.application
    try:
        call_limits.take(
            "log-in page",
            client_id=application.client_id,
            source=source_of(request),
            in_window=PAGES_IN_WINDOW,
            now=caller.now,
        )
    except TooManyCalls as refusal:
        seconds = refusal.retry_after_seconds
        response = message(request, application, "busy", 429, minutes=-(-seconds // 60))
        response.headers["Retry-After"] = str(seconds)
        return response
    return None


def go_to(location: str, *, status: int = 302) -> HttpResponse:
    """Wherever that is: an application on a phone has a scheme of its own."""
    return HttpResponse(status=status, headers={"Location": location, "Cache-Control": "no-store"})


def page_address(path: str, application: ApplicationConfiguration, **more: str) -> str:
    """One of our own pages, for the application; what is empty is left out."""
    given = {"client_id": application.client_id} | {name: value for name, value in more.items() if value}
    return f"{path}?{urlencode(given)}"


def request_address(path: str, live: Live, **more: str) -> str:
    """One of our own pages, for the tab's request."""
    named = {PARAMETER: live.request.id.hex} if live.request else {}
    return page_address(path, live.application, **named, **more)


def third_party_address(live: Live, key: str) -> str:
    """Where the tab's log-in with a third party begins."""
    return with_parameters(f"{LOG_IN}/with/{quote(key, safe='')}", {PARAMETER: live.pending.id.hex})


def onward_address(live: Live) -> str:
    """Where a tab goes once somebody has logged in."""
    return with_parameters(CONTINUE, {PARAMETER: live.request.id.hex} if live.request else {})


def own_address(request: HttpRequest, live: Live) -> str:
    """The same with scheme and host, for a script."""
    return f"{origins.own(request)}{onward_address(live)}"


def with_parameters(address: str, parameters: Mapping[str, str]) -> str:
    """The address with these parameters after its own."""
    if not parameters:
        return address
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(parameters)}"


def message(
    request: HttpRequest,
    application: ApplicationConfiguration,
    about: str,
    status: int = 200,
    *,
    is_logged_in: bool = False,
    **values: Any,
) -> HttpResponse:
    """A page that says one thing, and leads on if there is somewhere."""
    words = languages.words(languages.of_request(request))
    return pages.show(
        request,
        "login/message.html",
        application=application,
        status=status,
        is_logged_in=is_logged_in,
        title=words[f"{about}_title"],
        text=words[f"{about}_text"].format(**values),
    )


def already_logged_in(request: HttpRequest, application: ApplicationConfiguration) -> HttpResponse:
    return message(request, application, "login_already", is_logged_in=True)


def nothing_here(request: HttpRequest) -> HttpResponse:
    """For a browser without a session: in the colours of the Host's only application, if it has just one."""
    try:
        application = callers.identify(client_id="", tenant_id=tenant_id(request)).application
    except InvalidClient:
        return answers.error(404, "not_found")
    return message(request, application, "login_over", 400)
