"""Every key that a file may have, and what each may be."""

from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from phonenumbers import SUPPORTED_REGIONS

from accounts.third_party.profiles import NAMES as CLAIMS
from ciam import dialect_names
from ciam.provisioning.reading.entries import Entry, Shape, objects
from ciam.provisioning.reading.images import logo
from ciam.provisioning.reading.problems import Node, Problems
from ciam.provisioning.reading.readers import (
    Reader,
    choice,
    flag,
    folded,
    matching,
    member,
    nullable,
    plain_mapping,
    text,
    values,
    whole,
)
from ciam.provisioning.reading.web_addresses import check_host_name, check_origin, check_redirect_uri, check_url
from otp.delivery.senders import VENDORS
from tenants.attributes import BUILT_IN, IDENTIFIER
from tenants.client_secrets import SHORTEST as SHORTEST_SECRET
from tenants.models import Application, Attribute, Channel, IdentityProvider, PasswordAuthSource, SignUpFlow, Tenant
from tenants.patterns import check_pattern

SCOPES = ("read:user", "write:user")
DAY_SECONDS = 86_400
YEAR_SECONDS = 365 * DAY_SECONDS
MOST_PBKDF2_ROUNDS = 2_600_000


def read(source: Node) -> list[Entry]:
    """The tenants of a file; raises InvalidFile."""
    problems = Problems()
    document = FILE.read(source, problems)
    problems.check()
    tenants: list[Entry] = document["tenants"]
    return tenants


@lru_cache
def _time_zones() -> set[str]:
    return available_timezones()


def _claims(node: Node, problems: Problems) -> Any:
    """A mapping of our claims to a provider's."""
    found = plain_mapping(node, problems)
    for name, value in node.value.items() if found else ():
        text()(value, problems)
        if name not in CLAIMS:
            problems.add(value, f"is for no claim of ours: they are {', '.join(CLAIMS)}")
    return found


