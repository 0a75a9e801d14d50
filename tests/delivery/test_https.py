"""S-107: a gateway proves over TLS that it is the host of its URL, and not of the address that was looked up."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tenants import outbound
from tenants.deadline import Deadline
from tests.delivery.gateways import Gateway
from tests.delivery.mail_servers import make_certificate, server_context


@pytest.fixture
def serve(gateway, tmp_path) -> Callable[..., Path]:
    """Makes the gateway speak TLS as this host; the file of its certificate."""

    def speak_tls(name: str) -> Path:
        certificate, key = make_certificate(tmp_path, name)
        gateway.socket = server_context(certificate, key).wrap_socket(gateway.socket, server_side=True)
        return certificate

    return speak_tls


def call(gateway: Gateway, host: str) -> int:
    url = f"https://{host}:{gateway.server_port}/sms"
    return outbound.post(url, b"{}", {}, deadline=Deadline.after(30))


@pytest.fixture(autouse=True)
def names(monkeypatch) -> None:
    """All names are those of this machine."""

    def look_up(name, port, *arguments, **options):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


def test_gateway_with_a_trusted_certificate_is_called(gateway, serve, trust):
    trust(serve("gateway.example"))

    assert call(gateway, "gateway.example") == 200
    assert gateway.received[0].headers["host"] == f"gateway.example:{gateway.server_port}"


@pytest.mark.parametrize("host", ["other.example", "127.0.0.1"])
def test_certificate_of_another_host_is_refused(gateway, serve, trust, host):
    trust(serve("gateway.example"))

    with pytest.raises(outbound.Unreachable, match="ConnectError"):
        call(gateway, host)

    assert gateway.received == []


def test_untrusted_certificate_is_refused(gateway, serve):
    serve("gateway.example")

    with pytest.raises(outbound.Unreachable, match="ConnectError"):
        call(gateway, "gateway.example")

    assert gateway.received == []
