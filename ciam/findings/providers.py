"""Identity providers that are on, and with which nobody can sign in."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings

from accounts.third_party.presets import URLS
from accounts.third_party.providers import find_obstacle
from ciam.findings.finding import Finding, of_tenant
from ciam.findings.obstacles import is_inner
from tenants.models import IdentityProvider, Tenant

CURES = {
    "secret": "Give its secret as `client_secret_env` or `client_secret`; if SECRET_KEY was changed, the older key "
    "belongs into SECRET_KEY_FALLBACKS.",
    "url": "Give it a public https address.",
    "": "Give the key, or set `enabled: false`.",
}


def warnings(tenant: Tenant) -> Iterator[Finding]:
    for provider in tenant.identity_providers.all():
        reason = find_obstacle(provider) or _forbidden_address(provider)
        if provider.enabled and reason:
            yield of_tenant(
                tenant,
                "unusable-provider",
                subject=f"identity provider {provider.key}",
                message=f"The identity provider {provider.key} is on and lets nobody in, because {reason}.",
                cure=next(cure for word, cure in CURES.items() if word in reason),
                row=provider,
            )


def _forbidden_address(provider: IdentityProvider) -> str:
    """What the guard refuses outside of trial mode; names are not looked up."""
    for name in () if settings.IS_TRIAL else URLS:
        url = urlsplit(getattr(provider, name))
        if url.netloc and (url.scheme != "https" or is_inner(url.hostname or "")):
            return f"its {name} is no url of the public internet over https"
    return ""
