"""`/oauth2/authorize`, where applications send browsers, and `/oauth2/continue`, from where they go back."""

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse

from ciam import answers
from ciam.browser_cookies import read_cookie, set_cookie
from ciam.hosted import brands, browsers
from ciam.hosted.browsers import CONSENT, CONTINUE, LOG_IN, SIGN_UP, go_to, page_address
from ciam.needs import ANYBODY, declare
from signup import browser_sessions
from signup.browser_sessions import Live
from signup.errors import SessionGone
from tenants.callers import Caller, InvalidClient
from tenants.configuration import ApplicationConfiguration
from tokens import authorization, authorization_codes, consents, waiting
from tokens.authorization import AuthorizationError, AuthorizationRequest, InvalidRedirectUri

__all__ = ["CONTINUE", "authorize", "proceed"]
PARAMETER = "OAuth 2.0 Parameter: {}"
IMPOSSIBLE = {
    "login_required": "Nobody is logged in, or not lately enough.",
    "consent_required": "The end user has to be asked first.",
}


@declare(ANYBODY)
@browsers.get_or_form
@browsers.answer_refusals
def authorize(request: HttpRequest) -> HttpResponse:
    """A code at once, or a page first. Who asks wrongly is told so here until its redirect URI is known (S-69)."""
    parameters = browsers.find_parameters(request)
    if parameters is None:
        return answers.error(400, "invalid_request", "A parameter is there twice.")
    if not parameters.get("client_id"):
        return answers.error(400, "invalid_request", PARAMETER.format("client_id"))
    try:
        caller = browsers.identify(request, parameters["client_id"])
        wanted = authorization.read(parameters, caller.application, caller.now)
    except InvalidClient:
        return answers.error(401, "invalid_client")
    except InvalidRedirectUri:
        return answers.error(400, "invalid_request", PARAMETER.format("redirect_uri"))
    except AuthorizationError as refusal:
        return go_to(refusal.location)
    return browsers.find_obstacle(request, caller) or _answer(request, caller, wanted)


@browsers.only_get
@browsers.answer_refusals
@browsers.in_session
def proceed(request: HttpRequest, live: Live) -> HttpResponse:
    """After a log-in or a sign-up: on to the application that waits, by way of what is still missing."""
    try:
        location = _next(live, waiting.request_of(live))
    except SessionGone:  # another tab was faster
        location = ""
    return go_to(location) if location else _nowhere(request, live)


def _next(live: Live, wanted: AuthorizationRequest | None) -> str:
    """Where the browser goes; "" where no application waits. Raises SessionGone if the request was answered before."""
    end_user = waiting.find_end_user(live, wanted, live.application.tenant)
    if wanted and waiting.is_for_another(live, wanted):
        return waiting.refuse_other(live, wanted)
    if end_user is None:
        return page_address(LOG_IN, live.application, ui_locales=wanted.ui_locales if wanted else "")
    if wanted is None:
        return ""
    if consents.claims_to_ask(live.application, wanted, end_user) is not None:
        return page_address(CONSENT, live.application, ui_locales=wanted.ui_locales)
    return waiting.grant(live, wanted, end_user)


def _answer(request: HttpRequest, caller: Caller, wanted: AuthorizationRequest) -> HttpResponse:
    application = caller.application
    live = browsers.find_session(request)
    end_user = waiting.find_end_user(live, wanted, application.tenant)
    needs_consent = end_user is not None and consents.claims_to_ask(application, wanted, end_user) is not None
    if "none" in wanted.prompts and (end_user is None or needs_consent):
        return _impossible(application, wanted, "consent_required" if needs_consent else "login_required")
    if live is None or end_user is None:
        return _log_in_first(request, caller, wanted, live)
    if needs_consent:
        browser_sessions.wait(live.row, wanted.dump(), application.id)
        return go_to(page_address(CONSENT, application, ui_locales=wanted.ui_locales))
    assert live.row.authenticated_at is not None
    location = authorization_codes.grant(
        application=application,
        request=wanted,
        end_user=end_user,
        authenticated_at=live.row.authenticated_at,
        now=caller.now,
    )
    return go_to(location)


def _impossible(application: ApplicationConfiguration, wanted: AuthorizationRequest, error: str) -> HttpResponse:
    return go_to(authorization.refused(wanted, application, error, IMPOSSIBLE[error]))


def _log_in_first(
    request: HttpRequest, caller: Caller, wanted: AuthorizationRequest, live: Live | None
) -> HttpResponse:
    """The request waits in the session of who is logged in, whom a link must not log out (S-66), else in a new one."""
    application = caller.application
    if live and live.logged_in and live.row.tenant_id == application.tenant.id:
        browser_sessions.wait(live.row, wanted.dump(), application.id)
        return go_to(_first_page(application, wanted))
    _, cookie = browser_sessions.open_session(
        application=application, cookie=read_cookie(request), now=caller.now, authorization=wanted.dump()
    )
    response = go_to(_first_page(application, wanted))
    set_cookie(response, cookie, request)
    return response


def _first_page(application: ApplicationConfiguration, wanted: AuthorizationRequest) -> str:
    if wanted.connection:
        return f"{LOG_IN}/with/{quote(wanted.connection, safe='')}"
    is_new = "create" in wanted.prompts and application.sign_up.enabled
    return page_address(SIGN_UP if is_new else LOG_IN, application, ui_locales=wanted.ui_locales)


def _nowhere(request: HttpRequest, live: Live) -> HttpResponse:
    """Somebody is logged in, and no application waits for it."""
    login_url = brands.of_application(live.application).login_url
    return go_to(login_url) if login_url else browsers.message(request, live.application, "login_already")
