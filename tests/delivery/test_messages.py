"""S-114: the words of a message are text, whoever chose them."""

import pytest

from otp.delivery import messages
from otp.delivery.messages import LANGUAGES
from otp.models import Usage


def write(**values) -> tuple[str, str]:
    defaults = {"usage": "signup", "language": "en", "code": "012345", "lifetime_seconds": 60, "tenant_name": "Acme"}
    return messages.write(**(defaults | values))


HELD = dict.fromkeys(Usage, ("012345", "120")) | {
    Usage.VERIFY_EMAIL: ("012345", "https://acme.example/l", "2 "),
    Usage.KNOWN_ADDRESS: ("Acme",),
    **dict.fromkeys(
        (
            *(Usage.ADDRESS_CHANGED, Usage.PASSWORD_CHANGED, Usage.ACCOUNT_CLEARED, Usage.USERNAME_CHANGED),
            *(Usage.IDENTITY_LINKED, Usage.IDENTITY_REMOVED),
        ),
        ("Acme", "2026-11-27 12:30 (UTC+0800)"),
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("usage", Usage)
def test_every_usage_has_words_in_every_language(usage, language):
    subject, body = write(
        usage=usage,
        language=language,
        lifetime_seconds=120,
        link="https://acme.example/l",
        at="2026-11-27 12:30 (UTC+0800)",
    )

    assert "Acme" in subject
    assert [text for text in HELD[usage] if text not in body] == []
    assert "{{" not in subject + body
    assert language == "en" or subject != write(usage=usage, language="en")[0]


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


def test_turkish_words_are_turkish():
    subject, body = write(language="tr")

    assert subject == "Acme kayıt kodunuz"
    assert body.startswith("012345, Acme kayıt kodunuzdur ve 60 saniye geçerlidir.")
