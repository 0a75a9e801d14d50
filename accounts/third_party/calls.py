"""Calls to a third party: JSON in answer, bounded in size, through the guard against inner addresses (S-115)."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import structlog
from authlib.oauth2.auth import ClientAuth

from accounts.errors import ProviderFailed
from tenants import outbound
from tenants.deadline import Deadline

log = structlog.get_logger(__name__)

LARGEST_ANSWER = 256 * 1024
VISIBLE = re.compile(r"[!-~]+", re.ASCII)
HEADERS = {"Accept": "application/json"}


def text_of(answer: Mapping[str, Any], name: str) -> str:
    """The URL or token of this name; "" where there is none, or it has characters that neither can have."""
    value = answer.get(name)
    return value if isinstance(value, str) and VISIBLE.fullmatch(value) else ""


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
    """Calls that one deadline ends; Authlib's client asks for a token with `post`."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline

    def get_json(self, url: str, *, access_token: str = "") -> dict[str, Any]:
        """The object at the address; raises ProviderFailed."""
        headers = HEADERS | ({"Authorization": f"Bearer {access_token}"} if access_token else {})
        answer = self._call("GET", url, b"", headers)
        if answer.status_code != 200:
            raise ProviderFailed(f"The provider answered HTTP {answer.status_code}.")
        return answer.object()

    def post(self, url: str, data: dict[str, str], headers: dict[str, str], auth: ClientAuth) -> JsonAnswer:
        url, own_headers, body = auth.prepare("POST", url, {**HEADERS, **headers}, urlencode(data))
        answer = self._call("POST", url, body.encode(), own_headers)
        if 300 <= answer.status_code < 400:
            raise ProviderFailed(f"The provider answered HTTP {answer.status_code}.")
        return answer

    def _call(self, method: str, url: str, body: bytes, headers: dict[str, str]) -> JsonAnswer:
        try:
            return JsonAnswer(
                outbound.call(method, url, body, headers, deadline=self._deadline, read_at_most=LARGEST_ANSWER)
            )
        except outbound.ForbiddenUrl as error:
            raise ProviderFailed(str(error)) from error
        except outbound.FAILURES as error:
            log.warning("unreachable", host=urlsplit(url).hostname, error=type(error).__name__, reason=str(error))
            raise ProviderFailed(outbound.UNREACHABLE) from error
