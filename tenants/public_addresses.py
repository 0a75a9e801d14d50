"""Which IP addresses are on the public internet, more strictly than `is_global`, and which in a network."""

import ipaddress
from collections.abc import Iterable

IPV6_UNICAST = ipaddress.ip_network("2000::/3")
NAT64 = ipaddress.ip_network("64:ff9b::/96")  # its last 32 bits are the IPv4 address that is meant
# What `is_global` lets pass: protocol assignments, relays, and where Azure hands out the secrets of a machine.
NOT_PUBLIC = [ipaddress.ip_network(network) for network in ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32")]
SIX_TO_FOUR = ipaddress.ip_network("2002::/16")


def is_public(text: str) -> bool:
    """Return whether the IP address is on the public internet; raises ValueError if it is none."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if address in NAT64:
        address = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if isinstance(address, ipaddress.IPv6Address):
        return address.is_global and address in IPV6_UNICAST and address not in SIX_TO_FOUR
    return address.is_global and not address.is_multicast and all(address not in network for network in NOT_PUBLIC)


def is_in(text: str, networks: Iterable[str]) -> bool:
    """Return whether the IP address is in one of the networks; raises ValueError if it is none."""
    address = ipaddress.ip_address(text.partition("%")[0])
    return any(address in ipaddress.ip_network(network) for network in networks)
