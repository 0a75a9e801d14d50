"""The words of the hosted pages, one file for each language, and which of them somebody reads."""

import json
from functools import lru_cache
from pathlib import Path

from django.http import HttpRequest

from ciam.request_language import choose_language, choose_region
from tenants.configuration import ApplicationConfiguration

WORDS = Path(__file__).parent / "words"


def of_request(request: HttpRequest) -> str:
    """What the link asks for with `ui_locales`, else what the browser prefers."""
    return choose_language(request, ui_locales=request.GET.get("ui_locales", ""))


def with_readers_region(request: HttpRequest, application: ApplicationConfiguration) -> ApplicationConfiguration:
    """Return the application, which reads and shows phone numbers by the reader's region first, if it is one of its."""
    regions = application.tenant.phone_regions
    return application.with_region_first(choose_region(request, regions, ui_locales=request.GET.get("ui_locales", "")))


@lru_cache
def words(language: str) -> dict[str, str]:
    """All texts of the pages by name; `{seconds}` and the like are filled in by whoever shows them."""
    found: dict[str, str] = json.loads((WORDS / f"{language}.json").read_text("utf-8"))
    return found
