"""People who sign up with an address that nobody has proven yet, and the message that they get."""

import re
from typing import Any

from django.http import HttpResponse

from accounts.models import EndUser
from otp.delivery.models import OutboxMessage
from tenants.models import Application, Tenant
from tests.clients import Client
from tests.dialects.cloudbase.signed_in import Stranger
from tests.dialects.plusauth.clients import EMAIL, PASSWORD, Browser
from tests.factories import make_application, make_tenant

PATH = "/account/verifyEmail"
LINK = re.compile(r"https?://\S+/account/verifyEmail\?token=(\S+)")
FORCED = {"force_email_verification": True}


def make_shop(tenant: Tenant | None = None, **fields: Any) -> Application:
    """An application in which people sign up with an address and a password; its tenant forces nothing unless told."""
    tenant = tenant or make_tenant(**fields)
    return make_application(tenant, authentication=("email",), password_source={}, type="spa")


def sign_up(application: Application, *, email: str = EMAIL, host: str = "localhost", **more: Any) -> Browser:
    """A browser in whose session somebody has signed up."""
    browser = Browser(application, host=host)
    answer = browser.sign_up(email=email, password=PASSWORD, **more)
    assert answer.status_code == 200, answer.content
    return browser


def log_in(application: Application, *, email: str = EMAIL, password: str = PASSWORD) -> HttpResponse:
    return Stranger(application).post("signin", {"username": email, "password": password})


def message_to(email: str = EMAIL) -> OutboxMessage:
    return OutboxMessage.objects.filter(destination=email, usage="verify_email").latest("sent_at")


def link_to(email: str = EMAIL) -> str:
    match = LINK.search(message_to(email).body)
    assert match, message_to(email).body
    return match[0]


def token_to(email: str = EMAIL) -> str:
    return link_to(email).partition("token=")[2]


def is_verified(email: str = EMAIL) -> bool:
    return EndUser.objects.get(email=email).email_verified


def confirm(body: dict[str, Any], *, host: str = "localhost", **headers: str) -> HttpResponse:
    """By somebody with another browser, who has only the message."""
    return Client(headers={"host": host}).post(PATH, body, content_type="application/json", headers=headers)


def other_code(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"
