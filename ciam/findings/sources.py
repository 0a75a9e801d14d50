"""Authentication sources whose settings are weaker than they look."""

from collections.abc import Iterator

from ciam.findings.finding import Finding, of_tenant
from otp.challenges import TOKEN_TTL
from otp.guesses import PER_TOKEN, SHORT_CODE_DIGITS
from tenants.models import OtpAuthSource, PasswordAuthSource, Tenant

TOKEN_SECONDS = int(TOKEN_TTL.total_seconds())


def warnings(tenant: Tenant) -> Iterator[Finding]:
    for password_source in tenant.password_auth_sources.all():
        if password_source.enabled:
            yield from _half_lockout(tenant, password_source)
    for otp_source in tenant.otp_auth_sources.all():
        if otp_source.enabled:
            yield from _short_code(tenant, otp_source)
            yield from _long_life(tenant, otp_source)


def _half_lockout(tenant: Tenant, source: PasswordAuthSource) -> Iterator[Finding]:
    names = ("threshold", "window_hours", "unlock_minutes")
    missing = [name for name in names if getattr(source, f"lockout_{name}") is None]
    if 0 < len(missing) < len(names):
        yield of_tenant(
            tenant,
            "half-lockout",
            subject=f"password source {source.key}",
            message=f"The lock-out of the source {source.key} is half configured, which locks nobody out.",
            cure=f"Give `lockout` its {' and '.join(missing)} too, or set it to null: off.",
            row=source,
        )


def _short_code(tenant: Tenant, source: OtpAuthSource) -> Iterator[Finding]:
    if source.code_length < SHORT_CODE_DIGITS:
        yield of_tenant(
            tenant,
            "short-code",
            subject=f"otp source {source.key}",
            message=f"Codes of the source {source.key} are easier to guess than others: {source.code_length} digits, "
            f"which is why a token allows {PER_TOKEN[True]} guesses instead of {PER_TOKEN[False]}.",
            cure=f"Set its `code_length` to {SHORT_CODE_DIGITS}.",
            row=source,
        )


def _long_life(tenant: Tenant, source: OtpAuthSource) -> Iterator[Finding]:
    if source.code_ttl_seconds > TOKEN_SECONDS:
        yield of_tenant(
            tenant,
            "code-outlives-token",
            subject=f"otp source {source.key}",
            message=f"Codes of the source {source.key} are said to live {source.code_ttl_seconds} seconds, "
            f"but are refused after {TOKEN_SECONDS}, when their otp_token ends.",
            cure=f"Set its `code_ttl_seconds` to {TOKEN_SECONDS} or less.",
            row=source,
        )
