"""`/`: for people who open the server itself, and no page of it."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from ciam import answers
from ciam.hosted import error_pages, languages, pages
from ciam.needs import ANYBODY, declare
from tenants import isolation
from tenants.characters import UNFIT_FOR_TEXT
from tenants.models import Application

MOST_APPLICATIONS = 10


@declare(ANYBODY)
def front_page(request: HttpRequest) -> HttpResponse:
    """A page that says what the server is for; on a trial, where to look. A program is told that there is nothing."""
    if request.method not in ("GET", "HEAD") or not error_pages.is_shown(request):
        return answers.error(404, "not_found")
    language = languages.of_request(request)
    page = pages.show(
        request,
        "signup/front.html",
        brand=error_pages.brand_of(request),
        language=language,
        sign_up_pages=_sign_up_pages(request, language) if settings.IS_TRIAL else None,
        has_admin=request.tenant_id is None,  # type: ignore[attr-defined] # set by ciam.middleware
    )
    for name, value in error_pages.OWN_HEADERS.items():
        page.headers[name] = value
    return page


def _sign_up_pages(request: HttpRequest, language: str) -> list[dict[str, str]]:
    """Return the label and the client id of applications with a sign-up page."""
    rows = Application.objects.filter(enabled=True, sign_up_flow__enabled=True).order_by("name")
    tenant_id = request.tenant_id  # type: ignore[attr-defined] # set by ciam.middleware
    rows = rows.filter(tenant_id=tenant_id) if tenant_id else rows
    label = languages.words(language)["front_sign_up"]
    with isolation.across_tenants():  # a trial shows them all
        found = list(rows[:MOST_APPLICATIONS])
    return [
        {"label": label.format(name=UNFIT_FOR_TEXT.sub(" ", row.name)), "client_id": row.client_id} for row in found
    ]
