"""The attributes that every tenant has from its first moment, and what its own may be called."""

import re

from tenants.models import Attribute, Tenant

BUILT_IN = {"username": "User name", "phone_number": "Phone number", "email": "E-mail"}
PRESETS = {"name": "Name", "nickname": "Nickname", "zoneinfo": "Time zone", "locale": "Language"}
LABELS = BUILT_IN | PRESETS

IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}", re.ASCII)
RESERVED = frozenset(  # fields of the sign-up calls that are no attributes
    {
        *("password", "client_id", "client_secret", "sub", "id", "state", "altcha", "ui_locales"),
        *("phone_number_otp", "phone_number_otp_token", "email_otp", "email_otp_token"),
        *("phone_number_code", "email_code", "verification_token", "provider_token", "anonymous_token"),
        *("phone_number_verified", "email_verified", "verify_email", "blocked", "login_attempts"),
        *("hash_fn", "salt", "identities", "profile", "metadata", "addresses"),
    }
)


def ensure_standard(tenant: Tenant) -> list[str]:
    """Give the tenant those of the built-in and preset attributes that it lacks; returns their identifiers."""
    present = set(tenant.attributes.values_list("identifier", flat=True))
    missing = [standard(identifier) for identifier in LABELS if identifier not in present]
    for attribute in missing:
        attribute.tenant = tenant
    Attribute.objects.bulk_create(missing)
    return [attribute.identifier for attribute in missing]


def standard(identifier: str) -> Attribute:
    """The built-in or preset attribute as a new tenant has it, not saved."""
    kind = Attribute.Kind.BUILT_IN if identifier in BUILT_IN else Attribute.Kind.PRESET
    return Attribute(identifier=identifier, kind=kind, label=LABELS[identifier])


def check_custom_identifier(identifier: str) -> None:
    """Raises ValueError for a name that no custom attribute may have."""
    if not IDENTIFIER.fullmatch(identifier):
        raise ValueError("is a letter, then letters, digits or underscores, 64 at most")
    if identifier in LABELS or identifier in RESERVED:
        raise ValueError("is a name with a meaning of its own")
