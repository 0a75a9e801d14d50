"""The third parties that an end user may bind, and those that are bound."""

from typing import Any

from accounts.models import EndUser, Identity
from accounts.third_party.presets import PRESETS
from tenants.models import IdentityProvider


def of(end_user: EndUser) -> list[dict[str, Any]]:
    """Those of the tenant that are on, and any other that is bound."""
    bound = {identity.provider: identity for identity in end_user.identities.all()}
    rows = list(IdentityProvider.objects.filter(tenant_id=end_user.tenant_id, enabled=True).order_by("key"))
    presets = {row.key: row.preset for row in rows} | dict.fromkeys(sorted(bound.keys() - {r.key for r in rows}), "")
    return [_told(key, preset, bound.get(key)) for key, preset in presets.items()]


def _told(key: str, preset: str, identity: Identity | None) -> dict[str, Any]:
    profile = identity.profile if identity else {}
    return {
        "id": key,
        "name": key,
        "homepage": PRESETS[preset].homepage if preset else "",
        "picture": profile.get("picture", ""),
        "provider_user_name": profile.get("name", ""),
        "provider_type": preset,
        "bind": identity is not None,
    }
