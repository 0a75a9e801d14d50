"""The language of an answer: of pages, and of the messages that a call sends."""

from itertools import takewhile

from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header

from otp.delivery.messages import LANGUAGES, language_of

LANGUAGE_TAGS = {"en": "en", "zh": "zh-Hans", "tr": "tr"}  # as HTTP and HTML name the LANGUAGES


def choose_language(request: HttpRequest, *, ui_locales: str = "") -> str:
    """Return the first language with words that `ui_locales` asks for (OpenID), else that the browser likes best.

    English where there is none, or any will do (`*`).
    """
    accepted = parse_accept_lang_header(request.META.get("HTTP_ACCEPT_LANGUAGE", ""))
    tags = takewhile(lambda tag: tag != "*", [tag for tag, quality in accepted if quality > 0])
    languages = (language_of(tag, "") for tag in [*ui_locales.split(), *tags])
    return next(filter(None, languages), LANGUAGES[0])
