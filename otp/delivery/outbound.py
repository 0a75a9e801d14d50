"""HTTP to addresses that a tenant chose: resolved once, and never to the inside of our own network (S-115)."""

import ipaddress
import socket
from collections.abc import Mapping

import httpx2
from django.conf import settings


class ForbiddenAddress(Exception):
    """The URL is not https, or its host is not on the public internet; trial mode allows both."""


def post(url: str, body: bytes, headers: Mapping[str, str], *, timeout: httpx2.Timeout) -> int:
    """The status of the answer; redirects are not followed. Raises ForbiddenAddress or httpx2.HTTPError."""
    target = httpx2.URL(url)
    if target.scheme != "https" and not (settings.IS_TRIAL and target.scheme == "http"):
        raise ForbiddenAddress("The URL is not https.")
    address = _resolve(target.host, target.port or {"https": 443, "http": 80}[target.scheme])
    with (
        httpx2.Client(timeout=timeout, trust_env=False) as client,
        client.stream(
            "POST",
            target.copy_with(host=address),
            content=body,
            headers={**headers, "Host": target.netloc.decode()},
            extensions={"sni_hostname": target.host},
        ) as answer,
    ):
        return answer.status_code


def _resolve(host: str, port: int) -> str:
    """The first address of the host, after a look at all of them."""
    try:
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except OSError as error:
        raise httpx2.ConnectError("The host has no address.") from error
    if not settings.IS_TRIAL and not all(ipaddress.ip_address(one.split("%")[0]).is_global for one in found):
        raise ForbiddenAddress("The host is not on the public internet.")
    return found[0]
