"""The pages of the trail, for reading."""

import re
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest

from accounts.models import EndUser
from ciam.administration.base import ReadOnlyAdmin, TenantFilter, as_id
from ciam.administration.history import changes_of
from otp.address_search import possible_addresses
from otp.audit_ids import audit_id
from tenants.models import AuditEntry, Tenant


class KindFilter(admin.SimpleListFilter):
    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("staff", "Not by end users"), ("refused", "Refused or failed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        if self.value() == "staff":
            return queryset.exclude(event__in=AuditEntry.FREQUENT)
        return queryset.exclude(outcome=AuditEntry.Outcome.SUCCEEDED) if self.value() == "refused" else queryset


class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "actor", "event", "outcome", "subject", "tenant")
    list_filter = (TenantFilter, KindFilter)
    search_fields = ("id",)
    search_help_text = "A user's sub, whole phone number or e-mail address; or the id of what it is about"
    change_form_template = "admin/audit_entry.html"
    fields = ("at", "actor", "event", "outcome", "subject", "tenant", "source", "request_id")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.fields

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[AuditEntry], search_term: str) -> Any:
        """Return the entries about an id, which may stand behind `end_user:` or `end user`, as the list shows it.

        What end users do is about themselves, so these are all of their entries. An address finds what was asked for
        it, refusals too, and all of the end user who has it.
        """
        if not search_term.strip():
            return queryset, False
        row_id = as_id(re.split("[: ]", search_term.strip())[-1])
        ids = [row_id] if row_id else _ids_of_address(search_term)
        return queryset.filter(object_id__in=[one.hex for one in ids]), False

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        name = Tenant.objects.filter(pk=OuterRef("tenant_id")).values("name")
        rows: QuerySet[AuditEntry] = super().get_queryset(request).annotate(tenant_name=Subquery(name))
        return rows

    @admin.display(description="Tenant")
    def tenant(self, line: Any) -> str:
        """Its name, or its id when the tenant is gone."""
        return line.tenant_name or (line.tenant_id.hex if line.tenant_id else "-")

    def heading(self, row: AuditEntry) -> str:
        return f"{row.event} {row.subject}".strip()

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **options: Any) -> Any:
        context["changes"] = changes_of(options["obj"])
        return super().render_change_form(request, context, *args, **options)


def _ids_of_address(text: str) -> list[UUID]:
    found = possible_addresses(text)
    holders = (
        EndUser.objects.filter(Q(email__in=found) | Q(phone_number__in=found)) if found else EndUser.objects.none()
    )
    tenants = Tenant.objects.values("id")  # so that the unique indexes find them
    return [*map(audit_id, found), *holders.filter(tenant__in=tenants).values_list("pk", flat=True)]
