"""Coming back from a third party: its evidence becomes a provider token of ours."""

from datetime import datetime

from accounts import provider_tokens
from accounts.errors import ProviderFailed
from accounts.third_party import exchange
from accounts.third_party.exchange import Evidence
from accounts.third_party.profiles import Profile
from accounts.third_party.providers import Provider
from tenants import audit, refusals
from tenants.configuration import ApplicationConfiguration


def arrive(
    *, application: ApplicationConfiguration, device_id: str, provider: Provider, evidence: Evidence, now: datetime
) -> tuple[str, Profile]:
    """A provider token, and who it is about; raises ProviderFailed."""
    try:
        profile = exchange.fetch_profile(provider, evidence, now)
    except ProviderFailed as failure:
        _record(application, provider.key, str(failure), now)
        raise
    return provider_tokens.issue(application=application, device_id=device_id, profile=profile, now=now), profile


def _record(application: ApplicationConfiguration, provider_key: str, reason: str, now: datetime) -> None:
    refusals.record(
        "identity.exchange",
        tenant_id=application.tenant.id,
        now=now,
        actor=audit.application_actor(application.client_id),
        subject=f"identity of {provider_key}",
        detail={"reason": reason},
    )
