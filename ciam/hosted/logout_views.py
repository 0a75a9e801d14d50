"""`/logout`: the browser's session ends, not what applications have opened (contract tencent §9)."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse

from ciam import answers
from ciam.browser_cookies import clear_cookie, read_cookie
from ciam.hosted import browsers
from ciam.hosted.browsers import go_to, with_parameters
from signup import browser_sessions
from tenants.callers import InvalidClient
from tenants.configuration import ApplicationConfiguration
from tokens import identity
from tokens.errors import InvalidToken

LONGEST_STATE = 1024
NO_CLIENT = "Client ID parameter not found"
PARAMETER = "OAuth 2.0 Parameter: {}"


@browsers.get_or_form
@browsers.answer_refusals
def log_out(request: HttpRequest) -> HttpResponse:
    """Goes to one of the application's addresses for it, or says that it is done where it has none."""
    parameters = browsers.find_parameters(request)
    if parameters is None or len(parameters.get("state", "")) > LONGEST_STATE:
        return answers.error(400, "invalid_request")
    try:
        client_id = _client_id(parameters)
        application = browsers.identify(request, client_id).application if client_id else None
    except InvalidToken:
        return answers.error(400, "invalid_request", PARAMETER.format("id_token_hint"))
    except InvalidClient:
        return answers.error(401, "invalid_client")
    if application is None:
        return answers.error(400, "invalid_request", NO_CLIENT)
    address = _address(parameters, application)
    if address is None:
        return answers.error(400, "invalid_request", PARAMETER.format("logout_redirect_uri"))
    return _end(request, application, address, parameters.get("state", ""))


def _client_id(parameters: Mapping[str, str]) -> str:
    """As it is given, or as the ID token names it, which we have signed at some time; raises InvalidToken."""
    given, hint = parameters.get("client_id", ""), parameters.get("id_token_hint", "")
    audience = identity.read_hint(hint).audience if hint else given
    if given and audience != given:
        raise InvalidToken
    return audience


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


def _end(request: HttpRequest, application: ApplicationConfiguration, address: str, state: str) -> HttpResponse:
    browser_sessions.end(read_cookie(request), tenant_id=application.tenant.id)
    if address:
        response = go_to(with_parameters(address, {"state": state} if state else {}))
    else:
        response = browsers.message(request, application, "logout")
    clear_cookie(response)
    return response
