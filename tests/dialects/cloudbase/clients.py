"""CloudBase's npm client as the wire sees it: text/plain bodies, `client_id` in the query, a device of its own."""

import json
from typing import Any

from django.http import HttpResponse

from tenants.models import Application
from tests.clients import Client, last_code

PREFIX = "/auth/v1"
TEXT = "text/plain;charset=UTF-8"
PHONE, EMAIL = "+86 13612345678", "mei@example.com"
PASSWORD = "Kite-over-9-Hills"


class CloudBaseClient:
    def __init__(
        self, application: Application, *, host: str = "localhost", device_id: str = "device-1234567890"
    ) -> None:
        self.application = application
        self.http = Client(headers={"host": host, "x-device-id": device_id})

    def call(self, method: str, path: str, body: Any = None, *, client_id: bool = True, **headers: str) -> HttpResponse:
        """`headers` with underscores; a bearer call has no `client_id`, as with the clients."""
        named = client_id and "authorization" not in headers and "client_id=" not in path
        if named:
            path += f"{'&' if '?' in path else '?'}client_id={self.application.client_id}"
        text = body if isinstance(body, str) else json.dumps({} if body is None else body)
        return self.http.generic(method, PREFIX + path, text, TEXT, headers=headers)

    def post(self, path: str, /, **body: Any) -> HttpResponse:
        return self.call("POST", path, body)

    def bearer(self, token: str, method: str, path: str, body: Any = None) -> HttpResponse:
        return self.call(method, path, body, authorization=f"Bearer {token}")

    def verification_id(self, **body: Any) -> str:
        response = self.post("/verification", **body)
        assert response.status_code == 200, response.content
        return str(response.json()["verification_id"])

    def verification_token(self, **address: str) -> str:
        """The token for an address, with a code that was really sent; the address is canonical but for its spaces."""
        verification_id = self.verification_id(**address)
        code = last_code("".join(next(iter(address.values())).split()))
        response = self.post("/verification/verify", verification_id=verification_id, verification_code=code)
        assert response.status_code == 200, response.content
        return str(response.json()["verification_token"])

    def sign_up(self, **body: Any) -> HttpResponse:
        """By phone unless an e-mail address is given, with a fresh proof."""
        address = {"email": body["email"]} if "email" in body else {"phone_number": body.get("phone_number", PHONE)}
        return self.post("/signup", **{"verification_token": self.verification_token(**address)} | address | body)

    def sign_in(self, username: str, password: str = PASSWORD) -> HttpResponse:
        return self.post("/signin", username=username, password=password)


def error_of(response: HttpResponse) -> tuple[int, str, int]:
    """Status, `error` and `error_code`."""
    body = response.json()
    assert set(body) == {"error", "error_code", "error_description"}, body
    return response.status_code, body["error"], body["error_code"]
