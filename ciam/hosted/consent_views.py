"""The page that asks whether an application may know of somebody, and what it calls."""

from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request

from ciam import answers as plain_answers
from ciam.dialects.plusauth import answers
from ciam.hosted import browsers, languages, login_fields, login_form, pages
from ciam.hosted.browsers import CONTINUE, go_to
from ciam.hosted.login_views import PAGE_AND_CALL, LogInCall
from tenants.callers import InvalidClient
from tokens import consents, waiting


def page(request: HttpRequest) -> HttpResponse:
    """Asks who is logged in, where the application that waits wants it; who need not be asked goes on."""
    live = browsers.find_session(request)
    if live is None:
        return _gone(request)
    wanted = waiting.request_of(live)
    end_user = waiting.find_end_user(live, wanted, live.application.tenant)
    claims = consents.claims_to_ask(live.application, wanted, end_user) if wanted and end_user else None
    if claims is None:
        return go_to(CONTINUE)
    language = languages.of_request(request)
    shown = login_form.consent(
        live.application, claims, state=live.row.state, language=language, words=languages.words(language)
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


class Consent(LogInCall):
    needs = PAGE_AND_CALL

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
