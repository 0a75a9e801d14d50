"""HTTP to addresses that a tenant chose, through `tenants.connections`: over https alone outside of trial mode."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import httpcore2
import httpx2
from django.conf import settings

from tenants import connections
from tenants.connections import ForbiddenAddress
from tenants.deadline import Deadline, TookTooLong

HEADERS = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "ciam"}


# What staff are told of every failure to reach a server, so that nobody learns by it what answers where.
UNREACHABLE = (
    "The server cannot be reached, is too slow, or does not answer as it should. Check its address and port, and that "
    "it is on the public internet. The operator's log has the reason."
)


class ForbiddenUrl(ForbiddenAddress):
    """It is no URL, or outside of trial mode not https: the message tells no more than the URL does."""


class Unreachable(Exception):
    """The server cannot be reached, or does not speak the protocol; the message is the kind of failure, for the log."""


FAILURES = (ForbiddenAddress, Unreachable, TookTooLong)  # of a call: log which one, and tell UNREACHABLE


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
    headers = {**HEADERS, **headers, "Host": target.netloc.decode()}
    try:
        with (
            httpcore2.ConnectionPool(ssl_context=tls_context(), network_backend=connections.Backend(deadline)) as pool,
            pool.stream(
                method,
                httpcore2.URL(scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path),
                content=body or None,
                headers=[(name.encode(), value.encode()) for name, value in headers.items()],
            ) as answer,
        ):
            return Answer(answer.status, _read(answer, read_at_most))
    except (
        httpcore2.NetworkError,
        httpcore2.ProtocolError,
        httpcore2.TimeoutException,
        OSError,
        UnicodeError,
    ) as error:
        deadline.check()
        raise Unreachable(type(error).__name__) from error


def _parse(url: str) -> httpx2.URL:
    try:
        target = httpx2.URL(url)
    except (httpx2.InvalidURL, UnicodeEncodeError) as error:
        raise ForbiddenUrl("The URL is malformed.") from error
    if target.scheme != "https" and not (settings.IS_TRIAL and target.scheme == "http"):
        raise ForbiddenUrl("The URL is not https.")
    return target


def _read(answer: httpcore2.Response, at_most: int) -> bytes:
    """As it came: what is packed could unpack to anything, and nobody asked for that."""
    body = b""
    for piece in answer.iter_stream() if at_most else ():
        body += piece
        if len(body) > at_most:
            raise httpcore2.ReadError("The answer is too long.")
    return body
