"""The page on which somebody logs in, and what it calls: by password, by code, with a forgotten password."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request
from structlog.contextvars import bind_contextvars

from accounts.codes import CodeRequest
from accounts.errors import CaptchaRequired, EmailNotVerified, NoPasswordSource
from accounts.self_service import recovery
from ciam import answers as plain_answers
from ciam.browser_cookies import read_device, set_cookie, set_device
from ciam.dialects.plusauth import answers
from ciam.dialects.plusauth.sessions import SessionView
from ciam.hosted import browsers, languages, login_fields, login_form, pages
from ciam.hosted.browsers import go_to
from ciam.needs import ANYBODY, BROWSER_SESSION
from otp import codes, sending
from otp.models import Usage
from signup import browser_codes, browser_log_ins, proof_of_work
from signup.browser_sessions import Live
from signup.errors import ProofOfWorkRequired
from tenants.callers import InvalidClient
from tenants.configuration import OtpSource
from tenants.models import Channel, IdentityProvider
from tokens import grants, waiting
from tokens.authorization import AuthorizationRequest
from tokens.entering import BrowserLogIn

TROUBLES = frozenset({"login_provider_failed", "login_provider_unknown", "login_blocked", "login_mail_text"})
# In five minutes, with one application: enough for an office behind one address.
PASSWORDS_FROM_ONE_PLACE = 200
PASSWORDS_IN_ONE_SESSION = 60
SHORTEST_WAIT_SECONDS = 30  # before the page offers another code


def page(request: HttpRequest) -> HttpResponse:
    """The ways in of the application that waits; what else opens it is told that nothing does, and led on."""
    try:
        caller = browsers.identify(request, request.GET.get("client_id", ""))
    except InvalidClient:
        return plain_answers.error(404, "not_found")
    application = caller.application
    live = browsers.find_session(request, caller)
    wanted = waiting.request_of(live) if live and live.application.id == application.id else None
    if live and wanted is None and live.logged_in:  # who comes back from the application
        return browsers.already_logged_in(request, application)
    if live is None or wanted is None:
        return browsers.message(request, application, "login_over", 400)
    if waiting.find_end_user(live, wanted, application.tenant):
        return go_to(browsers.onward_address(live))
    return _show(request, live, wanted)


def _show(request: HttpRequest, live: Live, wanted: AuthorizationRequest) -> HttpResponse:
    live = replace(live, application=languages.with_readers_region(request, live.application))
    application, language = live.application, languages.of_request(request)
    words = languages.words(language)
    providers = list(IdentityProvider.objects.filter(tenant_id=application.tenant.id, enabled=True).order_by("key"))
    shown = login_form.page(
        live,
        language=language,
        words=words,
        providers=providers,
        login_hint=wanted.login_hint,
        trouble=_trouble(request, words, providers),
    )
    return pages.show(request, "login/page.html", application=application, language=language, **shown)


def _trouble(request: HttpRequest, words: dict[str, str], providers: list[IdentityProvider]) -> str:
    """What went wrong with a third party, in words; the address says which of ours, and whose."""
    asked = request.GET.get("trouble", "")
    provider = next((one for one in providers if one.key == request.GET.get("with")), None)
    if asked not in TROUBLES or provider is None:
        return ""
    return words[asked].format(name=login_form.provider_name(provider))


class LogInCall(SessionView):
    """A call of the page; the session may be somebody's already, who logs in once more or as another one."""

    next_cookie = device_id = ""

    def find(self, request: HttpRequest) -> Live | None:
        return browsers.find_waiting(request)

    def enter(self, log_in: Callable[[BrowserLogIn], str]) -> HttpResponse:
        """Where the page goes with the next cookie. An address that has to be verified first gets the session too."""
        device_id = read_device(self.request._request) or codes.new_token()
        try:
            self.next_cookie = log_in(BrowserLogIn(self.live.row, self.live.pending, device_id))
            self.device_id = device_id
        except EmailNotVerified as refusal:
            self.next_cookie = browser_log_ins.lend(self.live.row, self.live.pending, end_user_id=refusal.end_user.id)
            raise
        return self.onward()

    def onward(self) -> HttpResponse:
        return answers.success({"location": browsers.own_address(self.request._request, self.live)})

    def send(self, code_request: CodeRequest, expires_in: int, from_network: int) -> HttpResponse:
        bind_contextvars(channel=str(code_request.channel))
        solution = login_fields.solution(self.body)
        browser_codes.send(live=self.live, request=code_request, solution=solution, from_network=from_network)
        waiting_time = self.application.tenant.limits[code_request.channel].interval_seconds
        resend_in = max(SHORTEST_WAIT_SECONDS, waiting_time)
        return self.code_sent(code_request, expires_in, resend_in)

    def brake_passwords(self) -> None:
        self.check_state()
        self.brake("log-in", from_one_place=PASSWORDS_FROM_ONE_PLACE, in_one_session=PASSWORDS_IN_ONE_SESSION)

    def brake_codes(self) -> int:
        self.check_state()
        return super().brake_codes()

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        if self.next_cookie:
            set_cookie(response, self.next_cookie, request._request)
        if self.device_id:
            set_device(response, self.device_id, request._request)
        return super().finalize_response(request, response, *args, **kwargs)


