"""Somebody who logs in: an application with all three sources, its calls, and end users of its tenant."""

import base64
import itertools
import json
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse

from accounts.models import EndUser
from accounts.passwords.hashing import hash_password
from signup.contracts import publish
from tenants.models import Application, LoginFlow, OtpAuthSource, Tenant
from tests.clients import Client, TencentClient, last_code
from tests.factories import SECRET, make_application, make_tenant

FORM = "application/x-www-form-urlencoded"
GRANTS = {
    "phone_number": "http://tencentciam.com/oauth2/grant-type/otp/sms",
    "email": "http://tencentciam.com/oauth2/grant-type/otp/email",
}
PHONE, EMAIL, PASSWORD = "13612345678", "mei@example.com", "Kite-over-9-Hills"
CLAIMS = ("name", "nickname", "email", "phone_number", "username", "zoneinfo", "locale")
_numbers = itertools.count(1)


def make_login_application(tenant: Tenant | None = None, **options: Any) -> Application:
    """Codes may follow each other at once; `claims` are all that people have."""
    number = next(_numbers)
    tenant = tenant or make_tenant(sms_interval_seconds=0)
    sources = tuple(
        OtpAuthSource.objects.create(tenant=tenant, key=f"{channel}-{number}", channel=channel)
        for channel in ("sms", "email")
    )
    claims = options.pop("claims", CLAIMS)
    defaults = {"authentication": ("phone_number", "email"), "any_of": True, "password_source": {}}
    application = make_application(tenant, otp_sources=sources, **(defaults | options))
    LoginFlow.objects.filter(application=application).update(claims=list(claims))
    publish(application)
    return application


def make_user(application: Application, password: str | None = PASSWORD, **fields: Any) -> EndUser:
    """Mei, with both addresses proven."""
    mei = {
        "username": "mei",
        "username_typed": "Mei",
        "phone_number": f"+86{PHONE}",
        "phone_number_verified": True,
        "email": EMAIL,
        "email_typed": "Mei@example.com",
        "email_verified": True,
        "attributes": {"name": "Mei Li", "nickname": "Mei"},
    }
    hashed = hash_password(password) if password else ""
    return EndUser.objects.create(tenant=application.tenant, password=hashed, **(mei | fields))


class Shop:
    """An application with a back end of its own, or a public one, that logs people in."""

    def __init__(self, application: Application, *, host: str = "localhost", secret: str | None = SECRET) -> None:
        self.application, self.host = application, host
        self.http = Client(headers={"host": host}, raise_request_exception=False)
        self.credentials = {"client_id": application.client_id} | ({"client_secret": secret} if secret else {})

    def source(self, kind: str) -> str:
        """The id of the source for `phone_number`, `email` or `password`."""
        rows = self.application.login_flow.sources.all()
        if kind == "password":
            return next(str(row.password_auth_source_id) for row in rows if row.password_auth_source_id)
        channel = {"phone_number": "sms", "email": "email"}[kind]
        return next(
            str(row.otp_auth_source_id) for row in rows if getattr(row.otp_auth_source, "channel", "") == channel
        )

    def form(self, path: str, /, **fields: str) -> HttpResponse:
        return self.plain_form(path, urlencode({**self.credentials, **fields}))

    def plain_form(self, path: str, text: str) -> HttpResponse:
        return self.http.post(path, text, content_type=FORM)

    def json(self, path: str, /, **fields: Any) -> HttpResponse:
        body = json.dumps({**self.credentials, **fields})
        return self.http.post(path, body, content_type="application/json")

    def send(self, usage: str = "login", **address: str) -> dict[str, str]:
        """`otp_token` and `otp` of a code that was really sent."""
        (name,) = address
        body = {"usage": usage, **address} | ({"auth_source_id": self.source(name)} if usage == "login" else {})
        response = TencentClient(self.application, host=self.host).send(**body)
        assert response.status_code == 200, response.content
        token = response.json()["otp_token"]
        destination = f"+86{address[name]}" if name == "phone_number" else address[name].lower()
        return {"otp_token": token, "otp": last_code(destination)}

    def code_login(self, **address: str) -> dict[str, Any]:
        """The whole body of a log-in by a code that was really sent."""
        (name,) = address
        found = {"grant_type": GRANTS[name], "auth_source_id": self.source(name), **address}
        return found | self.send(**address)

    def log_in(self, **changes: Any) -> HttpResponse:
        return self.json("/oauth2/token", **(self.code_login(phone_number=PHONE) | changes))

    def log_in_by_password(self, username: str = "mei", password: str = PASSWORD, **changes: str) -> HttpResponse:
        fields = {"grant_type": "password", "auth_source_id": self.source("password")}
        return self.form("/oauth2/token", **(fields | {"username": username, "password": password} | changes))

    def refresh(self, token: str) -> HttpResponse:
        return self.form("/oauth2/token", grant_type="refresh_token", refresh_token=token)

    def bearer(self, token: str, method: str = "GET", path: str = "/userinfo", body: Any = None) -> HttpResponse:
        text = body if isinstance(body, str) else json.dumps({} if body is None else body)
        return self.http.generic(method, path, text, "application/json", headers={"authorization": f"Bearer {token}"})


def error_of(response: HttpResponse) -> tuple[int, str, str | None]:
    body = response.json()
    return response.status_code, body["error"], body.get("error_description")


def payload(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
