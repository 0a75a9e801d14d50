"""The page on which a person signs up, and the tenant's logo for it."""

import base64
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse

from ciam import answers, reading
from ciam.browser_cookies import find_browser, set_cookie
from ciam.client_address import source_of
from ciam.hosted import brands, browsers, form, languages, logout_views, pages
from ciam.hosted.browsers import LOG_IN
from ciam.needs import ANYBODY, declare
from signup import browser_log_ins
from signup.browser_sessions import Live
from tenants import call_limits, callers
from tenants.call_limits import TooManyCalls
from tenants.callers import InvalidClient
from tenants.configuration import ApplicationConfiguration
from tenants.models import Application, Tenant
from tokens import waiting

# In five minutes, for one application from one address: an office may share it.
PAGES_IN_WINDOW = 120


def page(request: HttpRequest) -> HttpResponse:
    """The form that the application asks for, in a session of its own (S-64); 404 if there is no such application.

    A machine has none: it shows a secret, which a page cannot.
    """
    try:
        caller = browsers.identify(request, request.GET.get("client_id", ""))
    except InvalidClient:
        caller = None
    if caller is None or caller.application.type == Application.Type.M2M:
        return answers.error(404, "not_found")
    application = caller.application
    if not application.sign_up.enabled:
        return _message(request, application, "off", 403, name=application.tenant.name)
    if request.method == "HEAD":
        return _page(request, application, state="")
    try:
        call_limits.take(
            "sign-up page",
            client_id=application.client_id,
            source=source_of(request),
            in_window=PAGES_IN_WINDOW,
            now=caller.now,
        )
    except TooManyCalls as refusal:
        return _busy(request, application, refusal.retry_after_seconds)
    live = browsers.find_session(request, caller)
    if live and live.logged_in:  # a link must not log people out (S-66)
        return _already(request, live, application)
    live, cookie = browser_log_ins.open_request(caller=caller, browser=find_browser(request), of=live)
    response = _form(request, live)
    if cookie:
        set_cookie(response, cookie, request)
    return response


def _already(request: HttpRequest, live: Live, application: ApplicationConfiguration) -> HttpResponse:
    """On to the application that waits in this tab, if it would have this end user; else he may log out first."""
    is_own = browsers.PARAMETER in request.GET and live.application.id == application.id
    wanted = waiting.request_of(live) if is_own else None
    if wanted and waiting.find_end_user(live, wanted, application.tenant):
        return browsers.go_to(browsers.onward_address(live))
    return logout_views.ask(request, live, application, "logout_first")


@declare(ANYBODY)
@reading.read_only
@browsers.answer_refusals
def logo(request: HttpRequest) -> HttpResponse:
    """The logo, a PNG, of the application's tenant or of the Host's; 404 if it has none."""
    kept = Tenant.objects.filter(pk=_tenant_of_logo(request)).values_list("logo", flat=True).first()
    if not kept:
        return answers.error(404, "not_found")
    return reading.answer(request, base64.b64decode(kept), content_type="image/png")


def _tenant_of_logo(request: HttpRequest) -> Any:
    client_id = request.GET.get("client_id")
    if client_id is None:
        return _tenant_id(request)
    application = callers.find_application(client_id=client_id, tenant_id=_tenant_id(request))
    return application.tenant.id if application else None


def _form(request: HttpRequest, live: Live) -> HttpResponse:
    """Where a request waits, who has an account goes on with the log-in, unless it is where the tenant says."""
    pending = live.pending
    login_url = browsers.request_address(LOG_IN, live) if pending.authorization else ""
    return _page(request, live.application, state=pending.state, login_url=login_url)


def _page(
    request: HttpRequest, application: ApplicationConfiguration, *, state: str, login_url: str = ""
) -> HttpResponse:
    language = languages.of_request(request)
    words = languages.words(language)
    application = languages.with_readers_region(request, application)
    fields = form.of_application(application, language=language, words=words)
    brand = brands.of_application(application)
    for_script = {
        "state": state,
        "language": language,
        "region": form.region_of(application.tenant),
        "name": application.tenant.name,
        "client_id": application.client_id,
        "log_in_url": login_url or brand.home_url,
        "words": _spoken(words),
    }
    return pages.show(
        request,
        "signup/page.html",
        application=application,
        language=language,
        form=fields,
        script=for_script,
        brand=replace(brand, login_url=login_url) if login_url else brand,
    )


def _spoken(words: dict[str, str]) -> dict[str, str]:
    """The words that the script says; the others stand in the page."""
    prefixes = (
        "error_",
        "weak_",
        "strength",
        "send",
        "code_sent",
        "submit",
        "proving",
        "mail_",
        "done_text",
        "hint_country",
        "log_in",
    )
    return {name: text for name, text in words.items() if name.startswith(prefixes)}


def _busy(request: HttpRequest, application: ApplicationConfiguration, seconds: int) -> HttpResponse:
    response = _message(request, application, "busy", 429, minutes=-(-seconds // 60))
    response.headers["Retry-After"] = str(seconds)
    return response


def _message(
    request: HttpRequest, application: ApplicationConfiguration, about: str, status: int, **values: Any
) -> HttpResponse:
    words = languages.words(languages.of_request(request))
    title, text = words[f"{about}_title"], words[f"{about}_text"].format(**values)
    return pages.show(request, "signup/message.html", application=application, status=status, title=title, text=text)


def _tenant_id(request: HttpRequest) -> Any:
    """That of the Host, where it names one."""
    return request.tenant_id  # type: ignore[attr-defined] # set by ciam.middleware
