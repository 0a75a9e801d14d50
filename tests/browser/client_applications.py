"""Applications of customers on loopback, to which people log in: plain OpenID with PKCE, as RFC 6749 and 7636 say."""

import base64
import hashlib
import json
import secrets
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet

SECRET = "a-client-secret-for-tests"
PAGE = (
    '<!DOCTYPE html><html lang="en"><title>{0}</title><link rel="icon" href="data:,"><main><h1>{0}</h1></main></html>'
)


class ClientApplications(ThreadingHTTPServer):
    """`/start?client_id=...` begins a log-in, what else stands there goes with it; `/callback` says who has come."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("localhost", 0), Handler)
        self.issuer = ""
        self.waiting: dict[str, dict[str, str]] = {}  # what was kept of a log-in, by its state
        self.told: list[dict[str, Any]] = []  # the claims of each ID token
        self.answers: list[dict[str, str]] = []  # what came with the redirect

    @property
    def host(self) -> str:
        return f"localhost:{self.server_port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def begin(self, asked: dict[str, str]) -> str:
        """Where a browser goes to log in."""
        state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
        self.waiting[state] = {"client_id": asked["client_id"], "nonce": nonce, "verifier": verifier}
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        parameters = {
            "response_type": "code",
            "scope": "openid",
            "redirect_uri": f"{self.url}/callback",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self.discover()['authorization_endpoint']}?{urlencode(parameters | asked)}"

    def finish(self, given: dict[str, str]) -> str:
        """What the page says about whoever comes back."""
        self.answers.append(given)
        kept = self.waiting.pop(given.get("state", ""), None)
        if kept is None or given.get("iss") != self.issuer:
            return "That was no answer to us"
        if "error" in given:
            return f"Refused: {given['error']}"
        claims = self.exchange(given["code"], kept)
        self.told.append(claims)
        return f"Hello {claims.get('name', 'stranger')}"

    def exchange(self, code: str, kept: dict[str, str]) -> dict[str, Any]:
        """The claims of the ID token that the code is good for."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": f"{self.url}/callback",
            "code_verifier": kept["verifier"],
        }
        credentials = base64.b64encode(f"{kept['client_id']}:{SECRET}".encode()).decode()
        headers = {"Authorization": f"Basic {credentials}"}
        description = self.discover()
        tokens = _ask(description["token_endpoint"], urlencode(form).encode(), headers)
        key_set = KeySet.import_key_set(_ask(description["jwks_uri"]))
        algorithms = description["id_token_signing_alg_values_supported"]
        claims: dict[str, Any] = jwt.decode(tokens["id_token"], key_set, algorithms=algorithms).claims
        assert (claims["iss"], claims["aud"], claims["nonce"]) == (self.issuer, kept["client_id"], kept["nonce"])
        return claims

    def discover(self) -> dict[str, Any]:
        return _ask(f"{self.issuer}/.well-known/openid-configuration")


class Handler(BaseHTTPRequestHandler):
    server: ClientApplications
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        given = dict(parse_qsl(url.query))
        self.close_connection = True
        if url.path == "/start":
            return self._answer(302, "", Location=self.server.begin(given))
        if url.path == "/callback":
            return self._answer(200, PAGE.format(self.server.finish(given)))
        return self._answer(200, PAGE.format("Good bye"))

    def _answer(self, status: int, page: str, **headers: str) -> None:
        body = page.encode()
        self.send_response(status)
        standard = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body))}
        for name, value in (standard | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
        pass


def _ask(url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> dict[str, Any]:
    with urllib.request.urlopen(urllib.request.Request(url, body, headers or {}), timeout=20) as answer:
        return dict(json.load(answer))


@contextmanager
def running() -> Iterator[ClientApplications]:
    applications = ClientApplications()
    thread = threading.Thread(target=applications.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield applications
    finally:
        applications.shutdown()
        applications.server_close()
        thread.join()
