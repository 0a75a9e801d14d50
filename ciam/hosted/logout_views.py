"""`/logout`: the browser's session ends, not what applications have opened (contract tencent §9).

A link on any site may lead here, so whoever is logged in is asked first, unless the application shows his ID token
(RP-Initiated Logout §2).
"""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from rest_framework.request import Request

from ciam import answers as plain_answers
from ciam.browser_cookies import clear_cookie, find_browser, set_cookie
from ciam.dialects.plusauth import answers, sign_up_fields
from ciam.hosted import browsers, languages, login_fields, login_form, pages
from ciam.hosted.browsers import go_to, with_parameters
from ciam.hosted.login_views import LogInCall
from ciam.needs import ANYBODY, declare
from signup import browser_log_ins, browser_sessions
from signup.browser_sessions import Live
from signup.errors import SessionGone
from tenants import clock, refusals, sealing
from tenants.callers import Caller, InvalidClient
from tenants.configuration import ApplicationConfiguration
from tokens import identity
from tokens.errors import InvalidToken
from tokens.identity import Hint

LONGEST_STATE = 1024
NO_CLIENT = "Client ID parameter not found"
PARAMETER = "OAuth 2.0 Parameter: {}"
NO_HINT = Hint(audience="", subject="")


@declare(ANYBODY)
@browsers.get_or_form
@browsers.answer_refusals
def log_out(request: HttpRequest) -> HttpResponse:
    """Goes to one of the application's addresses for it, or says that it is done where it has none."""
    parameters = browsers.find_parameters(request)
    if parameters is None or len(parameters.get("state", "")) > LONGEST_STATE:
        return plain_answers.error(400, "invalid_request")
    try:
        hint = _hint(parameters)
        client_id = hint.audience or parameters.get("client_id", "")
        caller = browsers.identify(request, client_id) if client_id else None
    except InvalidToken:
        refusals.count(clock.now())
        return plain_answers.error(400, "invalid_request", PARAMETER.format("id_token_hint"))
    except InvalidClient:
        return plain_answers.error(401, "invalid_client")
    if caller is None:
        return plain_answers.error(400, "invalid_request", NO_CLIENT)
    address = _address(parameters, caller.application)
    if address is None:
        return plain_answers.error(400, "invalid_request", PARAMETER.format("logout_redirect_uri"))
    onward = with_parameters(address, {"state": parameters["state"]} if "state" in parameters else {})
    return _ask_or_end(request, caller, hint, onward if address else "")


def ask(request: HttpRequest, live: Live, application: ApplicationConfiguration, about: str) -> HttpResponse:
    """A page with a button that ends the log-in; the browser then opens the same address once more."""
    language = languages.of_request(request)
    words = languages.words(language)
    shown = login_form.log_out(application, about, state=_state(live), language=language, words=words)
    return pages.show(request, "login/logout.html", application=application, language=language, **shown)


def _state(live: Live) -> str:
    """Of the page that asks: of this log-in alone."""
    return sealing.keyed_hash("log-out", f"{live.row.id.hex}:{live.row.hash}")


class Confirm(LogInCall):
    """The page's own call, with its `state`: no other site can make it (S-66)."""

    def find(self, request: HttpRequest) -> Live | None:
        return browsers.find_session(request)

    def check_state(self) -> None:
        if sign_up_fields.read_state(self.body) not in (None, _state(self.live)):
            raise SessionGone

    def post(self, request: Request) -> HttpResponse:
        self.brake_passwords()
        login_fields.require_state(self.body)
        response = answers.success({})
        _end(response, request._request, self.live)
        return response


def _end(response: HttpResponseBase, request: HttpRequest, live: Live) -> None:
    """Log the browser out; tabs that have come for a log-in go on with the next one."""
    cookie = browser_log_ins.log_out(live.row, live.now)
    if cookie:
        set_cookie(response, cookie, request)
    elif len(find_browser(request)) < 2:  # no session with another tenant
        clear_cookie(response, request)


def _hint(parameters: Mapping[str, str]) -> Hint:
    """What the ID token says, which we have signed at some time; raises InvalidToken, also where clients differ."""
    given, token = parameters.get("client_id", ""), parameters.get("id_token_hint", "")
    hint = identity.read_hint(token) if token else NO_HINT
    if token and given not in ("", hint.audience):
        raise InvalidToken
    return hint


def _address(parameters: Mapping[str, str], application: ApplicationConfiguration) -> str | None:
    """One of the application's, letter by letter (S-69), or its only one; "" where it has none, None for any other."""
    known = application.logout_redirect_uris
    given = {parameters.get(name, "") for name in ("logout_redirect_uri", "post_logout_redirect_uri")} - {""}
    if given:
        wanted = given.pop()
        return wanted if not given and wanted in known else None
    if not known:
        return ""
    return known[0] if len(known) == 1 else None


def _ask_or_end(request: HttpRequest, caller: Caller, hint: Hint, onward: str) -> HttpResponse:
    """The session with another tenant, which a browser may have on a shared host, stays."""
    application = caller.application
    live = browser_sessions.find_log_in(find_browser(request), caller)
    if live and live.logged_in and live.logged_in.sub != hint.subject:
        return ask(request, live, application, "logout_ask")
    response = go_to(onward) if onward else browsers.message(request, application, "logout")
    if live and live.row.end_user_id:
        _end(response, request, live)
    return response
