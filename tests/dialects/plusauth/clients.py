"""PlusAuth's clients as the wire sees them: a browser with its `session` cookie, and a back end with a bearer token."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse

from signup import browser_log_ins
from signup.models import BrowserSession, PendingRequest
from tenants import clock
from tenants.callers import Caller
from tenants.models import Application
from tests.clients import Client, basic, last_code
from tests.factories import configuration_of, make_application

EMAIL, PHONE, USERNAME = "mei@example.com", "+8613612345678", "mei"
PASSWORD = "Kite-over-9-Hills"
JSON = "application/json"
SCOPES = ["read:user", "write:user"]


class Browser:
    """A browser in front of the application's sign-up page; `headers` as a script sends them."""

    def __init__(self, application: Application, *, host: str = "localhost", has_session: bool = True) -> None:
        self.application = application
        self.http = Client(headers={"host": host, "x-requested-with": "XMLHttpRequest"})
        self.http.raise_request_exception = False
        self.row: BrowserSession | None = None
        self.request: PendingRequest | None = None
        if has_session:
            self.open()

    def open(self) -> None:
        """As the page does it that is asked for first."""
        caller = Caller(configuration_of(self.application), clock.now())
        live, value = browser_log_ins.open_request(caller=caller, browser=[])
        self.row, self.request = live.row, live.request
        self.http.cookies["session"] = value

    @property
    def cookie(self) -> str:
        return self.http.cookies["session"].value

    def post(self, path: str, body: Any, *, content_type: str = JSON, **headers: str) -> HttpResponse:
        return self.http.post(path, body, content_type=content_type, headers=headers)

    def sign_up(self, **body: Any) -> HttpResponse:
        return self.post("/signup", body)

    def ask_code(self, **body: Any) -> HttpResponse:
        return self.post("/signup/code", body)

    def proof(self, **address: str) -> dict[str, str]:
        """The fields of an address with a code that was really sent; the address is canonical."""
        response = self.ask_code(**address)
        assert response.status_code == 200, response.content
        name, value = next(iter(address.items()))
        return address | {f"{name}_code": last_code(value)}


class BackEnd:
    """A trusted back end of the application's tenant, with the token that it got for itself."""

    def __init__(self, application: Application, *, host: str = "localhost", scope: str = "") -> None:
        self.application = application
        self.http = Client(headers={"host": host})
        self.http.raise_request_exception = False
        self.token = self._token(scope)

    def _token(self, scope: str) -> str:
        form = {"grant_type": "client_credentials"} | ({"scope": scope} if scope else {})
        response = self.http.post(
            "/oauth2/token",
            urlencode(form),
            content_type="application/x-www-form-urlencoded",
            headers={"authorization": basic(self.application.client_id)},
        )
        assert response.status_code == 200, response.content
        return str(response.json()["access_token"])

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        send: Callable[..., HttpResponse] = getattr(self.http, method)
        more = {} if method == "get" else {"data": body, "content_type": JSON}
        return send(path, headers={"authorization": f"Bearer {self.token}"} | headers, **more)

    def create(self, **body: Any) -> HttpResponse:
        return self.call("post", "/api/v1/users/", body)

    def change(self, user_id: str, **body: Any) -> HttpResponse:
        return self.call("patch", f"/api/v1/users/{user_id}", body)


def make_back_end(application: Application | None = None, **fields: Any) -> BackEnd:
    """A machine of the application's tenant, or of one of its own."""
    tenant = application.tenant if application else None
    return BackEnd(make_application(tenant, **({"type": "m2m", "scopes": SCOPES} | fields)))


def error_of(response: HttpResponse) -> tuple[int, str, str]:
    """Status, `error` and `field`; all that else must be there is."""
    body = response.json()
    assert set(body) - {"field", "location", "challenge", "rule", "bound", "expires_in"} == {
        "error",
        "error_description",
        "status",
    }, body
    assert body["status"] == response.status_code
    assert response["Content-Type"].startswith(JSON)
    return response.status_code, body["error"], body.get("field", "")
