"""Where a request comes from: the right-most address that no trusted proxy added (S-85)."""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
FORWARDED = "HTTP_X_FORWARDED_FOR"
IPV6_PREFIX = 64  # one subscriber


def source_of(request: HttpRequest) -> str:
    """The client's address in canonical form, an IPv6 one by its /64; the peer's where a header says nothing usable."""
    return _canonical(_address_of(request))


def is_within(request: HttpRequest, networks: Sequence[str]) -> bool:
    """Whether the client is in one of the networks; never for what a proxy passed on that we do not trust."""
    address = _address_of(request)
    if address is None or (FORWARDED in request.META and not has_trusted_peer(request)):
        return False
    return _is_in(address, networks)


def has_trusted_peer(request: HttpRequest) -> bool:
    """Whether one of our own proxies passed the request on."""
    peer = _parse(request.META.get("REMOTE_ADDR", ""))
    return peer is not None and _is_in(peer, settings.TRUSTED_PROXIES)


def is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def _address_of(request: HttpRequest) -> Address | None:
    peer = address = _parse(request.META.get("REMOTE_ADDR", ""))
    hops = request.META.get(FORWARDED, "").split(",")
    while hops and address is not None and _is_in(address, settings.TRUSTED_PROXIES):
        address = _parse(hops.pop().strip())
    return address or peer


def _parse(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_in(address: Address, networks: Sequence[str]) -> bool:
    return any(address in network for network in _networks(tuple(networks)))


@lru_cache
def _networks(texts: tuple[str, ...]) -> list[Network]:
    return [ipaddress.ip_network(text) for text in texts]


def _canonical(address: Address | None) -> str:
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False))
    return str(address or "unknown")
