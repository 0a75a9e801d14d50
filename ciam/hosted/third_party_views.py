"""Logging in with a third party: out to it, and back from it to the application that waits."""

import secrets
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote, urlencode

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from django.http import HttpRequest, HttpResponse

from accounts.errors import EmailNotVerified, EndUserBlocked, EndUserNotFound
from accounts.third_party import arrivals, exchange, providers
from accounts.third_party.exchange import Evidence
from accounts.third_party.providers import Provider
from ciam import answers, forms
from ciam.browser_cookies import read_device, set_cookie, set_device
from ciam.hosted import browsers
from ciam.hosted.browsers import LOG_IN, go_to, request_address
from ciam.needs import ANYBODY, BROWSER_SESSION, declare
from otp import codes
from signup import browser_log_ins, pending_requests
from signup.browser_sessions import Live
from signup.errors import MissingAttributes, SessionGone
from tenants import isolation, sealing
from tenants.callers import Caller
from tenants.errors import Refusal, SignUpDisabled
from tokens import grants, waiting
from tokens.entering import BrowserLogIn

LONGEST_CODE = 4096
# What went wrong, as the page says it; of all else a person is told that it did not work.
TROUBLES: dict[type[Refusal], str] = {
    EndUserBlocked: "login_blocked",
    EmailNotVerified: "login_mail_text",
    EndUserNotFound: "login_provider_unknown",
    SignUpDisabled: "login_provider_unknown",
    MissingAttributes: "login_provider_unknown",
}
FAILED = "login_provider_failed"
PARTS = ("state", "nonce", "verifier")


@dataclass(frozen=True, slots=True)
class Errand:
    """What goes out to the third party and is compared when it comes back: of one page, for one way back."""

    state: str
    nonce: str
    code_verifier: str

    @classmethod
    def of(cls, live: Live, provider_key: str) -> Self:
        """Nothing of it is kept: it follows from the state of the tab's request, which every way back turns."""
        about = f"{live.pending.id.hex}:{live.pending.state}:{provider_key}"
        state, nonce, verifier = (sealing.keyed_hash(f"third-party-{part}", about) for part in PARTS)
        return cls(f"{live.pending.id.hex}.{state}", nonce, verifier)


@browsers.only_get
@browsers.answer_refusals
@browsers.in_session
def go_out(request: HttpRequest, live: Live, key: str) -> HttpResponse:
    """To the third party, for a browser with a request that waits."""
    if waiting.request_of(live) is None:
        return browsers.nothing_here(request)
    obstacle = browsers.find_obstacle(request, Caller(live.application, live.now))
    if obstacle:
        return obstacle
    try:
        return go_to(_address(live, providers.get(live.application.tenant.id, key)))
    except Refusal:
        return _log_in(live, key, FAILED)


@declare({"GET": BROWSER_SESSION, "POST": ANYBODY})
@browsers.answer_refusals
def come_back(request: HttpRequest, key: str) -> HttpResponse:
    """From the third party; what it posts, which comes without our cookie, is asked for once more (Apple)."""
    if request.method == "POST":
        return _ask_again(request)
    if request.method != "GET":
        return answers.error(405, "method_not_allowed", Allow="GET, POST")
    return _return(request, key=key)


def _return(request: HttpRequest, key: str) -> HttpResponse:
    given = request.GET.get("state", "")
    live = browsers.find_named(request, given.partition(".")[0])
    if live is None or waiting.request_of(live) is None:
        live = browsers.find_waiting(request)
    if live is None or waiting.request_of(live) is None:
        return browsers.nothing_here(request)
    isolation.enter(live.application.tenant.id)
    errand = Errand.of(live, key)
    if not secrets.compare_digest(given.encode("utf-8", "replace"), errand.state.encode()):
        return _log_in(live, key, FAILED)
    try:
        pending_requests.turn(live.pending)
    except SessionGone:
        return _log_in(live, key, FAILED)
    return _enter(request, live, key, errand)


def _ask_again(request: HttpRequest) -> HttpResponse:
    try:
        fields = forms.read(request) if request.content_type == forms.TYPE else {}
    except forms.InvalidBody:
        return answers.error(400, "invalid_request")
    except forms.BodyTooLarge:
        return answers.error(413, "invalid_request", "The body is too large.")
    passed_on = [(name, fields[name]) for name in ("code", "state", "error") if name in fields]
    return HttpResponse(status=303, headers={"Location": f"{quote(request.path)}?{urlencode(passed_on)}"})


def _enter(request: HttpRequest, live: Live, key: str, errand: Errand) -> HttpResponse:
    code = request.GET.get("code", "")
    if not 0 < len(code) <= LONGEST_CODE:  # they had no code for us: somebody has changed his mind
        return _log_in(live, key, FAILED)
    device_id = read_device(request) or codes.new_token()
    try:
        cookie = _log_in_by(live, device_id, providers.get(live.application.tenant.id, key), code, errand)
    except EmailNotVerified as refusal:
        cookie = browser_log_ins.lend(live.row, live.pending, end_user_id=refusal.end_user.id)
        response = _log_in(live, key, TROUBLES[EmailNotVerified])
    except Refusal as refusal:
        return _log_in(live, key, TROUBLES.get(type(refusal), FAILED))
    else:
        response = go_to(browsers.onward_address(live))
        set_device(response, device_id, request)
    if cookie:
        set_cookie(response, cookie, request)
    return response


def _log_in_by(live: Live, browser_id: str, provider: Provider, code: str, errand: Errand) -> str:
    """The value of the next cookie; the identity alone says who it is, and no address does (S-36)."""
    evidence = Evidence(
        code=code,
        redirect_uri=_redirect_uri(live, provider),
        nonce=errand.nonce if provider.is_openid else "",
        code_verifier=errand.code_verifier if provider.is_openid else "",
    )
    application, device_id, now = live.application, live.row.id.hex, live.now
    token, _ = arrivals.arrive(
        application=application, device_id=device_id, provider=provider, evidence=evidence, now=now
    )
    return grants.by_identity(
        application=application,
        provider_token=token,
        provider=provider.key,
        may_sign_up=application.sign_up.enabled,
        sync_profile=False,
        device_id=device_id,
        into=BrowserLogIn(live.row, live.pending, browser_id),
        now=now,
    )


def _address(live: Live, provider: Provider) -> str:
    """Where the browser goes; raises ProviderFailed."""
    errand = Errand.of(live, provider.key)
    openid = {
        "nonce": errand.nonce,
        "code_challenge": create_s256_code_challenge(errand.code_verifier),
        "code_challenge_method": "S256",
    }
    return exchange.authorization_address(
        provider,
        redirect_uri=_redirect_uri(live, provider),
        state=errand.state,
        scope="",
        extra=openid if provider.is_openid else {},
    )


def _redirect_uri(live: Live, provider: Provider) -> str:
    """As the third party knows it."""
    return f"{live.application.tenant.base_url}{LOG_IN}/callback/{provider.key}"


def _log_in(live: Live, key: str, trouble: str) -> HttpResponse:
    return go_to(request_address(LOG_IN, live, trouble=trouble, **{"with": key}))
