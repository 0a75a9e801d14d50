"""Identity providers: third parties whose identities the tenant accepts."""

from collections.abc import Mapping
from typing import Any

from accounts.models import Identity
from accounts.third_party.presets import PRESETS, REQUIRED_URLS, URLS, Preset
from accounts.third_party.providers import check_apple_secret
from ciam.provisioning.reading.entries import Entry
from ciam.provisioning.rows import environment
from ciam.provisioning.rows.work import Work
from tenants.models import IdentityProvider

SAME_PARTY = ("preset", "issuer", "userinfo_url")  # whose subjects the identities are


def apply_identity_providers(work: Work) -> None:
    rows = {provider.key: provider for provider in work.tenant.identity_providers.all()}
    for entry in work.entry.present("identity_providers"):
        row = rows.get(entry["key"]) or IdentityProvider(tenant=work.tenant, key=entry["key"])
        what = f"identity provider {row.key}"
        columns = entry.pick("enabled", "preset", *URLS, "client_id", "client_secret_env", "scopes", "claims")
        if "client_secret" in entry:
            columns.setdefault("client_secret_env", "")
        _check_same_party(work, entry, row, columns)
        work.save(what, row, columns)
        environment.seal_secret(work, entry, what, row, key="client_secret_env", column="sealed_client_secret")
        _check_complete(work, entry, row)
        _check_secret(work, entry, row)


def has_identities(row: IdentityProvider) -> bool:
    return Identity.objects.filter(tenant_id=row.tenant_id, provider=row.key).exists()


def _check_complete(work: Work, entry: Entry, row: IdentityProvider) -> None:
    for key in ("preset", "client_id", *REQUIRED_URLS.get(row.preset, ())):
        if not getattr(row, key):
            work.refuse(entry.at(key), f"{key} is missing")


def _check_secret(work: Work, entry: Entry, row: IdentityProvider) -> None:
    if row.preset == Preset.APPLE and entry.get("client_secret"):
        reason = check_apple_secret(entry["client_secret"])
        if reason:
            work.refuse(entry.at("client_secret"), reason)


def _check_same_party(work: Work, entry: Entry, row: IdentityProvider, columns: dict[str, Any]) -> None:
    """A subject means somebody at one third party alone: elsewhere the same text is another person."""
    changed = [name for name in SAME_PARTY if name in columns and columns[name] != getattr(row, name)]
    if not changed and "claims" in columns and _subject(row, columns["claims"]) != _subject(row, row.claims):
        changed = ["claims"]
    if changed and has_identities(row):
        work.refuse(entry.at(changed[0]), "cannot change while end users have identities there; use another key")


def _subject(row: IdentityProvider, claims: Mapping[str, str]) -> str:
    """Return the claim that says who somebody is there."""
    return claims.get("sub") or PRESETS[row.preset].claims["sub"]
