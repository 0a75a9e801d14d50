"""The third parties of a tenant, each as its row and its preset make it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from accounts.errors import ProviderFailed, ProviderNotFound
from accounts.third_party.presets import NEEDS_SECRET, PRESETS, REQUIRED_URLS, URLS, Endpoints, Preset
from tenants import sealing
from tenants.models import IdentityProvider

APPLE_KEYS = ("team_id", "key_id", "private_key")


@dataclass(frozen=True, slots=True)
class Provider:
    tenant_id: UUID
    key: str
    preset: str
    client_id: str
    client_secret: str
    endpoints: Endpoints

    @property
    def is_openid(self) -> bool:
        return bool(self.endpoints.issuer)


def get(tenant_id: UUID, key: str) -> Provider:
    """The tenant's third party with this key, if it is on; raises ProviderNotFound, or ProviderFailed if it is dead."""
    row = None
    if "\x00" not in key:  # PostgreSQL has no such text
        row = IdentityProvider.objects.filter(tenant_id=tenant_id, key=key, enabled=True).first()
    if row is None:
        raise ProviderNotFound
    if find_obstacle(row):
        raise ProviderFailed("The provider is not set up completely.")
    return Provider(row.tenant_id, row.key, row.preset, row.client_id, _secret_of(row), endpoints_of(row))


def endpoints_of(row: IdentityProvider) -> Endpoints:
    """What the row says, and where it is silent, the preset; an issuer of its own is asked for its own endpoints."""
    usual = PRESETS[row.preset]
    if row.issuer and row.issuer != usual.issuer:
        usual = replace(usual, authorize_url="", token_url="", userinfo_url="", jwks_url="")
    own = {name: getattr(row, name) for name in URLS if getattr(row, name)}
    scopes = tuple(row.scopes) or usual.scopes
    return replace(usual, **own, scopes=scopes, claims={**usual.claims, **row.claims})


def find_obstacle(row: IdentityProvider) -> str:
    """Why nobody can sign in with it, as the end of a sentence; "" if nothing is known to stand against it."""
    for name in ("client_id", *REQUIRED_URLS.get(row.preset, ())):
        if not getattr(row, name):
            return f"{name} is missing"
    return _obstacle_in_secret(row)


def _obstacle_in_secret(row: IdentityProvider) -> str:
    if not row.sealed_client_secret:
        return "it has no client secret" if row.preset in NEEDS_SECRET else ""
    try:
        secret = _secret_of(row)
    except sealing.InvalidToken:
        return "its client secret was sealed under another SECRET_KEY"
    return "" if row.preset != Preset.APPLE else check_apple_secret(secret)


def check_apple_secret(secret: str) -> str:
    """What is wrong with it: Apple's is no text but a key to sign with, and what the signature names."""
    try:
        found = json.loads(secret)
    except ValueError:
        found = None
    is_whole = isinstance(found, Mapping) and all(isinstance(found.get(key), str) for key in APPLE_KEYS)
    return "" if is_whole else f"its client secret is no JSON object with {', '.join(APPLE_KEYS)}"


def _secret_of(row: IdentityProvider) -> str:
    return sealing.unseal(row.sealed_client_secret) if row.sealed_client_secret else ""
