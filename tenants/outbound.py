"""HTTP to addresses that a tenant chose: resolved once, and never to the inside of our own network (S-115)."""

import ipaddress
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import httpcore2
import httpx2
from django.conf import settings

from tenants import connections
from tenants.deadline import Deadline, TookTooLong

IPV6_UNICAST = ipaddress.ip_network("2000::/3")
NAT64 = ipaddress.ip_network("64:ff9b::/96")  # its last 32 bits are the IPv4 address that is meant
# What `is_global` lets pass: protocol assignments, relays, and where Azure hands out the secrets of a machine.
NOT_PUBLIC = [ipaddress.ip_network(network) for network in ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32")]
SIX_TO_FOUR = ipaddress.ip_network("2002::/16")
HEADERS = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "ciam"}


class ForbiddenAddress(Exception):
    """The URL is not https, or its host is not on the public internet: trial mode allows both; or it is no URL."""


class Unreachable(Exception):
    """The server cannot be reached, says too much, or does not speak HTTP; the message is the kind of failure."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes  # as much of it as the caller reads


@lru_cache(maxsize=1)
def tls_context() -> ssl.SSLContext:
    """Trusts what the system trusts; reading that takes 30 ms, so it is read once."""
    return ssl.create_default_context()


def post(url: str, body: bytes, headers: Mapping[str, str], *, deadline: Deadline) -> int:
    """The status of the answer, as `call`."""
    return call("POST", url, body, headers, deadline=deadline).status


def call(
    method: str, url: str, body: bytes, headers: Mapping[str, str], *, deadline: Deadline, read_at_most: int = 0
) -> Answer:
    """The answer, whose body is read up to a bound; redirects are not followed.

    Raises ForbiddenAddress, Unreachable or TookTooLong.
    """
    target = _parse(url)
    port = target.port or {"https": 443, "http": 80}[target.scheme]
    address = _resolve(target.host, port, deadline)
    headers = {**HEADERS, **headers, "Host": target.netloc.decode()}
    try:
        with (
            httpcore2.ConnectionPool(ssl_context=tls_context(), network_backend=connections.Backend(deadline)) as pool,
            pool.stream(
                method,
                httpcore2.URL(scheme=target.raw_scheme, host=address.encode(), port=port, target=target.raw_path),
                content=body or None,
                headers=[(name.encode(), value.encode()) for name, value in headers.items()],
                extensions={"sni_hostname": target.host},
            ) as answer,
        ):
            return Answer(answer.status, _read(answer, read_at_most))
    except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException) as error:
        deadline.check()
        raise Unreachable(type(error).__name__) from error


def _parse(url: str) -> httpx2.URL:
    try:
        target = httpx2.URL(url)
    except (httpx2.InvalidURL, UnicodeEncodeError) as error:
        raise ForbiddenAddress("The URL is malformed.") from error
    if target.scheme != "https" and not (settings.IS_TRIAL and target.scheme == "http"):
        raise ForbiddenAddress("The URL is not https.")
    return target


def _read(answer: httpcore2.Response, at_most: int) -> bytes:
    """As it came: what is packed could unpack to anything, and nobody asked for that."""
    body = b""
    for piece in answer.iter_stream() if at_most else ():
        body += piece
        if len(body) > at_most:
            raise httpcore2.ReadError("The answer is too long.")
    return body


def _resolve(host: str, port: int, deadline: Deadline) -> str:
    """The first address of the host, after a look at all of them."""
    try:
        found = connections.resolve(host, port, deadline)
    except TookTooLong:
        raise
    except (OSError, UnicodeError) as error:
        raise Unreachable("ConnectError") from error
    if not settings.IS_TRIAL and not all(_is_public(one) for one in found):
        raise ForbiddenAddress("The host is not on the public internet.")
    return found[0]


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    if address in NAT64:
        address = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if isinstance(address, ipaddress.IPv6Address):
        return address.is_global and address in IPV6_UNICAST and address not in SIX_TO_FOUR
    return address.is_global and not address.is_multicast and all(address not in network for network in NOT_PUBLIC)
