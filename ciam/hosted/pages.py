"""A page for people who sign up or log in: in the tenant's colours, in their language, with nothing from elsewhere."""

import secrets
from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from ciam.hosted import brands, languages
from ciam.hosted.brands import Brand
from ciam.request_language import LANGUAGE_TAGS
from tenants.characters import UNFIT_FOR_TEXT
from tenants.configuration import ApplicationConfiguration

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def show(
    request: HttpRequest,
    template: str,
    *,
    application: ApplicationConfiguration | None = None,
    brand: Brand | None = None,
    status: int = 200,
    language: str = "",
    **context: Any,
) -> HttpResponse:
    """The template, filled, with a content security policy of its own; in the application's brand, unless given one."""
    language = language or languages.of_request(request)
    nonce, words = secrets.token_urlsafe(16), languages.words(language)
    name = UNFIT_FOR_TEXT.sub(" ", application.name) if application else ""
    page = render_to_string(
        template,
        {
            "lang": LANGUAGE_TAGS[language],
            "words": words,
            "go_home": words["go_home"].format(name=name),
            "languages": _switch(request, language),
            "brand": brand or (brands.of_application(application) if application else brands.NAMELESS),
            "application": application,
            "nonce": nonce,
            **context,
        },
    )
    headers = {
        "Cache-Control": "no-store",
        "Content-Language": LANGUAGE_TAGS[language],
        "Content-Security-Policy": POLICY.format(nonce=nonce),
        "Vary": "Accept-Language, Cookie",
    }
    return HttpResponse(page, status=status, headers=headers)


def _switch(request: HttpRequest, current: str) -> list[dict[str, Any]]:
    """The same page in each language; what else its address says is kept."""
    asked = {name: value for name, value in request.GET.items() if name != "ui_locales"}
    path = quote(f"/{request.path.lstrip('/')}")  # with two slashes it would be another host
    return [
        {
            "name": languages.words(language)["language"],
            "tag": tag,
            "url": f"{path}?{urlencode(asked | {'ui_locales': tag})}",
            "is_current": language == current,
        }
        for language, tag in LANGUAGE_TAGS.items()
    ]
