"""What people read when a code reaches them."""

import pytest

from otp.delivery.models import Delivery, OutboxMessage
from tenants.models import OtpAuthSource
from tests.clients import TencentClient
from tests.factories import make_application, make_tenant

pytestmark = pytest.mark.django_db

PHONE = "13612345678"


def send(name: str, **headers: str) -> None:
    """A sign-up code from a tenant with this name."""
    client = TencentClient(make_application(make_tenant(name=name)))
    assert client.post("/otp/send", {"usage": "signup", "phone_number": PHONE}, **headers).status_code == 200


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("en-US,en;q=0.9,zh;q=0.8", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("ZH-hant-TW", "zh"),
        ("fr, zh;q=0.5", "zh"),
        ("fr-CH, de", "en"),
        ("*", "en"),
        (";;,,=\xe9", "en"),
        ("en;q=0.3, tr;q=0.8, zh;q=0.5", "tr"),
        ("zh;q=0", "en"),
        ("zh;q=0.000, fr, tr;q=0.1", "tr"),
        ("fr, *;q=0.5, zh;q=0.1", "en"),
    ],
)
def test_the_message_is_in_the_most_wanted_language_that_has_words(accepted, language):
    send("Acme", **{"accept-language": accepted})

    body, code = OutboxMessage.objects.values_list("body", "code").get()
    words = {
        "en": f"{code} is your Acme sign-up code",
        "tr": f"{code}, Acme kayıt kodunuzdur",
        "zh": f"【Acme】{code} 是您的注册验证码",
    }
    assert body.startswith(words[language])
    assert Delivery.objects.get().language == language


@pytest.mark.parametrize("usage", ["login", "update_userinfo", "signup"])
def test_the_words_tell_the_usage_and_the_lifetime_of_the_code(usage):
    tenant = make_tenant()
    source = OtpAuthSource.objects.create(tenant=tenant, key="codes", channel="sms", code_ttl_seconds=299)
    client = TencentClient(make_application(tenant, otp_sources=(source,)))

    client.send(usage=usage, phone_number=PHONE, auth_source_id=str(source.id))

    words = {"login": "log-in code", "update_userinfo": "code to change your details", "signup": "sign-up code"}
    body = OutboxMessage.objects.get().body
    assert words[usage] in body
    assert f"valid for {299 if usage == 'login' else 60} seconds" in body


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_tenants_name_is_text_and_never_a_template(language):
    """S-114."""
    name = "{{ otp }} {% x %} {{ tenant }} ${otp} %(otp)s \\1"
    send(name, **{"accept-language": language})

    body, code = OutboxMessage.objects.values_list("body", "code").get()
    assert name in body
    assert body.count(code) == 1


def test_a_tenants_name_adds_no_line():
    """S-114."""
    send("Acme\r\nBcc: a@example.com\u2028\x1bx")

    assert "Acme  Bcc: a@example.com  x" in OutboxMessage.objects.get().body
