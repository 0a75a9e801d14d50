"""What a sender's row may say: each value is parsed when it is saved, as what sends will parse it."""

import ipaddress
import re
from email.headerregistry import HeaderRegistry
from typing import Any
from urllib.parse import urlsplit

from django.core.mail.message import sanitize_address

VISIBLE = re.compile(r"[!-~]{1,2000}", re.ASCII)
LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
HOST = re.compile(rf"{LABEL}(?:\.{LABEL})*\.?", re.ASCII | re.IGNORECASE)
MAILBOX = (
    "is an e-mail address, or a name and an address in angle brackets, as Acme <no-reply@acme.example>; a name with "
    'a comma or another sign stands in quotes, as "Acme, Inc." <no-reply@acme.example>'
)
NEW_HEADER = HeaderRegistry()


def check_text(value: Any) -> None:
    """Raises ValueError, as all of these."""
    if not isinstance(value, str) or not value:
        raise ValueError("is a text")


def check_host(value: Any) -> None:
    check_text(value)
    if not _is_host(value):
        raise ValueError("is the name or the address of a server, without scheme, port or path")


def check_url(value: Any) -> None:
    check_text(value)
    if not _is_web_url(value):
        raise ValueError("is an https URL (http in trial mode alone)")


def _is_web_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        has_port = parts.port is None or parts.port > 0
    except ValueError:  # a port or an IPv6 address that is none
        return False
    is_known = parts.scheme in ("https", "http") and _is_host(parts.hostname or "")
    return is_known and has_port and bool(VISIBLE.fullmatch(value))


def check_port(value: Any) -> None:
    if type(value) is not int or not 0 < value < 65536:
        raise ValueError("is a whole number from 1 to 65535")


def check_security(value: Any) -> None:
    if value not in ("starttls", "tls", "none"):
        raise ValueError("is starttls, tls or none (none in trial mode alone)")


def check_mailbox(value: Any) -> None:
    """As the header From and the envelope of each mail will have it."""
    check_text(value)
    try:
        header: Any = NEW_HEADER("from", value)
        (mailbox,) = header.addresses
        is_whole = mailbox.username and _is_host(mailbox.domain.encode("idna").decode()) and not header.defects
        if is_whole:
            sanitize_address(value, "utf-8")
    except (ValueError, IndexError):
        is_whole = False
    if not is_whole:
        raise ValueError(MAILBOX)


def _is_host(value: str) -> bool:
    try:
        return bool(ipaddress.ip_address(value))
    except ValueError:
        return len(value) <= 253 and bool(HOST.fullmatch(value))