slug = text(
    longest=64, check=matching(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?", "has lower-case letters, digits and hyphens")
)
key = text(longest=64, check=matching(r"[A-Za-z0-9_-]+", "has letters, digits, hyphens and underscores"))
client_id = text(check=matching(r"[A-Za-z0-9._~-]+", "has letters, digits and the signs - . _ ~"))
environment_name = text(check=matching(r"[A-Za-z_][A-Za-z0-9_]*", "is the name of an environment variable"))
row_id = text(
    check=matching(
        r"[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "is a UUID or 32 hex digits"
    )
)
identifier = text(check=matching(IDENTIFIER.pattern, "is a letter, then letters, digits or underscores, 64 at most"))
blank = nullable(text(shortest=0), "")
sentence = nullable(text(shortest=0, longest=256), "")
url = nullable(text(longest=512, check=check_url), "")
optional_environment_name = nullable(environment_name, "")
color = folded(text(check=matching(r"#[0-9a-f]{6}", "is a colour as #0a7c66: a sign and six hex digits")), str.lower)
region = member(lambda: SUPPORTED_REGIONS, "is an ISO region, as CN")
identifiers = values(identifier)
built_in_identifiers = values(choice(*BUILT_IN), least=1)
per_day = nullable(whole(0))

LIMITS = Shape({"interval_seconds": whole(0, DAY_SECONDS), "per_day": per_day})

IMPORTED_PBKDF2 = Shape(
    {"digest": choice(*Tenant.Pbkdf2Digest.values), "rounds": nullable(whole(1, MOST_PBKDF2_ROUNDS))}
)

ATTRIBUTE: dict[str, Reader] = {
    "identifier": identifier,
    "type": choice(*Attribute.Type.values),
    "label": blank,
    "regex": nullable(text(shortest=0, longest=10_000, check=check_pattern), ""),
    "error_message": sentence,
    "enabled": flag,
}

SENDER: dict[str, Reader] = {
    "key": key,
    "enabled": flag,
    "channel": choice(*Channel.values),
    "vendor": choice(*VENDORS),
    "settings": plain_mapping,
    "secret": nullable(text(longest=4096), ""),
    "secret_env": optional_environment_name,
}

IDENTITY_PROVIDER: dict[str, Reader] = {
    "key": key,
    "enabled": flag,
    "preset": choice(*IdentityProvider.Preset.values),
    "issuer": url,
    "authorize_url": url,
    "token_url": url,
    "userinfo_url": url,
    "client_id": text(longest=512),
    "client_secret": nullable(text(longest=4096), ""),
    "client_secret_env": optional_environment_name,
    "scopes": values(text()),
    "claims": _claims,
}

LOCKOUT = Shape({"threshold": whole(1, 999), "window_hours": whole(1, 99_999), "unlock_minutes": whole(1, 999_999)})
CAPTCHA = Shape({"threshold": whole(1, 999)}, required=("threshold",))

PASSWORD_AUTH_SOURCE: dict[str, Reader] = {
    "key": key,
    "id": row_id,
    "name": blank,
    "enabled": flag,
    "login_attributes": built_in_identifiers,
    "strength": choice(*PasswordAuthSource.Strength.values),
    "history": whole(0, 128),
    "lockout": nullable(LOCKOUT.read),
    "captcha": nullable(CAPTCHA.read),
    "hash": choice(*PasswordAuthSource.Hash.values),
}

OTP_AUTH_SOURCE: dict[str, Reader] = {
    "key": key,
    "id": row_id,
    "name": blank,
    "enabled": flag,
    "channel": choice(*Channel.values),
    "code_length": whole(1, 128),
    "code_ttl_seconds": whole(1, 300),
}

TOKENS = Shape(
    {
        "access_ttl_seconds": whole(60, DAY_SECONDS),
        "refresh_ttl_seconds": whole(60, YEAR_SECONDS),
        "sessions_per_user": nullable(whole(1, 1000)),
    }
)

SIGN_UP = Shape(
    {
        "enabled": flag,
        "authentication_attributes": values(choice(*BUILT_IN)),
        "authentication": choice(*SignUpFlow.Authentication.values),
        "required_attributes": identifiers,
        "optional_attributes": identifiers,
        "default_group": nullable(text()),
    }
)

LOGIN = Shape(
    {
        "preferred_auth_source": nullable(key),
        "associated_auth_sources": values(key),
        "claims": identifiers,
        "anonymous": flag,
        "consent": flag,
    }
)

APPLICATION: dict[str, Reader] = {
    "name": text(),
    "type": choice(*Application.Type.values),
    "client_id": client_id,
    "client_secret": text(shortest=SHORTEST_SECRET, longest=512),
    "client_secret_env": environment_name,
    "enabled": flag,
    "answers": choice(*Application.Answers.values),
    "redirect_uris": values(text(longest=2000, check=check_redirect_uri)),
    "logout_redirect_uris": values(text(longest=2000, check=check_redirect_uri)),
    "allowed_origins": values(folded(text(longest=512, check=check_origin), str.lower), most=10),
    "tokens": TOKENS.read,
    "scopes": values(choice(*SCOPES)),
    "dialects": values(choice(*dialect_names.NAMES)),
    "sign_up": SIGN_UP.read,
    "login": LOGIN.read,
}

TENANT: dict[str, Reader] = {
    "slug": slug,
    "name": text(),
    "domains": values(folded(text(longest=253, check=check_host_name), str.lower)),
    "phone_regions": values(folded(region, str.upper), most=300),
    "time_zone": member(_time_zones, "is a time zone, as Asia/Shanghai"),
    "quotas": Shape({"sms": nullable(whole(0)), "email": nullable(whole(0))}).read,
    "limits": Shape(
        {"sms_per_number": LIMITS.read, "email_per_address": LIMITS.read, "public_per_hour": nullable(whole(0))}
    ).read,
    "force_email_verification": flag,
    "login_url": url,
    "branding": Shape({"logo": nullable(logo, ""), "color": nullable(color, "")}).read,
    "imported_pbkdf2": IMPORTED_PBKDF2.read,
    "signing_algorithm": choice(*Tenant.SigningAlgorithm.values),
    "attributes": objects("identifier", ATTRIBUTE),
    "senders": objects("key", SENDER),
    "identity_providers": objects("key", IDENTITY_PROVIDER),
    "password_auth_sources": objects("key", PASSWORD_AUTH_SOURCE),
    "otp_auth_sources": objects("key", OTP_AUTH_SOURCE),
    "applications": objects("client_id", APPLICATION),
}

FILE = Shape({"tenants": objects("slug", TENANT)}, required=("tenants",))
