"""`/logout`: the browser's session ends, not what applications have opened (contract tencent §9).

A link on any site may lead here, so whoever is logged in is asked first, unless the application shows his ID token
(RP-Initiated Logout §2).
"""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request

from ciam import answers as plain_answers
from ciam.browser_cookies import clear_cookie, read_cookie
from ciam.dialects.plusauth import answers
from ciam.hosted import browsers, languages, login_fields, login_form, pages
from ciam.hosted.browsers import go_to, with_parameters
from ciam.hosted.login_views import LogInCall
from ciam.needs import ANYBODY, declare
from signup import browser_sessions
from signup.browser_sessions import Live
from tenants import clock, refusals
from tenants.callers import InvalidClient
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
        application = browsers.identify(request, client_id).application if client_id else None
    except InvalidToken:
        refusals.count(clock.now())
        return plain_answers.error(400, "invalid_request", PARAMETER.format("id_token_hint"))
    except InvalidClient:
        return plain_answers.error(401, "invalid_client")
    if application is None:
        return plain_answers.error(400, "invalid_request", NO_CLIENT)
    address = _address(parameters, application)
    if address is None:
        return plain_answers.error(400, "invalid_request", PARAMETER.format("logout_redirect_uri"))
    onward = with_parameters(address, {"state": parameters["state"]} if "state" in parameters else {})
    return _ask_or_end(request, application, hint, onward if address else "")


def ask(request: HttpRequest, live: Live, application: ApplicationConfiguration, about: str) -> HttpResponse:
    """A page with a button that ends the session; the browser then opens the same address once more."""
    language = languages.of_request(request)
    words = languages.words(language)
    shown = login_form.log_out(application, about, state=live.row.state, language=language, words=words)
    return pages.show(request, "login/logout.html", application=application, language=language, **shown)


class Confirm(LogInCall):
    """The page's own call, with its `state`: no other site can make it (S-66)."""

    def post(self, request: Request) -> HttpResponse:
        self.brake_passwords()
        login_fields.require_state(self.body)
        live = self.live
        browser_sessions.end(read_cookie(request._request))
        response = answers.success({})
        if live.row.authorization:  # it waits on, for who logs in or signs up next
            _, self.next_cookie = browser_sessions.open_session(
                application=live.application, cookie="", now=live.now, authorization=live.row.authorization
            )
        else:
            clear_cookie(response)
        return response


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


def _ask_or_end(request: HttpRequest, application: ApplicationConfiguration, hint: Hint, onward: str) -> HttpResponse:
    """The session of another tenant, which a browser may have on a shared host, stays."""
    live = browsers.find_session(request)
    is_ours = live is None or live.row.tenant_id == application.tenant.id
    if live and is_ours and live.logged_in and live.logged_in.sub != hint.subject:
        return ask(request, live, application, "logout_ask")
    response = go_to(onward) if onward else browsers.message(request, application, "logout")
    if is_ours:
        browser_sessions.end(read_cookie(request), tenant_id=application.tenant.id)
        clear_cookie(response)
    return response
