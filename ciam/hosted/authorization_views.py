"""`/oauth2/authorize`, where applications send browsers, and `/oauth2/continue`, from where they go back."""

from django.http import HttpRequest, HttpResponse

from ciam import answers
from ciam.browser_cookies import find_browser, set_cookie
from ciam.hosted import brands, browsers
from ciam.hosted.browsers import CONSENT, CONTINUE, LOG_IN, SIGN_UP, go_to, request_address, third_party_address
from ciam.needs import ANYBODY, declare
from signup import browser_log_ins, browser_sessions
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
        return request_address(LOG_IN, live, ui_locales=wanted.ui_locales if wanted else "")
    if wanted is None:
        return ""
    if consents.claims_to_ask(live.application, wanted, end_user) is not None:
        return request_address(CONSENT, live, ui_locales=wanted.ui_locales)
    return waiting.grant(live, wanted, end_user)


def _answer(request: HttpRequest, caller: Caller, wanted: AuthorizationRequest) -> HttpResponse:
    application = caller.application
    live = browser_sessions.find_log_in(find_browser(request), caller)
    end_user = waiting.find_end_user(live, wanted, application.tenant)
    needs_consent = end_user is not None and consents.claims_to_ask(application, wanted, end_user) is not None
    if "none" in wanted.prompts and (end_user is None or needs_consent):
        return _impossible(application, wanted, "consent_required" if needs_consent else "login_required")
    if live is None or end_user is None or needs_consent:
        return _ask_first(request, caller, wanted, needs_consent)
    try:
        location = authorization_codes.grant(
            application=application, request=wanted, end_user=end_user, session=live.row, now=caller.now
        )
    except SessionGone:  # at this moment: nobody is logged in when the request comes again
        location = request.get_full_path()
    return go_to(location)


def _impossible(application: ApplicationConfiguration, wanted: AuthorizationRequest, error: str) -> HttpResponse:
    return go_to(authorization.refused(wanted, application, error, IMPOSSIBLE[error]))


def _ask_first(request: HttpRequest, caller: Caller, wanted: AuthorizationRequest, needs_consent: bool) -> HttpResponse:
    """The request waits for its tab; who is logged in stays so, as any site may have such a link (S-66)."""
    browser = find_browser(request)
    live, cookie = browser_log_ins.open_request(caller=caller, browser=browser, authorization=wanted.dump())
    response = go_to(
        request_address(CONSENT, live, ui_locales=wanted.ui_locales) if needs_consent else _first_page(live, wanted)
    )
    if cookie:
        set_cookie(response, cookie, request)
    return response


def _first_page(live: Live, wanted: AuthorizationRequest) -> str:
    if wanted.connection:
        return third_party_address(live, wanted.connection)
    is_new = "create" in wanted.prompts and live.application.sign_up.enabled
    return request_address(SIGN_UP if is_new else LOG_IN, live, ui_locales=wanted.ui_locales)


def _nowhere(request: HttpRequest, live: Live) -> HttpResponse:
    """Somebody is logged in, and no application waits for it."""
    login_url = brands.of_application(live.application).login_url
    return go_to(login_url) if login_url else browsers.already_logged_in(request, live.application)
