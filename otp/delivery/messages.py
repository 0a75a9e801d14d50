"""The words that carry a code, by usage and language, with placeholders that are filled in literally."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django.conf import settings

LANGUAGES = ("en", "zh", "tr")
VALUE_LENGTH = 128
PLACEHOLDER = re.compile(r"\{\{ (otp|time|minutes|link|tenant|at) \}\}")


@dataclass(frozen=True, slots=True)
class Message:
    """What a sender is given: one destination, in canonical form, and the words for it."""

    delivery_id: UUID
    tenant_id: UUID
    channel: str
    destination: str
    usage: str
    language: str
    code: str
    subject: str
    body: str
    sent_at: datetime
    expires_at: datetime


def language_of(locale: object, otherwise: str = LANGUAGES[0]) -> str:
    """Return the language of a locale if there are words in it, else the other one."""
    primary = str(locale or "").replace("_", "-").partition("-")[0].lower()
    return primary if primary in LANGUAGES else otherwise


def write(
    *, usage: str, language: str, code: str, lifetime_seconds: int, tenant_name: str, link: str = "", at: str = ""
) -> tuple[str, str]:
    """Subject and body; the values are text to put in, never a template to evaluate (S-114).

    `at` is when that happened of which a notice tells.
    """
    values = {
        "otp": code,
        "time": str(lifetime_seconds),
        "minutes": str(lifetime_seconds // 60),
        "link": link,
        "tenant": _one_line(tenant_name),
        "at": at,
    }
    filled = PLACEHOLDER.sub(lambda match: values[match[1]], _template(usage, language))
    subject, _, body = filled.partition("\n")
    return subject, body.strip()


@lru_cache
def _template(usage: str, language: str) -> str:
    return (settings.MESSAGE_TEMPLATES_DIR / language / f"{usage}.txt").read_text("utf-8")


def _one_line(value: str) -> str:
    kept = "".join(" " if unicodedata.category(character)[0] in "CZ" else character for character in value)
    return kept[:VALUE_LENGTH].strip()
