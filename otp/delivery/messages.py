"""The words that carry a code, by usage and language, with three placeholders filled in literally."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django.conf import settings

LANGUAGES = ("en", "zh")
VALUE_LENGTH = 128
PLACEHOLDER = re.compile(r"\{\{ (otp|time|tenant) \}\}")


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


def choose_language(accept_language: str) -> str:
    """The first language of an Accept-Language header that there are words in, else English."""
    for part in accept_language.split(","):
        language = part.split(";")[0].strip().split("-")[0].lower()
        if language in LANGUAGES:
            return language
    return LANGUAGES[0]


def write(*, usage: str, language: str, code: str, lifetime_seconds: int, tenant_name: str) -> tuple[str, str]:
    """Subject and body; the values are text to put in, never a template to evaluate (S-114)."""
    values = {"otp": code, "time": str(lifetime_seconds), "tenant": _one_line(tenant_name)}
    filled = PLACEHOLDER.sub(lambda match: values[match[1]], _template(usage, language))
    subject, _, body = filled.partition("\n")
    return subject, body.strip()


@lru_cache
def _template(usage: str, language: str) -> str:
    return (settings.MESSAGE_TEMPLATES_DIR / language / f"{usage}.txt").read_text("utf-8")


def _one_line(value: str) -> str:
    kept = "".join(" " if unicodedata.category(character)[0] in "CZ" else character for character in value)
    return kept[:VALUE_LENGTH].strip()
