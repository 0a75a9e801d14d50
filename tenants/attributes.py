"""The attributes that every tenant has from the start."""

from tenants.models import Attribute, Tenant

BUILT_IN = {"username": "User name", "phone_number": "Phone number", "email": "E-mail"}
PRESET = {"name": "Name", "nickname": "Nickname", "zoneinfo": "Time zone", "locale": "Language"}


def ensure_standard(tenant: Tenant) -> None:
    """Create the built-in and the preset attributes that the tenant does not have."""
    for kind, labels in ((Attribute.Kind.BUILT_IN, BUILT_IN), (Attribute.Kind.PRESET, PRESET)):
        for identifier, label in labels.items():
            tenant.attributes.get_or_create(identifier=identifier, defaults={"kind": kind, "label": label})
