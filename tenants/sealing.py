"""Keys derived from SECRET_KEY: sealing what must be read again, keyed hashes of what must only be recognised."""

import base64
import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

__all__ = ["InvalidToken", "keyed_hash", "matches", "seal", "unseal"]


def seal(text: str) -> str:
    return _fernet(*_keys()).encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """The text that was sealed; raises InvalidToken when no present key opens it."""
    return _fernet(*_keys()).decrypt(sealed.encode()).decode()


def keyed_hash(purpose: str, value: str) -> str:
    """HMAC-SHA-256 of the value in hex, under a key of this installation and this purpose."""
    return _digest(settings.SECRET_KEY, purpose, value)


def matches(purpose: str, value: str, expected: str) -> bool:
    """Whether the value has this keyed hash, under the present key or one that is being retired; in constant time."""
    return any([hmac.compare_digest(_digest(key, purpose, value), expected) for key in _keys()])


def _keys() -> tuple[str, ...]:
    return (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


def _digest(key: str, purpose: str, value: str) -> str:
    return hmac.new(_derived(key, purpose), value.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


@lru_cache
def _derived(key: str, purpose: str) -> bytes:
    return hmac.new(key.encode(), purpose.encode(), hashlib.sha256).digest()


@lru_cache
def _fernet(*keys: str) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(key, "seal"))) for key in keys])
