"""What a third party says of an end user, in our names; nothing of it is proven."""

import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from accounts.errors import ProviderFailed

LONGEST_SUBJECT = 255
LONGEST = 512
LONGEST_URL = 2048
TEXTS = ("name", "email", "phone_number", "gender", "locale")
NAMES = ("sub", *TEXTS, "email_verified", "picture", "url")  # of claims, as a provider's settings may map them


@dataclass(frozen=True, slots=True)
class Profile:
    provider: str
    subject: str
    name: str = ""
    picture: str = ""
    email: str = ""
    email_verified: bool = False  # as they say
    phone_number: str = ""
    gender: str = ""
    locale: str = ""
    url: str = ""

    @classmethod
    def load(cls, document: Mapping[str, Any]) -> "Profile":
        return cls(**document)

    @property
    def document(self) -> dict[str, Any]:
        return asdict(self)


def read(provider: str, claims: Mapping[str, Any], names: Mapping[str, str]) -> Profile:
    """The profile in an answer that names things its own way; raises ProviderFailed if it does not say who it is."""
    return Profile(
        provider=provider,
        subject=_subject(_find(claims, names["sub"])),
        email_verified=_find(claims, names.get("email_verified", "")) is True,
        picture=_web_address(_find(claims, names.get("picture", ""))),
        url=_web_address(_find(claims, names.get("url", ""))),
        **{name: _text(_find(claims, names.get(name, "")), LONGEST) for name in TEXTS},
    )


def _find(claims: Mapping[str, Any], path: str) -> Any:
    """The value at the path; a claim whose own name has dots comes first."""
    if not path or path in claims:
        return claims.get(path)
    found: Any = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _subject(value: Any) -> str:
    text = str(value) if type(value) is int else value
    subject = _text(text, LONGEST_SUBJECT)
    if not subject.strip():
        raise ProviderFailed("The provider's answer has no usable subject.")
    return subject


def _text(value: Any, longest: int) -> str:
    """The value if it is a text that may be stored and shown, else "" ."""
    if not isinstance(value, str) or len(value) > longest:
        return ""
    return "" if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in value) else value


def _web_address(value: Any) -> str:
    text = _text(value, LONGEST_URL)
    return text if text.startswith(("https://", "http://")) else ""
