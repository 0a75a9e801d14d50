"""`/account/verifyEmail`: where the link of a message leads, and where its code is entered."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request

from accounts import email_verification
from accounts.email_verification import Link
from accounts.errors import VerificationExpired, VerificationUsed
from accounts.models import EndUser
from accounts.profiles import InvalidField
from accounts.takeover import Outcome
from ciam.browser_cookies import find_browser, read_device, set_cookie, set_device
from ciam.dialects.plusauth import answers, errors, origins, sign_up_fields
from ciam.dialects.plusauth.base import PlusAuthView
from ciam.hosted import browsers, languages, pages
from ciam.needs import ANYBODY, BROWSER_SESSION, Kind, Needs
from otp import codes
from otp.addresses import mask
from otp.errors import BadVerificationToken
from signup import browser_sessions
from signup.browser_sessions import Live
from signup.errors import SessionGone
from tenants import isolation, refusals
from tenants.callers import InvalidClient, identify
from tenants.configuration import ApplicationConfiguration
from tenants.models import Channel
from tokens import grants
from tokens.entering import BrowserLogIn

NO_LINK = (BadVerificationToken, VerificationExpired, VerificationUsed)
LONGEST_TEXT = 256


class BrowserView(PlusAuthView):
    """A call of our own pages, or of pages of the application, in the session of who has signed up."""

    _live: Live | None = None

    @property
    def tenant_id(self) -> UUID | None:
        found: UUID | None = self.request._request.tenant_id  # type: ignore[attr-defined] # set by ciam.middleware
        return found

    @property
    def live(self) -> Live:
        """Raises SessionGone where the browser has no session."""
        if self._live is None:
            raise SessionGone
        return self._live

    @property
    def end_user(self) -> EndUser:
        """Who has signed up in the tab, or is logged in; raises SessionGone if nobody is."""
        live = self.live
        end_user: EndUser | None = (live.request and live.request.end_user) or live.logged_in
        if end_user is None:
            raise SessionGone
        return end_user

    def identify(self, request: Request, needs: Needs) -> None:
        """A link of a mail is opened from anywhere, and changes nothing."""
        browser = find_browser(request._request)
        self._live = browser_sessions.find(browser, tenant_id=self.tenant_id, end_user__isnull=False)
        if self._live:
            isolation.enter(self._live.application.tenant.id)
        if request.method in ("GET", "HEAD"):
            return
        origins.check(request._request, self._live.application if self._live else None)
        if needs.caller is Kind.BROWSER_SESSION:
            self.end_user  # noqa: B018 - raises

    def _find_tab(self) -> None:
        """Go on with the request of the page that has sent its `state`, if somebody has signed up in it.

        A page that was loaded again since has another one, and other clients send none.
        """
        state = sign_up_fields.read_state(self.body)
        if state is None:
            return
        try:
            found = browser_sessions.with_state(self.live, state, self.tenant_id)
        except SessionGone:
            return
        if found.pending.end_user_id:
            self._live = found
            isolation.enter(found.application.tenant.id)

    def is_known(self, end_user_id: UUID | None) -> bool:
        """Whether the end user has signed up or logged in in this browser."""
        browser = find_browser(self.request._request)
        return end_user_id is not None and browser_sessions.knows(browser, end_user_id)

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """A preflight, which names no session."""
        origins.check_preflight(request._request)
        return answers.nothing()

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        origins.allow(request._request, response)
        return super().finalize_response(request, response, *args, **kwargs)


class VerifyEmail(BrowserView):
    needs = ANYBODY  # a link's token; a code needs the session of who signed up

    def get(self, request: Request) -> HttpResponse:
        """A page with a button, and nothing changes: scanners of mail open links too (S-18)."""
        token = request.GET.get("token", "")
        if not token:
            return answers.error(400, "invalid_request", "token is missing.")
        try:
            link = email_verification.find_link(token=token, tenant_id=self.tenant_id)
        except BadVerificationToken as refusal:
            application, told = _only_application(self.tenant_id), refusals.judge(refusal)
            if application is None or told is not refusal:
                raise told from None
            return _page(request._request, application, outcome=_name_of(refusal))
        return _page_of(request._request, link, is_own=self.is_known(link.challenge.asked_by_id))

    def post(self, request: Request) -> HttpResponse:
        """By the link's token from anywhere, by the code in the session of who signed up or logged in but for this.

        Outside of that session the link is the proof of somebody else: `account` says what became of it.
        """
        name, value = self._given()
        if name == "token":
            link = email_verification.find_link(token=value, tenant_id=self.tenant_id)
            asked_by_id = link.challenge.asked_by_id
            session_user_id = asked_by_id if self.is_known(asked_by_id) else None
            account = email_verification.confirm_by_link(link, session_user_id=session_user_id)
            return answers.success({"email_verified": account != Outcome.RELEASED, "account": account})
        self._find_tab()
        end_user = email_verification.confirm_by_code(
            application=self.live.application, end_user=self.end_user, code=value, now=self.live.now
        )
        return self._let_in(end_user)

    def _let_in(self, end_user: EndUser) -> HttpResponse:
        """Whoever has signed up, or logged in but for the address, is logged in now, and goes on if anybody waits."""
        live, body = self.live, {"email_verified": True}
        if live.request is None or live.logged_in == end_user:
            return answers.success(body)
        device_id = read_device(self.request._request) or codes.new_token()
        cookie = grants.after_verification(
            application=live.application,
            end_user=end_user,
            way=grants.WAYS[Channel.EMAIL],
            into=BrowserLogIn(live.row, live.request, device_id),
            now=live.now,
        )
        onward = {"location": browsers.own_address(self.request._request, live)} if live.request.authorization else {}
        response = answers.success(body | onward)
        if cookie:
            set_cookie(response, cookie, self.request._request)
        set_device(response, device_id, self.request._request)
        return response

    def _given(self) -> tuple[str, str]:
        """Which of the two was given, and its text; raises InvalidField."""
        given = {name: self.body[name] for name in ("token", "code") if self.body.get(name) is not None}
        if len(given) != 1:
            raise InvalidField("code", "Give either a token or a code.")
        ((name, value),) = given.items()
        if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TEXT:
            raise InvalidField(name, f"must be a text of at most {LONGEST_TEXT} characters")
        return name, value


class Resend(BrowserView):
    needs = BROWSER_SESSION

    def post(self, request: Request) -> HttpResponse:
        """To who signed up in the session; the seconds until the next message."""
        self._find_tab()
        seconds = email_verification.resend(
            application=self.live.application,
            end_user=self.end_user,
            language=languages.of_request(request._request),
            now=self.live.now,
        )
        return answers.success({"resend_in": seconds})


def _only_application(tenant_id: UUID | None) -> ApplicationConfiguration | None:
    """In whose colours a page stands that is about no link of ours: the only application of the Host's tenant."""
    try:
        return identify(client_id="", tenant_id=tenant_id).application
    except InvalidClient:
        return None


def _page_of(request: HttpRequest, link: Link, *, is_own: bool) -> HttpResponse:
    """Asks for the address to be confirmed, or says why this link does not confirm it."""
    try:
        email_verification.check_link(link)
    except NO_LINK as refusal:
        return _page(request, link.application, outcome=_name_of(refusal))
    return _page(request, link.application, address=mask(link.challenge.destination), is_own=is_own)


def _name_of(refusal: Exception) -> str:
    return errors.ERRORS[type(refusal)].error


def _page(
    request: HttpRequest,
    application: ApplicationConfiguration,
    *,
    outcome: str = "",
    address: str = "",
    is_own: bool = True,
) -> HttpResponse:
    page = pages.show(
        request,
        "signup/verify_email.html",
        application=application,
        status=400 if outcome else 200,
        outcome=outcome,
        address=address,
        is_own=is_own,
    )
    page.headers["Referrer-Policy"] = "no-referrer"  # its address holds the token
    return page
