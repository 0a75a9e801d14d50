"""Host names, URLs and origins, as a file may write them; each check raises ValueError."""

import re
from urllib.parse import SplitResult, urlsplit

LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
HOST_NAME = re.compile(rf"{LABEL}(?:\.{LABEL})*", re.ASCII)
VISIBLE = re.compile(r"[!-~]{1,2000}", re.ASCII)
CUSTOM_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:[^#]+", re.ASCII)
ORIGIN = re.compile(r"https?://[^/?#@]+", re.ASCII)
SCHEMES_OF_BROWSERS = frozenset(
    {"about", "blob", "data", "file", "filesystem", "javascript", "vbscript", "view-source"}
)


def check_host_name(value: str) -> None:
    is_address = value.rpartition(".")[2].isdecimal()
    if len(value) > 253 or is_address or not HOST_NAME.fullmatch(value):
        raise ValueError("is a host name, without scheme, port or path")


def check_url(value: str) -> None:
    if not is_web_url(value):
        raise ValueError("is a complete http or https URL without a fragment")


def check_redirect_uri(value: str) -> None:
    """Whether the application may have a scheme of its own is for its type to say."""
    if not (is_web_url(value) or _has_own_scheme(value)):
        raise ValueError("is a complete http or https URL without a fragment; for mobile, a scheme of its own will do")
    if "*" in value:
        raise ValueError("stands for itself alone, so * is no sign for other addresses: name each one in full")


def check_origin(value: str) -> None:
    if not (ORIGIN.fullmatch(value) and is_web_url(value) and value == value.lower()):
        raise ValueError("is scheme://host or scheme://host:port, without a path")


def _has_own_scheme(value: str) -> bool:
    scheme = value.partition(":")[0]
    is_visible = bool(VISIBLE.fullmatch(value) and CUSTOM_SCHEME.fullmatch(value))
    return is_visible and scheme not in SCHEMES_OF_BROWSERS and scheme not in ("http", "https")


def is_web_url(value: str) -> bool:
    if not VISIBLE.fullmatch(value) or "#" in value or "\\" in value:
        return False
    try:
        url = urlsplit(value)
        return url.scheme in ("http", "https") and _names_host(url)
    except ValueError:  # a port or an IPv6 address that is none
        return False


def _names_host(url: SplitResult) -> bool:
    host = url.hostname or ""
    has_valid_port = url.port is None or url.port > 0
    is_ipv6 = ":" in host
    return bool(is_ipv6 or HOST_NAME.fullmatch(host)) and has_valid_port and "@" not in url.netloc
