"""Where a request comes from: the right-most address that no trusted proxy added (S-85)."""

import ipaddress
import re
from collections.abc import Sequence
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
FORWARDED = "HTTP_X_FORWARDED_FOR"
IPV6_PREFIX = 64  # one subscriber
WITH_PORT = re.compile(r"\[([^\]]*)\](?::[0-9]+)?|([^:]*):[0-9]+")  # as Azure's gateway always writes it


def source_of(request: HttpRequest) -> str:
    """The client's address in canonical form, an IPv6 one by its /64; the peer's where a header says nothing usable."""
    return _canonical(_address_of(request) or _peer_of(request))


def is_within(request: HttpRequest, networks: Sequence[str]) -> bool:
    """Whether the client is in one of the networks; never where a header names nobody, or comes from anybody else."""
    address = _address_of(request)
    if address is None or (FORWARDED in request.META and not has_trusted_peer(request)):
        return False
    return _is_in(address, networks)


def has_trusted_peer(request: HttpRequest) -> bool:
    """Whether one of our own proxies passed the request on."""
    peer = _peer_of(request)
    return peer is not None and _is_in(peer, settings.TRUSTED_PROXIES)


def is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def _address_of(request: HttpRequest) -> Address | None:
    """Return the right-most address that no trusted proxy added; None where something else stands in its place."""
    address = _peer_of(request)
    hops = request.META[FORWARDED].split(",") if FORWARDED in request.META else []
    while hops and address is not None and _is_in(address, settings.TRUSTED_PROXIES):
        address = _parse(hops.pop().strip())
    return address


def _peer_of(request: HttpRequest) -> Address | None:
    return _parse(request.META.get("REMOTE_ADDR", ""))


def _parse(text: str) -> Address | None:
    """Return the address, which may have a port behind it; None if it is none."""
    match = WITH_PORT.fullmatch(text)
    text = (match[1] or match[2] or "") if match else text
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
