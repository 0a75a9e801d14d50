"""The page of a tenant: who it is, where it answers, and what it may send."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import EndUser
from ciam import findings
from ciam.administration.configuration import ConfigurationAdmin, ConfigurationForm
from ciam.administration.fields import LinesField, LogoField
from ciam.administration.site import may_add, may_view, rendered
from otp.delivery.models import Delivery
from tenants.models import (
    Application,
    Attribute,
    AuditEntry,
    OtpAuthSource,
    PasswordAuthSource,
    Sender,
    Tenant,
)

LISTS: tuple[tuple[type[Model], str], ...] = (
    (Attribute, "Attributes"),
    (PasswordAuthSource, "Password sources"),
    (OtpAuthSource, "Code sources"),
    (Sender, "Senders"),
    (EndUser, "End users"),
    (Delivery, "Deliveries"),
    (AuditEntry, "Audit log"),
)

ADDITIONS: tuple[tuple[type[Model], str], ...] = (
    (Application, "Add application"),
    (Attribute, "Add attribute"),
    (OtpAuthSource, "Add code source"),
    (PasswordAuthSource, "Add password source"),
    (Sender, "Add sender"),
)


class TenantForm(ConfigurationForm):
    name_field = "slug"
    paths = {
        "sms_quota": "quotas.sms",
        "email_quota": "quotas.email",
        "sms_interval_seconds": "limits.sms_per_number.interval_seconds",
        "sms_per_day": "limits.sms_per_number.per_day",
        "email_interval_seconds": "limits.email_per_address.interval_seconds",
        "email_per_day": "limits.email_per_address.per_day",
        "public_per_hour": "limits.public_per_hour",
        "logo": "branding.logo",
        "color": "branding.color",
        "pbkdf2_digest": "imported_pbkdf2.digest",
        "pbkdf2_rounds": "imported_pbkdf2.rounds",
    }

    domains = LinesField(
        label="Domains",
        required=False,
        help_text="Host names of this tenant alone, one a line; the first is its issuer. "
        "Without any, its applications call a shared host of this server.",
    )
    phone_regions = LinesField(
        label="Phone regions",
        required=False,
        help_text="Countries whose numbers are accepted, one a line, for example CN. Blank: all. A number without "
        "a country code belongs to the first country of the list that has such numbers.",
    )
    logo = LogoField(
        label="Logo",
        required=False,
        help_text="PNG, JPEG, WebP or GIF, 1 MB at most. It is scaled down to a height of 160 pixels.",
    )
    time_zone = forms.ChoiceField(
        label="Time zone",
        initial=Tenant._meta.get_field("time_zone").default,
        choices=[(zone, zone) for zone in sorted(available_timezones())],
        help_text="A day of the limits below begins at midnight in this time zone.",
    )

    class Meta:
        model = Tenant
        fields = (
            "name",
            "slug",
            "phone_regions",
            "time_zone",
            "sms_quota",
            "email_quota",
            "sms_interval_seconds",
            "sms_per_day",
            "email_interval_seconds",
            "email_per_day",
            "public_per_hour",
            "force_email_verification",
            "signing_algorithm",
            "logo",
            "color",
            "login_url",
            "pbkdf2_digest",
            "pbkdf2_rounds",
        )
        labels = {
            "sms_quota": "SMS messages in all",
            "email_quota": "E-mails in all",
            "sms_interval_seconds": "Seconds between SMS to one number",
            "sms_per_day": "SMS to one number in a day",
            "email_interval_seconds": "Seconds between e-mails to one address",
            "email_per_day": "E-mails to one address in a day",
            "public_per_hour": "Public messages in an hour",
            "force_email_verification": "Force e-mail verification",
            "color": "Colour",
            "login_url": "Log-in page",
            "pbkdf2_digest": "PBKDF2 digest",
            "pbkdf2_rounds": "PBKDF2 rounds",
        }
        help_texts = {
            "name": "The name that users know. It is in every message.",
            "slug": "The short name in files and commands: lower-case letters, digits, hyphens. It cannot be "
            "changed later.",
            "sms_quota": "Number of messages that may be sent in total. Blank: no limit.",
            "email_quota": "Number of messages that may be sent in total. Blank: no limit.",
            "sms_per_day": "Blank: no limit.",
            "email_per_day": "Blank: no limit.",
            "public_per_hour": "Codes that all callers without a client secret, such as pages and apps, may request "
            "together. 0: none. Blank: no limit.",
            "force_email_verification": "Users with an e-mail address must verify it before they log in.",
            "color": "For buttons on the hosted pages, for example #0a7c66.",
            "login_url": "The address of your page to which users go after a sign-up, or when their session is over.",
            "pbkdf2_digest": "For imported hashes that do not name their digest.",
            "pbkdf2_rounds": "For imported hashes that do not name their rounds. Blank: such hashes are refused.",
            "signing_algorithm": "For all tokens; clients expect RS256. It applies to the next key: "
            "manage.py rotate_keys.",
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not self.instance._state.adding:
            domains = self.instance.domains.order_by("position", "name")
            self.initial["domains"] = list(domains.values_list("name", flat=True))

    def document(self) -> dict[str, Any]:
        return {"tenants": [self.entry()]}

    def place(self) -> str:
        return "tenants[0]"

    def saved_row(self) -> Tenant:
        return Tenant.objects.get(slug=self.name())


class TenantAdmin(ConfigurationAdmin):
    form = TenantForm
    list_display = ("name", "slug", "time_zone", "created_at")
    search_fields = ("name", "slug")
    search_help_text = "Part of the name"
    ordering = ("name",)
    fixed_fields = ("slug",)
    change_form_template = "admin/tenant_form.html"
    fieldsets = (
        (None, {"fields": ("name", "slug", "domains")}),
        (
            "Messages",
            {
                "fields": (
                    "time_zone",
                    ("sms_quota", "email_quota"),
                    ("sms_interval_seconds", "sms_per_day"),
                    ("email_interval_seconds", "email_per_day"),
                    "public_per_hour",
                )
            },
        ),
        ("Addresses", {"fields": ("phone_regions", "force_email_verification")}),
        ("Hosted pages", {"fields": ("logo", "color", "login_url")}),
        ("Tokens", {"fields": ("signing_algorithm",)}),
        ("Imported passwords", {"fields": (("pbkdf2_digest", "pbkdf2_rounds"),)}),
    )

    def tenant_of(self, request: HttpRequest, obj: Any) -> Any:
        """No other tenant is to be chosen first."""
        return obj or Tenant()

    @admin.display(description="Domains")
    def domains(self, tenant: Tenant) -> str:
        """As those read them who may not change the tenant."""
        return "\n".join(tenant.domains.order_by("position", "name").values_list("name", flat=True)) or "-"

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, tuple[str, ...]]:
        return {} if obj else {"slug": ("name",)}

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **options: Any) -> Any:
        tenant = options.get("obj")
        if tenant:
            context |= {
                "findings": rendered(findings.find(tenant=tenant), request),
                "may_view_applications": may_view(request, Application),
                "applications": _applications(tenant),
                "may_add_applications": may_add(request, Application),
                "lists": [(_address(model, "changelist"), words) for model, words in LISTS if may_view(request, model)],
                "additions": [(_address(model, "add"), words) for model, words in ADDITIONS if may_add(request, model)],
            }
        return super().render_change_form(request, context, *args, **options)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A tenant with end users goes by `manage.py provision` alone: there is no way back."""
        return super().has_delete_permission(request, obj) and not (obj and obj.end_users.exists())

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        from ciam import provisioning

        provisioning.configure({"tenants": [{"slug": obj.slug, "state": "absent"}]})


def _applications(tenant: Tenant) -> list[Any]:
    return list(tenant.applications.order_by("name")[:100])


def _address(model: type[Model], view: str) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}")
