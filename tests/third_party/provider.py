"""A third party on loopback: an OpenID issuer, or plain OAuth 2, that can be made to lie and to fail."""

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET, CODE = "acme", "a-secret-of-the-provider", "a-code"
ACCESS_TOKEN = "an-access-token"
KEY = RSAKey.generate_key(2048, parameters={"kid": "one"})
OTHER_KEY = RSAKey.generate_key(2048, parameters={"kid": "one"})
HANG_SECONDS = 20


@dataclass
class Reply:
    """What is answered instead of the usual."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    hangs: bool = False

    @classmethod
    def json(cls, document: Any) -> Self:
        return cls(body=json.dumps(document).encode())


class Provider(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.claims: dict[str, Any] = {"sub": "mei-1", "name": "Mei", "email": "mei@example.com"}
        self.id_token_claims: dict[str, Any] = {}
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "one"}
        self.key = KEY
        self.user_info: dict[str, Any] = {}
        self.replies: dict[str, Reply] = {}
        self.make_id_token: Callable[[], str] = self._sign
        self.received: list[tuple[str, dict[str, list[str]], str]] = []  # path, form, Authorization
        self.closing = threading.Event()
        self.delay_seconds = 0.0  # before each answer

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Connections that the test breaks are no news."""

    def all_claims(self) -> dict[str, Any]:
        now = int(time.time())
        usual = {"iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 300, **self.claims}
        return {name: value for name, value in (usual | self.id_token_claims).items() if value is not None}

    def unsigned(self) -> str:
        parts = [{"alg": "none", "kid": "one"}, self.all_claims()]
        return ".".join(
            [base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode() for one in parts] + [""]
        )

    def _sign(self) -> str:
        return jwt.encode(self.header, self.all_claims(), self.key, algorithms=[self.header["alg"]])

    def answer(self, path: str) -> dict[str, Any]:
        return {
            "/.well-known/openid-configuration": lambda: {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "jwks_uri": f"{self.url}/jwks",
            },
            "/jwks": lambda: {"keys": [KEY.as_dict(private=False)]},
            "/token": lambda: {
                "access_token": ACCESS_TOKEN,
                "token_type": "Bearer",
                "id_token": self.make_id_token(),
            },
            "/userinfo": lambda: self.user_info or self.claims,
        }[path]()


class Handler(BaseHTTPRequestHandler):
    server: Provider
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer("")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def _answer(self, form: str) -> None:
        path = urlsplit(self.path).path
        self.server.received.append((path, parse_qs(form), self.headers.get("Authorization", "")))
        self.close_connection = True
        reply = self.server.replies.get(path)
        if reply and reply.hangs:
            self.server.closing.wait(HANG_SECONDS)
            return
        self.server.closing.wait(self.server.delay_seconds)
        reply = reply or self._usual(path, form)
        self.send_response(reply.status)
        for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def _usual(self, path: str, form: str) -> Reply:
        if path == "/token" and parse_qs(form).get("code") != [CODE]:
            return Reply(400, b'{"error": "invalid_grant"}')
        if path == "/userinfo" and self.headers.get("Authorization") != f"Bearer {ACCESS_TOKEN}":
            return Reply(401, b'{"error": "invalid_token"}')
        return Reply(200, json.dumps(self.server.answer(path)).encode())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
        pass


@contextmanager
def open_provider() -> Iterator[Provider]:
    provider = Provider()
    thread = threading.Thread(target=provider.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        provider.closing.set()
        provider.shutdown()
        provider.server_close()
        thread.join()
