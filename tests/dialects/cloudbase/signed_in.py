"""An end user who is signed in, as the published clients call for him: text/plain bodies, a bearer, a device."""

import json
from typing import Any

from django.http import HttpResponse

from accounts.models import EndUser, PasswordHistory
from accounts.passwords import hashing
from otp import sending, verifications
from otp.models import Usage
from tenants import clock
from tenants.ids import new_id
from tenants.models import Application, Channel, Tenant
from tests.clients import Client, last_code
from tests.factories import configuration_of, make_application
from tokens import sessions

PASSWORD = "Correct-horse-7"
DEVICE = "0123456789abcdef0123456789abcdef"
PHONE = "+8613000000000"
EMAIL = "mei@example.com"


def make_user(application: Application, *, password: str = "", **fields: Any) -> EndUser:
    """With a user name, a proven phone number and a proven address, unless told otherwise."""
    defaults = {
        "username": "mei",
        "phone_number": PHONE,
        "phone_number_verified": True,
        "email": EMAIL,
        "email_verified": True,
    }
    values = defaults | fields
    typed = {"username_typed": values["username"] or "", "email_typed": values["email"] or ""}
    hashed = hashing.hash_password(password) if password else ""
    end_user = EndUser.objects.create(tenant=application.tenant, password=hashed, **typed, **values)
    if password:
        PasswordHistory.objects.create(
            id=new_id(), tenant=application.tenant, end_user=end_user, password=hashed, set_at=clock.now()
        )
    return end_user


def make_cloudbase_application(tenant: Tenant | None = None, **options: Any) -> Application:
    return make_application(tenant, **{"password_source": {}, "type": "spa", "access_ttl_seconds": 7200} | options)


class SignedIn:
    """Calls the server with one session's bearer; `tokens` is what the session was given."""

    def __init__(
        self, application: Application, end_user: EndUser, *, device_id: str = DEVICE, scope: str = "user"
    ) -> None:
        self.application, self.end_user, self.device_id = application, end_user, device_id
        self.tokens = sessions.sign_in(
            application=configuration_of(application),
            end_user=end_user,
            device_id=device_id,
            scope=scope,
            provider_type="phone",
            client_authenticated=False,
            now=clock.now(),
        )
        self.http = Client(raise_request_exception=False)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        bearer = {"authorization": f"Bearer {self.tokens.access_token}", "x-device-id": self.device_id}
        return send(self.http, method, path, body, bearer | headers)

    def get(self, path: str) -> HttpResponse:
        return self.call("GET", path)

    def post(self, path: str, body: Any = None) -> HttpResponse:
        return self.call("POST", path, body)

    def patch(self, path: str, body: Any = None) -> HttpResponse:
        return self.call("PATCH", path, body)

    def delete(self, path: str, body: Any = None) -> HttpResponse:
        return self.call("DELETE", path, body)

    def sudo_token(self, password: str = PASSWORD) -> str:
        return self.post("user/sudo", {"password": password}).json()["sudo_token"]


class Stranger:
    """Calls the server as an application whose user is signed out: a client id in the query, and no bearer."""

    def __init__(self, application: Application, *, device_id: str = DEVICE) -> None:
        self.application, self.device_id = application, device_id
        self.http = Client(raise_request_exception=False)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        sign = "&" if "?" in path else "?"
        device = {"x-device-id": self.device_id} if self.device_id else {}
        full = f"{path}{sign}client_id={self.application.client_id}"
        return send(self.http, method, full, body, device | headers)

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.call("POST", path, body, **headers)


def send(http: Client, method: str, path: str, body: Any, headers: dict[str, str]) -> HttpResponse:
    data = "" if body is None else json.dumps(body)
    return http.generic(
        method,
        f"/auth/v1/{path}",
        data,
        content_type="text/plain;charset=UTF-8",
        headers={"host": "localhost"} | headers,
        CONTENT_LENGTH=str(len(data.encode())),
    )


def refusal(response: HttpResponse) -> tuple[int, str, int]:
    """Status, name and number of an error."""
    body = response.json()
    return response.status_code, body["error"], body["error_code"]


def verification_token(
    application: Application, address: str, *, asked_by: EndUser | None = None, is_verified: bool = True
) -> str:
    """A code for the address that was sent and returned; its verification token."""
    configuration, now = configuration_of(application), clock.now()
    channel = Channel.EMAIL if "@" in address else Channel.SMS
    challenge_id = sending.send_code(
        application=configuration,
        usage=Usage.VERIFICATION,
        channel=channel,
        address=address,
        source=None,
        language="en",
        is_public=False,
        now=now,
        asked_by_id=asked_by.id if asked_by else None,
    )
    if not is_verified:
        return ""
    return verifications.verify(
        application=configuration, verification_id=challenge_id, code=last_code(address), now=now
    )
