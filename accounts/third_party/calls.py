"""Calls to a third party: JSON in answer, bounded in size, through the guard against inner addresses (S-115)."""

import json
from typing import Any
from urllib.parse import urlencode

import httpx2
from authlib.oauth2.auth import ClientAuth

from accounts.errors import ProviderFailed
from tenants import outbound

TIMEOUT = httpx2.Timeout(4, connect=2)
LARGEST_ANSWER = 256 * 1024
HEADERS = {"Accept": "application/json", "User-Agent": "ciam"}


def get_json(url: str, *, access_token: str = "") -> dict[str, Any]:
    """The object at the address; raises ProviderFailed."""
    headers = HEADERS | ({"Authorization": f"Bearer {access_token}"} if access_token else {})
    answer = _call("GET", url, b"", headers)
    if answer.status_code != 200:
        raise ProviderFailed(f"The provider answered HTTP {answer.status_code}.")
    return answer.object()


class JsonAnswer:
    """An answer as Authlib reads it."""

    def __init__(self, answer: outbound.Answer) -> None:
        self.status_code = answer.status
        self.body = answer.body

    def object(self) -> dict[str, Any]:
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise ProviderFailed("The provider's answer is no JSON object.")
        return found

    def json(self) -> Any:
        return self.object()

    def raise_for_status(self) -> None:
        raise ProviderFailed(f"The provider answered HTTP {self.status_code}.")


class Session:
    """What Authlib's client calls to ask for a token."""

    def post(self, url: str, data: dict[str, str], headers: dict[str, str], auth: ClientAuth) -> JsonAnswer:
        url, own_headers, body = auth.prepare("POST", url, {**HEADERS, **headers}, urlencode(data))
        answer = _call("POST", url, body.encode(), own_headers)
        if 300 <= answer.status_code < 400:
            raise ProviderFailed(f"The provider answered HTTP {answer.status_code}.")
        return answer


def _call(method: str, url: str, body: bytes, headers: dict[str, str]) -> JsonAnswer:
    try:
        return JsonAnswer(outbound.call(method, url, body, headers, timeout=TIMEOUT, read_at_most=LARGEST_ANSWER))
    except outbound.ForbiddenAddress as error:
        raise ProviderFailed(str(error)) from error
    except httpx2.HTTPError as error:
        raise ProviderFailed(f"The provider cannot be reached: {type(error).__name__}.") from error
