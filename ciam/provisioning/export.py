"""A tenant as the file that makes it: all that was configured, in a fixed order, and no secret."""

from collections.abc import Iterable
from typing import Any

import yaml

from ciam.provisioning.rows import flows
from tenants.attributes import LABELS, standard
from tenants.models import Application, Attribute, LoginFlow, OtpAuthSource, PasswordAuthSource, SignUpFlow, Tenant

ATTRIBUTE = ("identifier", "type", "label", "regex", "error_message", "enabled")
SENDER = ("key", "enabled", "channel", "vendor", "settings", "secret_env")
VARIABLES = ("secret_env", "client_secret_env")
PROVIDER_URLS = ("issuer", "authorize_url", "token_url", "userinfo_url")
IDENTITY_PROVIDER = ("key", "enabled", "preset", *PROVIDER_URLS, "client_id", "client_secret_env", "scopes", "claims")
PASSWORD_SOURCE = ("name", "enabled", "login_attributes", "strength", "history")
OTP_SOURCE = ("name", "enabled", "channel", "code_length", "code_ttl_seconds")
URIS = ("redirect_uris", "logout_redirect_uris", "allowed_origins")
APPLICATION = ("name", "type", "client_id", "enabled", "answers", *URIS)
TOKENS = ("access_ttl_seconds", "refresh_ttl_seconds", "sessions_per_user")


class _Dumper(yaml.SafeDumper):
    """Writes equal lists twice, instead of an alias for the second."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def export(tenant_slug: str) -> str:
    """Raises Tenant.DoesNotExist."""
    document = {"tenants": [_tenant(Tenant.objects.get(slug=tenant_slug))]}
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def _tenant(tenant: Tenant) -> dict[str, Any]:
    return {
        "slug": tenant.slug,
        "name": tenant.name,
        "domains": list(tenant.domains.order_by("position", "name").values_list("name", flat=True)),
        "phone_regions": tenant.phone_regions,
        "time_zone": tenant.time_zone,
        "quotas": {"sms": tenant.sms_quota, "email": tenant.email_quota},
        "limits": {
            "sms_per_number": {"interval_seconds": tenant.sms_interval_seconds, "per_day": tenant.sms_per_day},
            "email_per_address": {"interval_seconds": tenant.email_interval_seconds, "per_day": tenant.email_per_day},
            "public_per_hour": tenant.public_per_hour,
        },
        "force_email_verification": tenant.force_email_verification,
        **_columns(tenant, ("login_url",)),
        "branding": _columns(tenant, ("color", "logo")),
        "imported_pbkdf2": {"digest": tenant.pbkdf2_digest, "rounds": tenant.pbkdf2_rounds},
        "signing_algorithm": tenant.signing_algorithm,
        "attributes": _attributes(tenant.attributes.order_by("identifier")),
        "senders": [_with_secret(row, SENDER) for row in tenant.senders.order_by("position", "key")],
        "identity_providers": [
            _with_secret(row, IDENTITY_PROVIDER) for row in tenant.identity_providers.order_by("key")
        ],
        "password_auth_sources": [_password_source(row) for row in tenant.password_auth_sources.order_by("key")],
        "otp_auth_sources": [_otp_source(row) for row in tenant.otp_auth_sources.order_by("key")],
        "applications": [_application(row) for row in tenant.applications.order_by("client_id")],
    }


def _columns(row: Any, names: Iterable[str]) -> dict[str, Any]:
    """What is blank is written as null, which says so."""
    values = {name: getattr(row, name) for name in names}
    return {name: None if value == "" else value for name, value in values.items()}


def _with_secret(row: Any, names: Iterable[str]) -> dict[str, Any]:
    """Leave out the name of a variable where there is none: null would remove a secret that the file cannot hold."""
    return {name: value for name, value in _columns(row, names).items() if value is not None or name not in VARIABLES}


def _attributes(rows: Iterable[Attribute]) -> list[dict[str, Any]]:
    """The tenant's own, and of those that every tenant has what differs."""
    found = []
    for row in rows:
        columns = _columns(row, ATTRIBUTE)
        if row.identifier in LABELS:
            usual = _columns(standard(row.identifier), ATTRIBUTE)
            columns = {name: value for name, value in columns.items() if name == "identifier" or value != usual[name]}
        if len(columns) > 1:
            found.append(columns)
    return found


def _password_source(row: PasswordAuthSource) -> dict[str, Any]:
    lockout = {
        "threshold": row.lockout_threshold,
        "window_hours": row.lockout_window_hours,
        "unlock_minutes": row.lockout_unlock_minutes,
    }
    return {
        "key": row.key,
        "id": row.id.hex,
        **_columns(row, PASSWORD_SOURCE),
        "lockout": lockout if row.lockout_threshold else None,
        "captcha": {"threshold": row.captcha_threshold} if row.captcha_threshold else None,
        "hash": row.hash,
    }


def _otp_source(row: OtpAuthSource) -> dict[str, Any]:
    return {"key": row.key, "id": row.id.hex, **_columns(row, OTP_SOURCE)}


def _application(row: Application) -> dict[str, Any]:
    exported = {
        **_columns(row, APPLICATION),
        "tokens": _columns(row, TOKENS),
        "scopes": row.scopes,
        "dialects": row.dialects,
    }
    sign_up = SignUpFlow.objects.filter(application=row).select_related("default_group").first()
    login = LoginFlow.objects.filter(application=row).first()
    if sign_up:
        exported["sign_up"] = _sign_up(sign_up)
    if login:
        exported["login"] = _login(login)
    return exported


def _sign_up(flow: SignUpFlow) -> dict[str, Any]:
    asked = flows.sign_up_attributes(flow)
    lists = {key: [name for its_role, name in asked if its_role == role] for key, role in flows.ROLES.items()}
    group = flow.default_group
    return {
        "enabled": flow.enabled,
        "authentication": flow.authentication,
        **lists,
        "default_group": group.name if group else None,
    }


def _login(flow: LoginFlow) -> dict[str, Any]:
    preferred, associated = flows.login_sources(flow)
    return {
        "preferred_auth_source": preferred,
        "associated_auth_sources": associated,
        "claims": flow.claims,
        "anonymous": flow.anonymous,
        "consent": flow.consent,
    }
