import pytest

from accounts.models import EndUser
from otp.delivery.models import OutboxMessage
from otp.models import Challenge
from tests.clients import TencentClient
from tests.factories import make_application

pytestmark = pytest.mark.django_db

ACCEPTED = {
    "a@b.cd": "a@b.cd",
    "user@example.com": "user@example.com",
    "User.Name@Example.COM": "user.name@example.com",
    "user+tag@example.com": "user+tag@example.com",
    "o'brien@example.com": "o'brien@example.com",
    "!#$%&'*+/=?^_`{|}~-@example.com": "!#$%&'*+/=?^_`{|}~-@example.com",
    "1@2.cd": "1@2.cd",
    "a@sub.sub.example.museum": "a@sub.sub.example.museum",
    "a@xn--bcher-kva.example": "a@xn--bcher-kva.example",
    "a@bücher.example": "a@xn--bcher-kva.example",
    "a@BÜCHER.example": "a@xn--bcher-kva.example",
    "a@例子.中国": "a@xn--fsqu00a.xn--fiqs8s",
    "a@ｅxample.com": "a@example.com",
    f"{'x' * 64}@example.com": f"{'x' * 64}@example.com",
    f"a@{'b' * 63}.cd": f"a@{'b' * 63}.cd",
}

MALFORMED = [
    " ",
    "a",
    "@",
    "a@",
    "@b.cd",
    "a.b.cd",
    "a@b",
    "user@example",
    "root@localhost",
    "a@x.localhost",
    "a@printer.local",
    "a@127.0.0.1",
    "a@[127.0.0.1]",
    "a@[IPv6:::1]",
    "a@1.2",
    "a@b.123",
    "a@@b.cd",
    "a@b@c.de",
    "a@b.cd,c@d.ef",
    "a@b.cd;c@d.ef",
    "a@b.cd c@d.ef",
    "a,b@c.de",
    "a;b@c.de",
    "a:b@c.de",
    "a b@c.de",
    "a@b c.de",
    " a@b.cd",
    "a@b.cd ",
    "a@b.cd\n",
    "a@b.cd\r\nBcc: c@d.ef",
    "a\n@b.cd",
    "a\t@b.cd",
    "a\x00@b.cd",
    "a@b\x00.cd",
    "<a@b.cd>",
    "A <a@b.cd>",
    "a@b.cd>",
    "mailto:a@b.cd",
    '"a"@b.cd',
    '"a b"@c.de',
    "a(comment)@b.cd",
    "a@b.cd(comment)",
    "a\\b@c.de",
    "(a)@b.cd",
    "[a]@b.cd",
    ".a@b.cd",
    "a.@b.cd",
    "a..b@c.de",
    "a@.b.cd",
    "a@b..cd",
    "a@b.cd.",
    "a@-b.cd",
    "a@b-.cd",
    "a@b_c.de",
    "a@b!c.de",
    "a@xn--zz.de",
    "é@b.cd",
    "аdmin@b.cd",
    "ａ@b.cd",
    "a\u200b@b.cd",
    "a@b\u200b.cd",
    "a\ud800@b.cd",
    "a@\udfff.cd",
    f"{'x' * 65}@example.com",
    f"a@{'b' * 64}.cd",
    f"a@{('b' * 60 + '.') * 4}cdefghijkl",
    "a@" + "e\u0301" * 130 + ".com",
    "x" * 10_000,
    "a@" + "b." * 5_000 + "cd",
]  # fmt: skip

UNDELIVERABLE = ["a@mailinator.com", "a@x.Mailinator.com", "a@b.invalid", "a@b.test", "a@b.onion", "a@1.in-addr.arpa"]


@pytest.fixture
def client() -> TencentClient:
    return TencentClient(make_application(authentication=("email",)))


@pytest.mark.parametrize("typed", ACCEPTED, ids=ascii)
def test_an_address_is_sent_to_in_its_canonical_form(client, typed):
    """S-11, S-12."""
    assert client.send(usage="signup", email=typed).status_code == 200

    assert OutboxMessage.objects.get().destination == ACCEPTED[typed]


@pytest.mark.parametrize("typed", MALFORMED, ids=lambda typed: ascii(typed)[:40])
def test_what_is_not_one_address_is_malformed(client, typed):
    """S-11."""
    sending = client.send(usage="signup", email=typed)
    signing_up = client.sign_up(email=typed, email_otp_token="token", email_otp="123456")

    assert (sending.status_code, sending.json()) == (400, {"error": "malformed_email"})
    assert (signing_up.status_code, signing_up.json()) == (400, {"error": "malformed_email"})
    assert not Challenge.objects.exists()


def test_an_empty_text_is_malformed_to_a_send_and_missing_in_a_sign_up(client):
    sending = client.send(usage="signup", email="")
    signing_up = client.sign_up(email="", email_otp_token="token", email_otp="123456")

    assert (sending.status_code, sending.json()) == (400, {"error": "malformed_email"})
    assert signing_up.json()["error_description"] == "Missing required sign-up attribute(s)."


@pytest.mark.parametrize("typed", UNDELIVERABLE)
def test_an_address_that_takes_no_mail_is_invalid(client, typed):
    """S-11."""
    response = client.send(usage="signup", email=typed)

    assert (response.status_code, response.json()) == (400, {"error": "invalid_email"})
    assert not Challenge.objects.exists()


def test_two_spellings_of_an_address_are_one_end_user(client):
    """S-12."""
    first = client.sign_up(**client.email_proof("Alice@Example.COM"))
    again = client.send(usage="signup", email="alice@example.com")
    anyway = client.sign_up(email="alice@example.com", email_otp_token="token", email_otp="123456")

    assert first.status_code == 200
    assert again.json() == {"error": "email_is_used"}
    assert anyway.json() == {"error": "duplicate_email"}
    end_user = EndUser.objects.get()
    assert (end_user.email, end_user.email_typed) == ("alice@example.com", "Alice@Example.COM")
    assert OutboxMessage.objects.get().destination == "alice@example.com"


def test_a_code_for_one_spelling_is_good_for_the_other(client):
    """S-12."""
    proof = client.email_proof("alice@bücher.example")

    assert client.sign_up(**proof | {"email": "ALICE@xn--bcher-kva.EXAMPLE"}).status_code == 200


def test_look_alikes_are_other_addresses(client):
    """S-12."""
    assert client.sign_up(**client.email_proof("mike@example.com")).status_code == 200

    assert client.sign_up(**client.email_proof("mike@еxample.com")).status_code == 200
    assert client.send(usage="signup", email="mıke@example.com").json() == {"error": "malformed_email"}
    assert client.send(usage="signup", email="\u212aike@example.com").json() == {"error": "malformed_email"}
