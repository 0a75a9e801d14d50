"""S-114: the words of a message are text, whoever chose them."""

import pytest
from django.conf import settings

from otp.delivery import messages
from otp.delivery.messages import LANGUAGES

USAGES = ["login", "signup", "update_userinfo", "reset_password", "verification"]


def write(**values) -> tuple[str, str]:
    defaults = {"usage": "signup", "language": "en", "code": "012345", "lifetime_seconds": 60, "tenant_name": "Acme"}
    return messages.write(**(defaults | values))


@pytest.mark.parametrize("language", messages.LANGUAGES)
@pytest.mark.parametrize("usage", USAGES)
def test_every_usage_has_words_in_every_language(usage, language):
    subject, body = write(usage=usage, language=language)

    assert "012345" in body
    assert "60" in body
    assert "{{" not in subject + body


@pytest.mark.parametrize(
    "name",
    [
        "{{ otp }}",
        "{{ tenant }}{{ tenant }}",
        "{% include 'x' %}",
        "{{ settings.SECRET_KEY }}",
        "{0.__class__} %(otp)s ${otp}",
        "\\1 \\g<0>",
        "<b>&amp;</b>",
    ],
)
def test_syntax_of_engines_is_literal_text(name):
    subject, body = write(tenant_name=name)

    assert name in subject + body
    assert (subject + body).count("012345") == body.count("012345")


@pytest.mark.parametrize("breaks", ["\r\n", "\n", "\r", "\u2028", "\u2029", "\x85", "\x0b", "\x00", "\u202e"])
def test_values_are_one_line(breaks):
    subject, body = write(tenant_name=f"Acme{breaks}Bcc: x")

    assert breaks not in subject
    assert len(subject.splitlines()) == 1
    assert f"Acme{breaks}" not in body


def test_values_are_capped():
    subject, body = write(tenant_name="a" * 10_000)

    assert len(subject) + len(body) < 1_000


def test_every_language_has_words_for_the_same_usages():
    found = [{file.name for file in (settings.MESSAGE_TEMPLATES_DIR / language).iterdir()} for language in LANGUAGES]

    assert all(names == found[0] for names in found)


def test_turkish_words_are_turkish():
    subject, body = write(language="tr")

    assert subject == "Acme kayıt kodunuz"
    assert body.startswith("012345, Acme kayıt kodunuzdur ve 60 saniye geçerlidir.")
