"""What a sender's row may say is parsed when it is saved, as what sends will parse it."""

import pytest

from ciam.provisioning import InvalidFile, provision
from otp.delivery.senders import VENDORS
from tenants.models import Sender
from tests.administration.pages import PASSWORD, StaffBrowser, errors
from tests.factories import make_tenant
from tests.provisioning.files import tenant

pytestmark = pytest.mark.embedded

MAILBOXES = [
    "no-reply@acme.example",
    "Acme <no-reply@acme.example>",
    '"Acme, Inc." <no-reply@acme.example>',
    "易登录 <no-reply@acme.example>",
    "Acme <no-reply@müller.example>",
    "Müller & Söhne <codes@mail.acme.example>",
    "root@localhost",
]
NO_MAILBOXES = [
    "Acme, Inc. <no-reply@acme.example>",
    "Acme <no-reply@acme.example",
    "Acme no-reply@acme.example>",
    "Acme",
    "Acme <no-reply>",
    "a@acme.example, b@acme.example",
    "<>",
    "Acme <>",
    "no-reply@",
    "@acme.example",
    "no reply@acme.example",
    "Acme <no-reply@acme..example>",
    "Acme\r\nBcc: x@example.com <no-reply@acme.example>",
    "Friends: a@acme.example;",
    " ",
    1,
]
HOSTS = ["smtp.acme.example", "SMTP.Acme.Example", "localhost", "203.0.113.5", "2001:db8::1", "mail"]
NO_HOSTS = ["smtp.acme.example:587", "https://smtp.acme.example", "smtp acme", "a@b.example", "", "-x", "a..b", "*", 5]
URLS = ["https://sms.acme.example/send", "http://127.0.0.1:8000/?a=b", "https://[2001:db8::1]/x"]
NO_URLS = [
    "sms.acme.example/send",
    "https://sms acme/",
    "https://",
    "https://x:0/",
    "https://x:99999/",
    "https://*/",
    "ftp://a",
    1,
]


def takes(vendor: str, key: str, value: object) -> bool:
    try:
        VENDORS[vendor].settings[key].check(value)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(
    ("vendor", "key", "good", "bad"),
    [("smtp", "from", MAILBOXES, NO_MAILBOXES), ("smtp", "host", HOSTS, NO_HOSTS), ("custom", "url", URLS, NO_URLS)],
)
def test_settings_are_parsed(vendor, key, good, bad):
    assert [one for one in good if not takes(vendor, key, one)] == []
    assert [one for one in bad if takes(vendor, key, one)] == []


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["Acme, Inc. <no-reply@acme.example>", "Acme <no-reply@acme.example"])
def test_a_sender_address_that_cannot_send_is_refused(address):
    own = f"{{host: smtp.acme.example, from: '{address}'}}"

    with pytest.raises(InvalidFile, match=r'senders\[0\].settings.from: is an e-mail address, or .*"Acme, Inc."'):
        provision(tenant(f"    senders: [{{key: mail, channel: email, vendor: smtp, settings: {own}}}]\n"))


@pytest.mark.django_db
def test_a_signing_key_that_is_none_is_refused():
    own = "{url: 'https://sms.acme.example'}"

    with pytest.raises(InvalidFile, match="is no secret that this vendor can use"):
        provision(
            tenant(f"    senders: [{{key: a, channel: sms, vendor: custom, settings: {own}, secret: whsec_x}}]\n")
        )


@pytest.mark.django_db
def test_an_empty_form_of_smtp_says_which_fields_are_missing():
    browser = StaffBrowser()
    browser.post("/admin/tenants/sender/add/", {"confirming_password": PASSWORD})

    page = browser.add("tenants_sender", make_tenant(), key="mail", channel="email", vendor="smtp")

    assert errors(page) == {
        "smtp_host": ["Mail server (smtp): is missing."],
        "smtp_from": ["Sender address (smtp): is missing."],
    }
    assert not Sender.objects.exists()
