"""Somebody at the hosted sign-up page, with a phone and a mailbox; and the tenant whose page it is."""

import base64
import io
import json
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page

from tests.browser.servers import TrialServer

PASSWORD = "plum-Blossom 7"
NAME = "Anka Kitap"
LOGO = (
    "iVBORw0KGgoAAAANSUhEUgAAAHgAAAAoCAYAAAA16j4lAAAAiElEQVR42u3RAQ0AAAjDMO5fNCCDkC5z0HTVrISFCxcuXLhw4cKFCxcuXLhw4cKFCxcu"
    "XLhw4cKFCxcuXLhw4cKFCxcuXLhw4cKFCxcuXLhw4cKFCxcuXLhw4cKFCxcuXLhw4cKFCxcuXLhw4cKFCxcuXLhw4cKFCxcuXLhw4cKFCxcuXPhbC/mGUAHV"
    "4fAmAAAAAElFTkSuQmCC"
)
CODES = [{"key": "sms", "name": "SMS", "channel": "sms"}, {"key": "mail", "name": "Mail", "channel": "email"}]


def logo() -> str:
    """A red bird, more or less, as base64 of a PNG."""
    written = io.BytesIO()
    image = Image.new("RGBA", (240, 96))
    ImageDraw.Draw(image).polygon([(20, 60), (110, 40), (150, 8), (150, 44), (220, 56), (130, 84)], fill="#c2410c")
    image.save(written, "PNG")
    return base64.b64encode(written.getvalue()).decode()


def application(client_id: str, **sign_up: Any) -> dict[str, Any]:
    return {
        "client_id": client_id,
        "name": client_id.title(),
        "client_secret": "a-client-secret-for-tests",
        "sign_up": sign_up,
        "login": {"preferred_auth_source": "password"},
    }


DOCUMENT = {
    "tenants": [
        {
            "slug": "anka",
            "name": NAME,
            "phone_regions": ["TR", "CN"],
            "login_url": "https://login.anka.example/",
            "branding": {"color": "#c2410c", "logo": logo()},
            "limits": {
                "sms_per_number": {"interval_seconds": 0, "per_day": None},
                "email_per_address": {"interval_seconds": 0, "per_day": None},
                "public_per_hour": None,
            },
            "attributes": [
                {
                    "identifier": "member_no",
                    "label": "Member number",
                    "regex": "M[0-9]{6}",
                    "error_message": "M and six digits, as on your card",
                },
                {"identifier": "age", "label": "Age", "type": "integer"},
                {"identifier": "news", "label": "Send me news", "type": "boolean"},
            ],
            "senders": [
                {"key": "trial-sms", "channel": "sms", "vendor": "outbox"},
                {"key": "trial-mail", "channel": "email", "vendor": "outbox"},
            ],
            "otp_auth_sources": CODES,
            "password_auth_sources": [{"key": "password", "name": "Password"}],
            "applications": [
                application("phones", authentication_attributes=["phone_number"]),
                application(
                    "everything",
                    authentication="any",
                    authentication_attributes=["phone_number", "email"],
                    required_attributes=["username", "name", "member_no", "zoneinfo"],
                    optional_attributes=["nickname", "age", "news", "locale"],
                ),
                application("mails", authentication_attributes=["email"], optional_attributes=["nickname"]),
            ],
        },
        {
            "slug": "lale",
            "name": "Lale",
            "force_email_verification": True,
            "senders": [{"key": "lale-mail", "channel": "email", "vendor": "outbox"}],
            "password_auth_sources": [{"key": "password", "name": "Password"}],
            "applications": [application("letters", authentication_attributes=["email"])],
        },
    ]
}


class Visitor:
    """Goes by what fields and buttons are called in the page's language, `words` those of ciam/hosted/words."""

    def __init__(self, page: Page, server: TrialServer, words: dict[str, str]) -> None:
        self.page, self.server, self.words = page, server, words

    def open(self, client_id: str, **query: str) -> None:
        asked = "".join(f"&{name}={value}" for name, value in query.items())
        self.page.goto(f"/signup?client_id={client_id}{asked}")
        self.button("submit").and_(self.page.locator(":enabled")).wait_for()

    def named(self, identifier: str) -> Locator:
        return self.page.locator(f"#field-{identifier}")

    def button(self, word: str) -> Locator:
        return self.page.get_by_role("button", name=self.words[word], exact=True)

    def send_code(self, identifier: str, address: str) -> None:
        self.named(identifier).fill(address)
        self.page.locator(f"[data-send={identifier}]").click()
        self.named(f"{identifier}_code").wait_for()

    def received(self, address: str) -> dict[str, Any]:
        """The last message to the address, which is in its canonical form."""
        return dict(json.loads(self.server.manage("outbox", "--to", address, "--latest", "--json")))

    def prove(self, identifier: str, address: str) -> None:
        self.send_code(identifier, address)
        self.named(f"{identifier}_code").fill(self.received(address)["code"])

    def fill(self, **values: str) -> None:
        for identifier, value in values.items():
            self.named(identifier).fill(value)

    def submit(self) -> None:
        self.button("submit").click()

    def error(self, identifier: str) -> Locator:
        return self.page.locator(f"#error-{identifier}")
