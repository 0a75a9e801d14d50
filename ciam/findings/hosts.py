"""Host names: which mean this machine, and which are shared by all tenants."""

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings


def is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def public_host() -> str:
    return urlsplit(settings.PUBLIC_URL).hostname or ""


def is_shared(host: str) -> bool:
    return host in (*settings.SHARED_HOSTS, public_host())
