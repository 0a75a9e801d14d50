"""Providers as a tenant's administrator configures them, and applications whose users come back from them."""

from typing import Any

from accounts import provider_tokens
from accounts.third_party.profiles import Profile
from tenants import clock, sealing
from tenants.models import Application, IdentityProvider, Tenant
from tests.factories import configuration_of, make_application
from tests.third_party.provider import CLIENT_ID, CLIENT_SECRET, Provider

DEVICE = "0123456789abcdef0123456789abcdef"
REDIRECT_URI = "https://app.example.com/callback"


def make_openid_provider(tenant: Tenant, third_party: Provider, **fields: Any) -> IdentityProvider:
    return make_provider(tenant, **{"preset": "oidc", "issuer": third_party.url} | fields)


def make_oauth2_provider(tenant: Tenant, third_party: Provider, **fields: Any) -> IdentityProvider:
    urls = {
        "authorize_url": f"{third_party.url}/authorize",
        "token_url": f"{third_party.url}/token",
        "userinfo_url": f"{third_party.url}/userinfo",
    }
    return make_provider(tenant, **{"preset": "custom-oauth2"} | urls | fields)


def make_provider(tenant: Tenant, *, secret: str = CLIENT_SECRET, **fields: Any) -> IdentityProvider:
    defaults = {"key": "partner", "preset": "google", "client_id": CLIENT_ID}
    sealed = sealing.seal(secret) if secret else ""
    return IdentityProvider.objects.create(tenant=tenant, sealed_client_secret=sealed, **(defaults | fields))


def make_partner_application(tenant: Tenant | None = None, **options: Any) -> Application:
    defaults = {"type": "spa", "password_source": {}, "redirect_uris": [REDIRECT_URI], "access_ttl_seconds": 7200}
    return make_application(tenant, **(defaults | options))


def make_token(application: Application, *, device_id: str = DEVICE, **profile: Any) -> str:
    """A provider token, as if somebody had come back."""
    return provider_tokens.issue(
        application=configuration_of(application),
        device_id=device_id,
        profile=Profile(**{"provider": "partner", "subject": "mei-1", "name": "Mei"} | profile),
        now=clock.now(),
    )
