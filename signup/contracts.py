"""Compiling what an application asks for, and how it is configured, into the one row that a request reads."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from accounts.passwords import costs
from tenants.configuration import ApplicationConfiguration, TenantSettings
from tenants.models import (
    Application,
    ApplicationOrigin,
    Attribute,
    LoginFlow,
    LoginSource,
    PasswordAuthSource,
    Publication,
    SignUpAttribute,
    SignUpFlow,
    Tenant,
)

OF_PASSWORD_SOURCE = (
    *("strength", "hash", "history", "login_attributes", "captcha_threshold"),
    *("lockout_threshold", "lockout_window_hours", "lockout_unlock_minutes"),
)


@transaction.atomic
def publish(application: Application) -> None:
    """Make the application's configuration count for the very next call."""
    _remember_hash_costs(application.tenant_id)
    document = compile_document(application)
    Publication.objects.update_or_create(
        application=application, defaults={"client_id": application.client_id, "document": document}
    )
    _publish_origins(application, ApplicationConfiguration.load(document))


def _publish_origins(application: Application, configuration: ApplicationConfiguration) -> None:
    """Write the rows that differ; the publication, which is locked, keeps two writers of one application apart."""
    origins = configuration.origins if configuration.enabled else frozenset()
    stored = set(application.origins.values_list("origin", flat=True))
    application.origins.filter(origin__in=stored - origins).delete()
    ApplicationOrigin.objects.bulk_create(
        [
            ApplicationOrigin(tenant_id=application.tenant_id, application=application, origin=origin)
            for origin in origins - stored
        ]
    )


def _remember_hash_costs(tenant_id: UUID) -> None:
    """Of the hashes that the tenant's password sources make now; what they made before stays remembered."""
    algorithms = set(PasswordAuthSource.objects.filter(tenant_id=tenant_id).values_list("hash", flat=True))
    if algorithms:
        costs.remember(tenant_id, max(map(costs.milliseconds_of_ours, algorithms)))


def note_hash(tenant_id: UUID, line: str) -> None:
    """Publish what a comparison with an imported hash costs, before anybody has it, if it is the dearest so far."""
    if line and costs.remember(tenant_id, costs.milliseconds_of(line)):
        publish_all(Tenant.objects.filter(id=tenant_id))


def publish_tenant(tenant: Tenant) -> int:
    """Publish all applications of the tenant; how many there are."""
    applications = list(tenant.applications.all())
    for application in applications:
        publish(application)
    return len(applications)


def publish_all(tenants: QuerySet[Tenant]) -> int:
    """Publish all applications of these tenants, one tenant after the other; how many there are."""
    return sum(_publish_locked(tenant_id) for tenant_id in tenants.order_by("slug").values_list("id", flat=True))


@transaction.atomic
def _publish_locked(tenant_id: UUID) -> int:
    """With the lock that whoever changes the tenant takes, so that nothing older is published than what is there."""
    tenant = Tenant.objects.select_for_update(no_key=True).filter(id=tenant_id).first()
    return publish_tenant(tenant) if tenant else 0


def compile_document(application: Application) -> dict[str, Any]:
    """What `tenants.configuration.ApplicationConfiguration.load` reads: JSON values alone."""
    return {
        "id": application.id.hex,
        "client_id": application.client_id,
        "name": application.name,
        "type": application.type,
        "enabled": application.enabled,
        "secret_hashes": list(application.secrets.order_by("created_at").values_list("hash", flat=True)),
        "tenant": _tenant(application.tenant),
        "attributes": [_attribute(attribute) for attribute in application.tenant.attributes.order_by("identifier")],
        "sign_up": _sign_up(application),
        "login": _login(application),
        "tokens": {
            "access_ttl_seconds": application.access_ttl_seconds,
            "refresh_ttl_seconds": application.refresh_ttl_seconds,
            "sessions_per_user": application.sessions_per_user,
        },
        "scopes": application.scopes,
        "dialects": application.dialects,
        "allowed_origins": application.allowed_origins,
        "redirect_uris": application.redirect_uris,
        "logout_redirect_uris": application.logout_redirect_uris,
        "is_private": application.answers == Application.Answers.PRIVATE,
    }


def tenant_settings(tenant: Tenant) -> TenantSettings:
    """The tenant as a request knows it, where no application calls."""
    return TenantSettings.load(_tenant(tenant))


def _tenant(tenant: Tenant) -> dict[str, Any]:
    return {
        "id": tenant.id.hex,
        "slug": tenant.slug,
        "name": tenant.name,
        "domain": tenant.domains.order_by("position", "name").values_list("name", flat=True).first() or "",
        "phone_regions": tenant.phone_regions,
        "time_zone": tenant.time_zone,
        "quotas": {"sms": tenant.sms_quota, "email": tenant.email_quota},
        "limits": {
            "sms": {"interval_seconds": tenant.sms_interval_seconds, "per_day": tenant.sms_per_day},
            "email": {"interval_seconds": tenant.email_interval_seconds, "per_day": tenant.email_per_day},
        },
        "public_per_hour": tenant.public_per_hour,
        "force_email_verification": tenant.force_email_verification,
        "login_url": tenant.login_url,
        "color": tenant.color,
        "has_logo": bool(tenant.logo),
        "pbkdf2_digest": tenant.pbkdf2_digest,
        "pbkdf2_rounds": tenant.pbkdf2_rounds,
        "dearest_hash_milliseconds": costs.dearest(tenant.id),
    }


def _attribute(attribute: Attribute) -> dict[str, str]:
    return {
        "identifier": attribute.identifier,
        "label": attribute.label,
        "kind": attribute.kind,
        "type": attribute.type,
        "regex": attribute.regex,
        "error_message": attribute.error_message,
    }


def _sign_up(application: Application) -> dict[str, Any]:
    flow = SignUpFlow.objects.filter(application=application).first()
    rows = SignUpAttribute.objects.filter(flow_id=application.pk, attribute__enabled=True).order_by("position")
    by_role: dict[str, list[str]] = {role: [] for role in SignUpAttribute.Role.values}
    for role, identifier in rows.values_list("role", "attribute__identifier"):
        by_role[role].append(identifier)
    return {
        "enabled": bool(flow and flow.enabled),
        "authentication": flow.authentication if flow else SignUpFlow.Authentication.ALL,
        **{f"{role}_attributes": identifiers for role, identifiers in by_role.items()},
        "default_group_id": flow.default_group_id.hex if flow and flow.default_group_id else None,
    }


def _login(application: Application) -> dict[str, Any]:
    """The enabled sources, the preferred one first, and what the application is told of its users."""
    flow = LoginFlow.objects.filter(application=application).first()
    rows = list(
        LoginSource.objects.filter(flow=flow)
        .select_related("password_auth_source", "otp_auth_source")
        .order_by("-preferred", "position")
    )
    passwords = [row.password_auth_source for row in rows if row.password_auth_source]
    otps = [row.otp_auth_source for row in rows if row.otp_auth_source]
    return {
        "password_sources": [
            {"id": one.id.hex} | {name: getattr(one, name) for name in OF_PASSWORD_SOURCE}
            for one in passwords
            if one.enabled
        ],
        "otp_sources": [
            {
                "id": one.id.hex,
                "channel": one.channel,
                "code_length": one.code_length,
                "code_ttl_seconds": one.code_ttl_seconds,
            }
            for one in otps
            if one.enabled
        ],
        "anonymous": bool(flow and flow.anonymous),
        "claims": flow.claims if flow else [],
        "consent": bool(flow and flow.consent),
    }
