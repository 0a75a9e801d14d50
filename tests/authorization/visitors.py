"""Somebody in front of a browser whom an application sends to log in, and the application that waits for the code."""

import json
import re
import secrets
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from django.http import HttpResponse

from signup.contracts import publish
from signup.models import BrowserSession, PendingRequest
from tenants.models import Application, LoginFlow, Tenant
from tests.clients import Client, last_code
from tests.dialects.tencent.logins import EMAIL, PASSWORD, PHONE, Shop, make_login_application
from tests.factories import SECRET

CALLBACK, AFTER = "https://shop.example/callback", "https://shop.example/bye"
AUTHORIZE, CONTINUE = "/oauth2/authorize", "/oauth2/continue"
JSON = "application/json"
PAGE = re.compile(r'<script id="page" type="application/json">(.*?)</script>', re.DOTALL)


def make_shop(tenant: Tenant | None = None, *, consent: bool = False, **options: Any) -> Application:
    """An application with every way to log in, a redirect URI and a page for who has logged out."""
    defaults = {"redirect_uris": [CALLBACK], "logout_redirect_uris": [AFTER]}
    application = make_login_application(tenant, **(defaults | options))
    LoginFlow.objects.filter(application=application).update(consent=consent)
    publish(application)
    return application


class Visitor:
    """A browser; `state` is the one of the page that it has open."""

    def __init__(self, application: Application, *, host: str = "localhost", address: str = "192.0.2.1") -> None:
        self.application = application
        self.http = Client(headers={"host": host}, REMOTE_ADDR=address, raise_request_exception=False)
        self.state = ""
        self.claims: list[str] = []  # that the page has shown
        self.verifier = secrets.token_urlsafe(48)

    # Requests of applications

    def parameters(self, **changes: str | None) -> dict[str, str]:
        usual: dict[str, str | None] = {
            "client_id": self.application.client_id,
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "openid",
            "state": "of-the-shop",
        }
        return {name: value for name, value in (usual | changes).items() if value is not None}

    def pkce(self) -> dict[str, str]:
        return {"code_challenge": create_s256_code_challenge(self.verifier), "code_challenge_method": "S256"}

    def authorize(self, path: str = AUTHORIZE, **changes: str | None) -> HttpResponse:
        return self.http.get(f"{path}?{urlencode(self.parameters(**changes))}")

    def follow(self, response: HttpResponse) -> HttpResponse:
        assert response.status_code == 302, response.content
        return self.http.get(response["Location"])

    def proceed(self) -> HttpResponse:
        return self.http.get(CONTINUE)

    def open_tab(self) -> "Visitor":
        """Another tab of the same browser."""
        tab = Visitor(self.application)
        tab.http = self.http
        return tab

    # The pages

    def open_page(self, **changes: str | None) -> HttpResponse:
        """The log-in page, by way of the application's request."""
        page = self.follow(self.authorize(**changes))
        self.read(page)
        return page

    def read(self, page: HttpResponse) -> dict[str, Any]:
        """What the page's script reads."""
        assert page.status_code == 200, page.content
        found = PAGE.search(page.content.decode())
        assert found, page.content
        script: dict[str, Any] = json.loads(found[1])
        self.state, self.claims = script["state"], script.get("claims", [])
        return script

    def post(self, path: str, /, **body: Any) -> HttpResponse:
        shown = {"claims": self.claims} if path == "/login/consent" else {}
        given = {"state": self.state} | shown | body
        return self.http.post(path, {k: v for k, v in given.items() if v is not None}, content_type=JSON)

    def log_in(self, username: str = "mei", password: str = PASSWORD, **more: Any) -> HttpResponse:
        return self.post("/login", username=username, password=password, **more)

    def log_in_by_code(self, **address: str) -> HttpResponse:
        """With a code that was really sent."""
        sent = self.post("/login/code", **address)
        assert sent.status_code == 200, sent.content
        return self.post("/login/verify", **address, code=last_code(canonical(address)))

    def enter(self, **changes: str | None) -> HttpResponse:
        """From the application's request to the redirect with its answer."""
        self.open_page(**changes)
        answer = self.log_in()
        assert answer.status_code == 200, answer.content
        return self.proceed()

    @property
    def cookie(self) -> str:
        return self.http.cookies["session"].value if "session" in self.http.cookies else ""

    @property
    def row(self) -> BrowserSession:
        return BrowserSession.objects.get()

    @property
    def onward(self) -> str:
        """Where the newest tab goes once somebody has logged in."""
        return f"{CONTINUE}?request={PendingRequest.objects.latest('created_at', 'id').id.hex}"


def canonical(address: dict[str, str]) -> str:
    (value,) = address.values()
    return value.lower() if "@" in value or value.startswith("+") else f"+86{value}"


def exchange(
    application: Application, response: HttpResponse, secret: str | None = SECRET, **changes: str
) -> HttpResponse:
    """What the application does with the code of the redirect."""
    form = {"grant_type": "authorization_code", "code": code_of(response), "redirect_uri": CALLBACK}
    return Shop(application, secret=secret).form("/oauth2/token", **(form | changes))


def query_of(response: HttpResponse) -> dict[str, str]:
    """What the redirect tells the application."""
    assert response.status_code == 302, response.content
    return {name: values[0] for name, values in parse_qs(urlsplit(response["Location"]).query).items()}


def code_of(response: HttpResponse) -> str:
    return query_of(response)["code"]


def told(response: HttpResponse) -> tuple[int, str]:
    return response.status_code, response.json()["error"]


__all__ = [
    "AFTER",
    "AUTHORIZE",
    "CALLBACK",
    "CONTINUE",
    "EMAIL",
    "PASSWORD",
    "PHONE",
    "Visitor",
    "code_of",
    "exchange",
    "make_shop",
    "query_of",
    "told",
]
