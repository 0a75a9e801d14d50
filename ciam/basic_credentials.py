"""HTTP Basic: base64 of the form-encoded client id and secret, each decoded once (RFC 6749 §2.3.1)."""

import base64
import re
from urllib.parse import unquote_plus

from tenants.callers import InvalidClient

BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})", re.ASCII)
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


def read(header: str) -> tuple[str, str]:
    """Client id and secret; raises InvalidClient."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise InvalidClient
    try:
        client_id, colon, client_secret = _base64_decoded(encoded.strip()).partition(":")
        if not colon:
            raise InvalidClient
        return _form_decoded(client_id), _form_decoded(client_secret)
    except ValueError:
        raise InvalidClient from None


def _base64_decoded(text: str) -> str:
    """Strictly: Python's own decoder lets padding follow that nothing needs."""
    octets = base64.b64decode(text, validate=True)
    if base64.b64encode(octets).decode() != text:
        raise ValueError
    return octets.decode()


def _form_decoded(text: str) -> str:
    """Decoded exactly once; raises ValueError for what no encoder writes."""
    decoded = unquote_plus(text, errors="strict")
    if BROKEN_ESCAPE.search(text) or UNPRINTABLE.search(decoded):
        raise ValueError
    return decoded
