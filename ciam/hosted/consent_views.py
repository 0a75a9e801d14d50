"""The page that asks whether an application may know of somebody, and what it calls."""

from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request

from ciam import answers as plain_answers
from ciam.dialects.plusauth import answers
from ciam.hosted import browsers, languages, login_fields, login_form, pages
from ciam.hosted.browsers import go_to
from ciam.hosted.login_views import PAGE_AND_CALL, LogInCall
from signup.browser_sessions import Live
from signup.errors import SessionGone
from tenants import isolation, sealing
from tenants.callers import InvalidClient
from tokens import consents, waiting


def page(request: HttpRequest) -> HttpResponse:
    """Asks who is logged in, where the application that waits wants it; who need not be asked goes on."""
    live = browsers.find_session(request)
    if live is None or live.request is None:
        return _gone(request)
    isolation.enter(live.application.tenant.id)
    wanted = waiting.request_of(live)
    end_user = waiting.find_end_user(live, wanted, live.application.tenant)
    claims = consents.claims_to_ask(live.application, wanted, end_user) if wanted and end_user else None
    if claims is None:
        return go_to(browsers.onward_address(live))
    language = languages.of_request(request)
    shown = login_form.consent(
        live.application, claims, state=_state(live), language=language, words=languages.words(language)
    )
    return pages.show(request, "login/consent.html", application=live.application, language=language, **shown)


def _gone(request: HttpRequest) -> HttpResponse:
    client_id = request.GET.get("client_id", "")
    if not client_id:
        return browsers.nothing_here(request)
    try:
        application = browsers.identify(request, client_id).application
    except InvalidClient:
        return plain_answers.error(404, "not_found")
    return browsers.message(request, application, "login_over", 400)


def _state(live: Live) -> str:
    """Of the page that asks this end user: it is no answer of who has logged in in another tab meanwhile."""
    asked = f"{live.pending.state}:{live.row.end_user_id}:{live.row.authenticated_at}"
    return f"{live.pending.state}.{sealing.keyed_hash('consent', asked)}"


class Consent(LogInCall):
    needs = PAGE_AND_CALL

    def check_state(self) -> None:
        """Raises SessionGone where the page was somebody else's too."""
        given = self.body.get("state")
        if isinstance(given, str):
            self.body["state"] = given.partition(".")[0]
        super().check_state()
        if given is not None and given != _state(self.live):
            raise SessionGone

    def get(self, request: Request) -> HttpResponse:
        return page(request._request)

    def post(self, request: Request) -> HttpResponse:
        """Where the browser goes with the answer, which is for the request and the claims that the page has shown."""
        self.brake_passwords()
        login_fields.require_state(self.body)
        accepted = login_fields.flag(self.body, "accepted")
        wanted, end_user = waiting.get_answerable(self.live)
        if accepted:
            shown = login_fields.texts(self.body, "claims")
            location = waiting.grant(self.live, wanted, end_user, consents_to=shown)
        else:
            location = waiting.deny(self.live, wanted, end_user)
        return answers.success({"location": location})
