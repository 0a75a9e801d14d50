"""S-115: in production a tenant's URL or mail server is on the public internet, over TLS; nothing else is reached."""

import socket

import pytest

from otp.delivery.senders import DeliveryError
from otp.delivery.senders.smtp import SmtpSender
from tenants import outbound
from tenants.deadline import Deadline
from tenants.outbound import ForbiddenAddress, Unreachable
from tests.delivery.test_custom_sender import make_message

PUBLIC = "93.184.215.14"
FORBIDDEN = [
    # loopback, and its other spellings
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://127.0.0.1:8443/",
    "https://localhost/",
    "https://0/",
    "https://0.0.0.0/",
    "https://[::]/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b::10.0.0.1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:7f00:1::]/",
    # the host is what follows the @
    "https://public.example@127.0.0.1/",
    "https://public.example:443@127.0.0.1/",
    # private and link-local networks, and other people's machines in them
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://172.31.255.254/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://[fd00::1]/",
    "https://[fe80::1]/",
    "https://[fec0::1]/",
    # where clouds hand out the secrets of a machine
    "https://169.254.169.254/latest/meta-data/",
    "https://[::ffff:169.254.169.254]/",
    "https://[fd00:ec2::254]/",
    "https://100.100.100.200/",
    "https://192.0.0.192/",
    "https://168.63.129.16/",
    # neither one machine nor a public one
    "https://224.0.0.1/",
    "https://239.255.255.250/",
    "https://255.255.255.255/",
    "https://[ff02::1]/",
    "https://198.18.0.1/",
    "https://203.0.113.1/",
    "https://[2001:db8::1]/",
    # not https
    "http://public.example/",
    "HTTP://public.example/",
    "//public.example/",
    "ftp://public.example/",
    "file:///etc/passwd",
    "gopher://public.example/",
    "public.example",
    "",
    # no URL
    "https://１２７.０.０.１/",
    "https://public.example/\ud800",
]
# As a sender names its mail server: an address in any spelling.
INNER_HOSTS = [
    *("127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost", "0"),
    *("::", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "fe80::1%lo", "fd00::1"),
    *("10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "168.63.129.16", "224.0.0.1"),
]


@pytest.fixture(autouse=True)
def production(settings):
    settings.IS_TRIAL = False


@pytest.fixture
def dialled(monkeypatch) -> list[str]:
    """Where connections were tried; none comes about."""
    tried: list[str] = []

    def refuse(address, *args, **options):
        tried.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    return tried


@pytest.fixture
def names(monkeypatch) -> dict[str, list[str]]:
    """The addresses of names; addresses in any spelling are read as the system reads them."""
    known = {"public.example": [PUBLIC]}
    resolve = socket.getaddrinfo

    def look_up(host, port, *args, **options):
        found = known.get(host, [host])
        return [entry for address in found for entry in resolve(address, port, *args, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


def send_mail(host: str, *, port: int = 587, security: str = "starttls") -> None:
    own = {"host": host, "port": port, "security": security, "from": "codes@acme.example"}
    SmtpSender(own, "").send(make_message(), Deadline.after(30))


def post(url: str) -> int:
    return outbound.post(url, b"{}", {}, deadline=Deadline.after(30))


@pytest.mark.parametrize("url", FORBIDDEN)
def test_url_is_refused(url, dialled, names):
    with pytest.raises(ForbiddenAddress):
        post(url)

    assert dialled == []


@pytest.mark.parametrize("url", ["https://LOCALHOST./", "https://[fe80::1%25lo]/", "https://[broken/", "https:///"])
def test_url_of_nobody_reaches_nobody(url, dialled, names):
    """What these names mean is for the machine to say; it is never dialled without a public address."""
    with pytest.raises((ForbiddenAddress, Unreachable)):
        post(url)

    assert dialled == []


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["10.1.2.3"], ["::1"], ["169.254.169.254"], [PUBLIC, "127.0.0.1"], ["fd00::1", PUBLIC]],
    ids=" ".join,
)
def test_name_of_a_forbidden_address_is_refused(addresses, dialled, names):
    """One bad address among good ones is enough: the next look-up may put it first."""
    names["inside.example"] = addresses

    with pytest.raises(ForbiddenAddress):
        post("https://inside.example/")

    assert dialled == []


@pytest.mark.parametrize("address", [PUBLIC, "2606:4700::1111", "64:ff9b::5db8:d70e"])
def test_public_address_is_dialled(address, dialled, names):
    names["public.example"] = [address]

    with pytest.raises(Unreachable):
        post("https://public.example/")

    assert dialled == [address]


@pytest.mark.parametrize("url", ["https://nowhere.invalid/", f"https://{'a' * 64}.example/"])
def test_name_without_an_address_is_a_failure_that_may_pass(url, dialled, monkeypatch):
    def find_nothing(host, *args, **options):
        host.encode("idna")
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", find_nothing)

    with pytest.raises(Unreachable):
        post(url)


@pytest.mark.parametrize("host", INNER_HOSTS)
def test_mail_server_is_refused(host, dialled, names):
    with pytest.raises(ForbiddenAddress):
        send_mail(host)

    assert dialled == []


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["fd00::1"], [PUBLIC, "10.1.2.3"]], ids=" ".join)
def test_mail_server_with_a_forbidden_address_is_refused(addresses, dialled, names):
    names["mail.example"] = addresses

    with pytest.raises(ForbiddenAddress):
        send_mail("mail.example")

    assert dialled == []


@pytest.mark.parametrize(("port", "security"), [(25, "starttls"), (465, "tls"), (587, "starttls"), (2525, "starttls")])
def test_mail_server_is_dialled_at_the_address_that_was_checked(port, security, dialled, names):
    names["mail.example"] = [PUBLIC, "2606:4700::1111"]

    with pytest.raises(Unreachable):
        send_mail("mail.example", port=port, security=security)

    assert dialled == [PUBLIC, "2606:4700::1111"]


@pytest.mark.parametrize("port", [1, 22, 80, 443, 3306, 5432, 6379, 11211])
def test_mail_goes_to_ports_of_mail_alone(port, dialled, names):
    with pytest.raises(DeliveryError, match="ports 25") as refusal:
        send_mail("public.example", port=port)

    assert refusal.value.permanent
    assert dialled == []


@pytest.mark.parametrize(
    ("network", "is_reached"),
    [("10.1.2.3/32", True), ("10.1.2.0/24", True), ("10.1.2.4/32", False), ("fd00::/8", False)],
)
def test_a_network_that_the_operator_names_is_reached(settings, network, is_reached, dialled, names):
    settings.OUTBOUND_NETWORKS = [network]
    names["relay.example"] = ["10.1.2.3"]

    with pytest.raises(Unreachable if is_reached else ForbiddenAddress):
        send_mail("relay.example")
    with pytest.raises(Unreachable if is_reached else ForbiddenAddress):
        post("https://relay.example/")

    assert dialled == ["10.1.2.3"] * 2 * is_reached


def test_trial_may_call_its_own_machine_over_http(settings, gateway):
    settings.IS_TRIAL = True

    assert post(gateway.url) == 200
