"""A client application as its developer would write it: HTTP, Basic credentials, JSON."""

import base64
from typing import Any
from urllib.parse import quote_plus

from django import test
from django.http import HttpResponse

from otp.addresses import canonical_email
from otp.delivery.models import OutboxMessage
from tenants.models import Application
from tests.factories import SECRET


def basic(client_id: str, client_secret: str = SECRET) -> str:
    pair = f"{quote_plus(client_id)}:{quote_plus(client_secret)}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


class Client(test.Client):
    """Django's, with a commit after each request, also in a test that is rolled back: what waits for it runs then."""

    def request(self, **request: Any) -> HttpResponse:
        with test.TestCase.captureOnCommitCallbacks(execute=True):
            return super().request(**request)


class TencentClient:
    """Calls the server as one application; the code of a message is read from the trial outbox."""

    def __init__(self, application: Application, *, secret: str = SECRET, host: str = "localhost") -> None:
        self.http = Client(headers={"authorization": basic(application.client_id, secret), "host": host})

    def post(self, path: str, body: Any, **headers: str) -> HttpResponse:
        return self.http.post(path, body, content_type="application/json", headers=headers)

    def send(self, **body: Any) -> HttpResponse:
        return self.post("/otp/send", body)

    def sign_up(self, **body: Any) -> HttpResponse:
        return self.post("/signup", body)

    def phone_proof(self, number: str = "13612345678") -> dict[str, str]:
        """The three fields that sign a phone number up, with a code that was really sent."""
        token = self.send(usage="signup", phone_number=number).json()["otp_token"]
        code = last_code(f"+86{number}")
        return {"phone_number": number, "phone_number_otp_token": token, "phone_number_otp": code}

    def email_proof(self, address: str = "mock_username@example.com") -> dict[str, str]:
        token = self.send(usage="signup", email=address).json()["otp_token"]
        return {"email": address, "email_otp_token": token, "email_otp": last_code(canonical_email(address))}


def last_code(destination: str) -> str:
    """That of the newest message that has one; notices have none."""
    return OutboxMessage.objects.filter(destination=destination).exclude(code="").latest("sent_at").code


def headers_of(response: HttpResponse) -> dict[str, str]:
    """Without the one that no two answers share."""
    return {name: value for name, value in response.items() if name != "X-Request-Id"}
