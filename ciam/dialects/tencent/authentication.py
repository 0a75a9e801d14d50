"""HTTP Basic as Tencent documents it, on every call."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from structlog.contextvars import bind_contextvars

from ciam import basic_credentials
from ciam.client_address import source_of
from ciam.dialects.tencent.errors import InvalidAuthorizationScheme
from tenants import callers
from tenants.callers import Caller


class BasicClient(BaseAuthentication):
    """Sets `request.auth` to the Caller; raises InvalidClient or TooManyFailures."""

    def authenticate(self, request: Request) -> tuple[None, Caller]:
        client_id, client_secret = basic_credentials.read(request.META.get("HTTP_AUTHORIZATION", ""))
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
