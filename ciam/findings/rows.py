"""All rows that the findings are made of, in a number of queries that does not grow with them."""

from typing import Any

from django.db.models import Prefetch, QuerySet

from tenants.models import (
    Application,
    ClientSecret,
    Domain,
    LoginFlow,
    LoginSource,
    Sender,
    SignUpAttribute,
    SignUpFlow,
    Tenant,
)


def read(tenant: Tenant | None, application: Application | None) -> list[Tenant]:
    """The tenants that are meant, each with all that it configured; of their applications those that are meant."""
    tenants, applications = Tenant.objects.order_by("slug"), Application.objects.order_by("client_id")
    if application:
        tenants, applications = tenants.filter(pk=application.tenant_id), applications.filter(pk=application.pk)
    if tenant:
        tenants = tenants.filter(pk=tenant.pk)
    return list(_with_configuration(tenants, applications))


def _with_configuration(tenants: QuerySet[Tenant], applications: QuerySet[Application]) -> QuerySet[Tenant]:
    return tenants.prefetch_related(
        "attributes",
        "password_auth_sources",
        "otp_auth_sources",
        "identity_providers",
        Prefetch("domains", Domain.objects.order_by("position", "name")),
        Prefetch("senders", Sender.objects.select_related("health").order_by("position", "key")),
        Prefetch("applications", applications.select_related("sign_up_flow", "login_flow")),
        Prefetch("applications__secrets", ClientSecret.objects.only("application_id")),
        Prefetch(
            "applications__sign_up_flow__attributes",
            SignUpAttribute.objects.select_related("attribute").order_by("position"),
        ),
        Prefetch(
            "applications__login_flow__sources",
            LoginSource.objects.select_related("password_auth_source", "otp_auth_source").order_by("position"),
        ),
    )


def sign_up_of(application: Application) -> SignUpFlow | None:
    """The application's sign-up, if it is on."""
    flow: SignUpFlow | None = getattr(application, "sign_up_flow", None)
    return flow if flow and flow.enabled else None


def asked_of(application: Application) -> list[SignUpAttribute]:
    """The attributes of its sign-up, those that are off too; none if the sign-up itself is off."""
    flow = sign_up_of(application)
    return list(flow.attributes.all()) if flow else []


def claims_of(application: Application) -> list[str]:
    flow: LoginFlow | None = getattr(application, "login_flow", None)
    return texts(flow.claims) if flow else []


def login_sources_of(application: Application) -> list[LoginSource]:
    flow: LoginFlow | None = getattr(application, "login_flow", None)
    return list(flow.sources.all()) if flow else []


def texts(value: Any) -> list[str]:
    """What is text in a JSON column, whatever somebody wrote there."""
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
