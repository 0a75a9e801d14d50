"""HTTP Basic as Tencent documents it: base64 of the form-encoded client id and secret (RFC 6749 §2.3.1)."""

import base64
import re
from urllib.parse import unquote_plus

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from structlog.contextvars import bind_contextvars

from ciam.client_address import source_of
from ciam.dialects.tencent.errors import InvalidAuthorizationScheme
from tenants import callers
from tenants.callers import Caller, InvalidClient

BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})", re.ASCII)
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


class BasicClient(BaseAuthentication):
    """Sets `request.auth` to the Caller; raises InvalidClient or TooManyFailures."""

    def authenticate(self, request: Request) -> tuple[None, Caller]:
        client_id, client_secret = _credentials(request.META.get("HTTP_AUTHORIZATION", ""))
        caller = callers.authenticate(
            client_id=client_id,
            client_secret=client_secret,
            tenant_id=request.tenant_id,  # type: ignore[attr-defined]
            source=source_of(request),
        )
        application = caller.application
        bind_contextvars(tenant=application.tenant.slug, client_id=application.client_id)
        return None, caller


class SignUpCaller(BasicClient):
    """As BasicClient, on the path that callers of several schemes share; a scheme of none of them is named as such."""

    def authenticate(self, request: Request) -> tuple[None, Caller]:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if header and header.partition(" ")[0].lower() != "basic":
            raise InvalidAuthorizationScheme
        return super().authenticate(request)


def _credentials(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise InvalidClient
    try:
        client_id, colon, client_secret = _base64_decoded(encoded.strip()).partition(":")
        if not colon:
            raise InvalidClient
        return _form_decoded(client_id), _form_decoded(client_secret)
    except ValueError:
        raise InvalidClient from None


def _base64_decoded(text: str) -> str:
    """Strictly: Python's own decoder lets padding follow that nothing needs."""
    octets = base64.b64decode(text, validate=True)
    if base64.b64encode(octets).decode() != text:
        raise ValueError
    return octets.decode()


def _form_decoded(text: str) -> str:
    """Decoded exactly once; raises ValueError for what no encoder writes."""
    decoded = unquote_plus(text, errors="strict")
    if BROKEN_ESCAPE.search(text) or UNPRINTABLE.search(decoded):
        raise ValueError
    return decoded
