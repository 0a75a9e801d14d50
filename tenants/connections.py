"""The one way to servers that tenants name: none of our own network is reached, and each step ends at a deadline.

A name is looked up once, all its addresses are checked, and one of those is connected to (S-115).
"""

import socket
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore2
from django.conf import settings

from tenants.deadline import Deadline, TookTooLong
from tenants.public_addresses import is_in, is_public

CONNECT_SECONDS = 2.0
PIECE = 4096  # a socket that takes anything takes this much at once


class ForbiddenAddress(Exception):
    """The host is neither on the public internet nor in a network that the operator names; a trial may reach all."""


def may_reach(address: str) -> bool:
    """Return whether a tenant may name the address in production; raises ValueError if it is no IP address."""
    return is_public(address) or is_in(address, settings.OUTBOUND_NETWORKS)


def connect(host: str, port: int, deadline: Deadline) -> socket.socket:
    """Connect to the first address of the host that answers; raises ForbiddenAddress, OSError or UnicodeError."""
    failure = OSError("The host has no address.")
    for address in _resolve(host, port, deadline):
        try:
            return _connect(address, port, deadline)
        except OSError as error:
            failure = error
    raise failure


def _resolve(host: str, port: int, deadline: Deadline) -> list[str]:
    """Return the addresses of the host; one that is forbidden forbids all, since the next look-up may put it first."""
    entries = deadline.wait_for(lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    addresses = [str(entry[4][0]) for entry in entries]
    if not settings.IS_TRIAL and not all(may_reach(address) for address in addresses):
        raise ForbiddenAddress("The host is not on the public internet.")
    return addresses


def _connect(address: str, port: int, deadline: Deadline) -> socket.socket:
    connection = socket.create_connection((address, port), min(CONNECT_SECONDS, deadline.remaining()))
    try:
        connection.settimeout(deadline.remaining())
    except TookTooLong:
        connection.close()
        raise
    return connection


class Backend(httpcore2.NetworkBackend):
    """What an HTTP client connects with, TLS by the name; the client's own timeouts are not used."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        address = _resolve(host, port, self._deadline)[0]
        timeout = min(CONNECT_SECONDS, self._deadline.remaining())
        stream = httpcore2.SyncBackend().connect_tcp(address, port, timeout, local_address, socket_options)
        return _Stream(stream, self._deadline)


class _Stream(httpcore2.NetworkStream):
    def __init__(self, stream: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.remaining())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), PIECE):
            self._stream.write(buffer[start : start + PIECE], self._deadline.remaining())

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """The timeout is that of the whole handshake."""
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, self._deadline.remaining()), self._deadline)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
