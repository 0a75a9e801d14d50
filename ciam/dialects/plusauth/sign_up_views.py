"""Signing up in a browser's session: `POST /signup` and `POST /signup/code` (contract §1, §2)."""

from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request
from structlog.contextvars import bind_contextvars

from accounts import email_verification
from accounts.codes import CodeRequest
from ciam.browser_cookies import read_device, set_cookie, set_device
from ciam.dialects.plusauth import answers, errors, origins, sign_up_fields, user_answers
from ciam.dialects.plusauth.errors import RedirectNeeded
from ciam.dialects.plusauth.sessions import SessionView
from otp import codes, sending
from otp.models import Usage
from signup import browser_codes, flows
from signup.errors import SessionGone
from signup.models import PendingRequest
from signup.registrations import Browser
from tenants.configuration import ApplicationConfiguration
from tenants.models import Channel

# In five minutes, with one application: enough for an office behind one address, too little to try a list of addresses.
SIGN_UPS_FROM_ONE_PLACE = 60
SIGN_UPS_IN_ONE_SESSION = 30
CONTINUE = "/oauth2/continue"
SHORTEST_WAIT_SECONDS = 30  # before the page offers another code


class SignUpCall(SessionView):
    """A call of a page on which nobody has signed up yet."""

    def check_state(self) -> None:
        super().check_state()
        if self.live.pending.end_user_id is not None:
            raise SessionGone


class SignUp(SignUpCall):
    counted_as = "sign_up"

    def post(self, request: Request) -> HttpResponse:
        """The user, under another cookie; or that a mail is under way, where the address must be verified first.

        Where an application waits for whoever signs up, the browser goes on to it (contract §2).
        """
        self.check_state()
        self.brake("sign-up", from_one_place=SIGN_UPS_FROM_ONE_PLACE, in_one_session=SIGN_UPS_IN_ONE_SESSION)
        application, pending = self.application, self.live.pending
        device_id = read_device(request._request) or codes.new_token()
        browser = Browser(self.live.row, pending, codes.new_token(), device_id)
        document = sign_up_fields.read_document(self.body, application)
        registration = sign_up_fields.read_registration(
            self.body, document, self.live, browser=browser, language=self.language
        )
        end_user = flows.register(application=application, registration=registration, now=self.live.now)
        is_mailed = email_verification.is_due(application.tenant, end_user, is_asked_for=document.verify_email)
        is_let_in = not email_verification.is_pending(application.tenant, end_user)
        if pending.authorization and is_let_in:
            response = _onward(request._request, pending)
        elif is_mailed:
            response = answers.success({"message": "verification_email_sent"})
        else:
            response = answers.success(user_answers.own(end_user))
        set_cookie(response, browser.next_cookie, request._request)
        if is_let_in:
            set_device(response, device_id, request._request)
        return response


class SendCode(SignUpCall):
    counted_as = "code_request"

    def post(self, request: Request) -> HttpResponse:
        self.check_state()
        from_network = self.brake_codes()
        channel, address = sign_up_fields.read_address(self.body, self.application)
        bind_contextvars(channel=str(channel))
        code_request = CodeRequest(
            usage=Usage.SIGNUP,
            channel=channel,
            address=address,
            language=self.language,
            is_public=True,
            asked_by_id=self.live.row.id,
            device_id=read_device(request._request),
        )
        solution = sign_up_fields.text(self.body, "altcha", sign_up_fields.LONGEST_SOLUTION)
        browser_codes.send(live=self.live, request=code_request, solution=solution, from_network=from_network)
        resend_in = _resend_in(self.live.application, channel)
        return self.code_sent(code_request, sending.BROWSER_TTL_SECONDS, resend_in)


def _onward(request: HttpRequest, pending: PendingRequest) -> HttpResponse:
    """No failure, though it looks like one."""
    refusal = RedirectNeeded(f"{origins.own(request)}{CONTINUE}?request={pending.id.hex}")
    response = errors.answer(refusal, {})
    response.outcome = "ok"  # type: ignore[attr-defined] # for logs and metrics
    return response


def _resend_in(application: ApplicationConfiguration, channel: Channel) -> int:
    return max(SHORTEST_WAIT_SECONDS, application.tenant.limits[channel].interval_seconds)
