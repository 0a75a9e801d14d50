"""Somebody who logs in to an application on the hosted page, and the tenants whose pages those are."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from playwright.sync_api import Locator, expect

from tests.browser import visitors
from tests.browser.client_applications import SECRET
from tests.browser.visitors import NAME, PASSWORD, Visitor
from tests.third_party.provider import CLIENT_ID, CLIENT_SECRET, Handler, Provider, Reply

EMAIL, PHONE_NUMBER = "mei@example.com", "+8613912340000"
UNVERIFIED = "ada@lale.example"
SECRETS = {"PARTNER_SECRET": CLIENT_SECRET}  # in the environment of `provision`
WITH_EVERY_WAY = {"preferred_auth_source": "password", "associated_auth_sources": ["sms", "mail"]}
SIGN_UP = {
    "authentication": "any",
    "authentication_attributes": ["email", "phone_number"],
    "optional_attributes": ["name"],
}
MAKE_USERS = """
import json
import os

from accounts.models import EndUser
from accounts.passwords.hashing import hash_password
from tenants.models import Tenant

for fields in json.loads(os.environ["USERS"]):
    tenant = Tenant.objects.get(slug=fields.pop("tenant"))
    EndUser.objects.create(tenant=tenant, password=hash_password(fields.pop("password")), **fields)
"""


def user(email: str, tenant: str = "anka", **fields: Any) -> dict[str, Any]:
    defaults = {"email_typed": email, "email_verified": True, "password": PASSWORD, "attributes": {"name": "Mei"}}
    return {"tenant": tenant, "email": email} | defaults | fields


USERS = [
    user(EMAIL, username="mei", username_typed="mei", phone_number=PHONE_NUMBER, phone_number_verified=True),
    user("forgetful@example.com"),
    user("guarded@example.com"),
    user("careful@example.com"),
    user("blocked@example.com", status="LOCK"),
    user(UNVERIFIED, tenant="lale", email_verified=False),
]


def application(client_id: str, callbacks: str, **options: Any) -> dict[str, Any]:
    defaults = {
        "name": client_id.capitalize(),
        "client_secret": SECRET,
        "redirect_uris": [f"{callbacks}/callback"],
        "logout_redirect_uris": [f"{callbacks}/bye"],
        "sign_up": SIGN_UP,
    }
    login = {"claims": ["name", "email", "phone_number"]} | options.pop("login", WITH_EVERY_WAY)
    return {"client_id": client_id} | defaults | options | {"login": login}


def document(callbacks: str, provider: str) -> dict[str, Any]:
    """Two tenants; the applications of the first are at the address `callbacks`, its third party at `provider`."""
    return {
        "tenants": [
            {
                "slug": "anka",
                "name": NAME,
                "phone_regions": ["CN", "TR"],
                "branding": {"color": "#c2410c", "logo": visitors.logo()},
                "limits": {
                    "sms_per_number": {"interval_seconds": 0, "per_day": None},
                    "email_per_address": {"interval_seconds": 0, "per_day": None},
                    "public_per_hour": None,
                },
                "senders": [
                    {"key": "trial-sms", "channel": "sms", "vendor": "outbox"},
                    {"key": "trial-mail", "channel": "email", "vendor": "outbox"},
                ],
                "otp_auth_sources": visitors.CODES,
                "password_auth_sources": [
                    {"key": "password", "name": "Password"},
                    {"key": "guarded", "name": "With a captcha", "captcha": {"threshold": 1}},
                ],
                "identity_providers": [
                    {
                        "key": "partner",
                        "preset": "custom-oauth2",
                        "authorize_url": f"{provider}/authorize",
                        "token_url": f"{provider}/token",
                        "userinfo_url": f"{provider}/userinfo",
                        "client_id": CLIENT_ID,
                        "client_secret_env": "PARTNER_SECRET",
                    }
                ],
                "applications": [
                    application("bookshop", callbacks),
                    application("library", callbacks, login=WITH_EVERY_WAY | {"consent": True}),
                    application("vault", callbacks, login={"preferred_auth_source": "guarded"}),
                    application("kiosk", callbacks, logout_redirect_uris=[], login={"preferred_auth_source": "sms"}),
                ],
            },
            {
                "slug": "lale",
                "name": "Lale",
                "force_email_verification": True,
                "senders": [{"key": "lale-mail", "channel": "email", "vendor": "outbox"}],
                "password_auth_sources": [{"key": "password", "name": "Password"}],
                "otp_auth_sources": [{"key": "mail", "name": "Mail", "channel": "email"}],
                "applications": [
                    application("letters", callbacks, login={"preferred_auth_source": "password"}),
                    application("telegrams", callbacks, login={"preferred_auth_source": "mail"}),
                ],
            },
        ]
    }


class Agreeing(Handler):
    """A third party at which somebody is logged in already, and says yes to everything."""

    def _usual(self, path: str, form: str) -> Reply:
        if path != "/authorize":
            return super()._usual(path, form)
        asked = dict(parse_qsl(urlsplit(self.path).query))
        location = f"{asked['redirect_uri']}?{urlencode({'code': 'a-code', 'state': asked['state']})}"
        return Reply(302, b"", {"Location": location})


def make_agreeing(provider: Provider) -> None:
    provider.RequestHandlerClass = Agreeing


class Member(Visitor):
    """Comes from an application; goes by what fields, links and buttons are called in the page's language."""

    def come_from(self, url: str, client_id: str, **more: str) -> None:
        """To the log-in page, or where else the request leads."""
        self.page.goto(f"{url}/start?{urlencode({'client_id': client_id} | more)}")

    def link(self, word: str) -> Locator:
        return self.page.get_by_role("link", name=self.words[word], exact=True).locator("visible=true")

    def log_in(self, username: str = EMAIL, password: str = PASSWORD) -> None:
        self.fill(username=username, password=password)
        self.press("login_submit")

    def press(self, word: str) -> None:
        self.button(word).locator("visible=true").click()

    @property
    def heading(self) -> Locator:
        return self.page.get_by_role("heading", level=1).locator("visible=true")

    @property
    def alert(self) -> Locator:
        return self.page.get_by_role("alert").locator("visible=true")


Arrive = Callable[..., Member]  # makes somebody at an application, who is sent to the log-in page


def is_greeted(member: Member, name: str = "Mei") -> None:
    expect(member.heading).to_have_text(f"Hello {name}")