PAGE_AND_CALL = {"GET": ANYBODY, "POST": BROWSER_SESSION}


class LogIn(LogInCall):
    needs = PAGE_AND_CALL

    def get(self, request: Request) -> HttpResponse:
        return page(request._request)

    def post(self, request: Request) -> HttpResponse:
        """By password; a proof of work is the captcha where the source wants one."""
        self.brake_passwords()
        identifiers = login_fields.identifiers(self.body, self.application)
        password, solution = login_fields.password(self.body), login_fields.solution(self.body)
        session, now = self.live.row, self.live.now
        try:
            return self.enter(
                lambda into: grants.by_password(
                    application=self.application,
                    identifiers=identifiers,
                    password=password,
                    captcha=lambda failures: proof_of_work.redeem(session, solution, now, doublings=failures),
                    into=into,
                    now=now,
                )
            )
        except CaptchaRequired as refusal:
            challenge = proof_of_work.challenge(session, now, doublings=refusal.failures_beyond)
            raise ProofOfWorkRequired(challenge) from None


class SendCode(LogInCall):
    counted_as = "code_request"

    def post(self, request: Request) -> HttpResponse:
        """To whoever has the address, with an account or without."""
        from_network = self.brake_codes()
        source, channel, address = login_fields.source_and_address(self.body, self.application)
        code_request = _code_request(self, Usage.LOGIN, channel, address, source)
        return self.send(code_request, source.code_ttl_seconds, from_network)


class Verify(LogInCall):
    def post(self, request: Request) -> HttpResponse:
        self.brake_passwords()
        source, channel, address = login_fields.source_and_address(self.body, self.application)
        proof = login_fields.proof(self.body, channel, address, self.live.row.id)
        return self.enter(
            lambda into: grants.by_code(
                application=self.application,
                proof=proof,
                source=source,
                typed=address,
                may_sign_up=False,
                into=into,
                now=self.live.now,
            )
        )


class SendResetCode(LogInCall):
    counted_as = "code_request"

    def post(self, request: Request) -> HttpResponse:
        """To who has an account with the address; who asks is told the same in any case (S-88)."""
        from_network = self.brake_codes()
        if self.application.login.password_source is None:
            raise NoPasswordSource
        channel, address = login_fields.channel_and_address(self.body, self.application)
        code_request = _code_request(self, Usage.RESET_PASSWORD, channel, address)
        return self.send(code_request, sending.BROWSER_TTL_SECONDS, from_network)


class Reset(LogInCall):
    needs = replace(BROWSER_SESSION, fresh_proof=True)

    def post(self, request: Request) -> HttpResponse:
        """The new password; the page logs in with it then."""
        self.brake_passwords()
        channel, address = login_fields.channel_and_address(self.body, self.application)
        recovery.reset_by_code(
            application=self.application,
            proof=login_fields.proof(self.body, channel, address, self.live.row.id),
            new_password=login_fields.password(self.body),
            now=self.live.now,
        )
        return answers.success({})


def _code_request(
    call: LogInCall, usage: Usage, channel: Channel, address: str, source: OtpSource | None = None
) -> CodeRequest:
    return CodeRequest(
        usage=usage,
        channel=channel,
        address=address,
        language=call.language,
        is_public=True,
        source=source,
        asked_by_id=call.live.row.id,
        device_id=read_device(call.request._request),
    )
