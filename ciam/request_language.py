"""The language of an answer: of pages, and of the messages that a call sends; and the region of who reads it."""

from collections.abc import Sequence
from itertools import takewhile

from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header

from otp.delivery.messages import LANGUAGES, language_of

LANGUAGE_TAGS = {"en": "en", "zh": "zh-Hans", "tr": "tr"}  # as HTTP and HTML name the LANGUAGES


# Of languages that are not called like the one region where most people write numbers in them.
REGIONS = {"cs": "CZ", "da": "DK", "el": "GR", "et": "EE", "fa": "IR", "he": "IL", "hi": "IN", "ja": "JP", "ko": "KR"}
REGIONS |= {"ms": "MY", "nb": "NO", "sv": "SE", "sl": "SI", "uk": "UA", "vi": "VN", "zh": "CN"}


def choose_region(request: HttpRequest, regions: Sequence[str], *, ui_locales: str = "") -> str:
    """Return the first of these ISO regions that `ui_locales` or the browser's languages name; "" if they name none.

    A language names a region by its tag, as `en-GB`, else by itself, as `tr`.
    """
    accepted = parse_accept_lang_header(request.META.get("HTTP_ACCEPT_LANGUAGE", ""))
    tags = [*ui_locales.split(), *(tag for tag, quality in accepted if quality > 0)]
    named = (region for tag in tags for region in _regions_of(tag))
    return next((region for region in named if region in regions), "")


def _regions_of(tag: str) -> list[str]:
    language, *subtags = tag.lower().split("-")
    explicit = [subtag.upper() for subtag in subtags if len(subtag) == 2]
    return [*explicit, REGIONS.get(language, language.upper())]


def choose_language(request: HttpRequest, *, ui_locales: str = "") -> str:
    """Return the first language with words that `ui_locales` asks for (OpenID), else that the browser likes best.

    English where there is none, or any will do (`*`).
    """
    accepted = parse_accept_lang_header(request.META.get("HTTP_ACCEPT_LANGUAGE", ""))
    tags = takewhile(lambda tag: tag != "*", [tag for tag, quality in accepted if quality > 0])
    languages = (language_of(tag, "") for tag in [*ui_locales.split(), *tags])
    return next(filter(None, languages), LANGUAGES[0])
