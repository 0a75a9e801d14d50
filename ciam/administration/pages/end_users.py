"""The pages of end users: found by what they are known by, shown as they are, let in or kept out."""

import json
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from accounts import profiles, statuses
from accounts.models import EndUser
from accounts.usernames import comparable_username
from ciam.administration.base import ReadOnlyAdmin, TenantFilter, as_id
from ciam.administration.history import ConfigurationHistory
from otp.address_search import possible_addresses
from tenants import clock
from tenants.models import Tenant
from tokens import sessions

VERBS = {"block": EndUser.Status.LOCK, "freeze": EndUser.Status.FREEZE, "unlock": EndUser.Status.NORMAL}
DONE = {"block": "blocked", "freeze": "frozen", "unlock": "let in again"}


class StatusFilter(admin.SimpleListFilter):
    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("LOCK", "Blocked"), ("FREEZE", "Frozen")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[EndUser]) -> QuerySet[EndUser]:
        return queryset.filter(status=self.value()) if self.value() in EndUser.Status.values else queryset


class EndUserAdmin(ConfigurationHistory, ReadOnlyAdmin):
    list_display = ("__str__", "phone", "mail", "status", "tenant", "created_at")
    list_filter = (TenantFilter, StatusFilter)
    list_select_related = ("tenant",)
    search_fields = ("id",)
    search_help_text = "The whole user name, e-mail address, phone number or sub"
    actions = ("block", "freeze", "unlock")
    change_form_template = "admin/end_user.html"
    fieldsets = (
        (None, {"fields": ("sub", "status", "tenant", "created_at", "sessions_valid_from")}),
        ("Identifiers", {"fields": ("username_typed", "phone", "mail", "third_parties")}),
        ("Attributes", {"fields": ("own_attributes", "postal_addresses", "own_metadata", "group_names")}),
        ("Password", {"fields": ("has_password", "login_attempts")}),
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who may change end users may act on them; there is no form to change them with."""
        return admin.ModelAdmin.has_change_permission(self, request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return tuple(str(field) for _, options in self.fieldsets for field in options["fields"])

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[EndUser], search_term: str) -> Any:
        """Whole identifiers alone, each in its canonical form, so that the unique indexes find them."""
        term = search_term.strip()
        if not term:
            return queryset, False
        if row_id := as_id(term):
            return queryset.filter(pk=row_id), False
        tenants = list(Tenant.objects.values_list("id", flat=True))
        return queryset.filter(_named(term), tenant_id__in=tenants), False

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **options: Any) -> Any:
        context["sessions"] = sessions.open_ones(options["obj"], clock.now())
        return super().render_change_form(request, context, *args, **options)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_POST(self.status_view))
        return [path("<path:object_id>/status/", view, name="accounts_enduser_status"), *super().get_urls()]

    def status_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        end_user, verb = self.get_object(request, object_id), request.POST.get("verb", "")
        if end_user is None or verb not in (*VERBS, "sign_out"):
            raise Http404
        if not self.has_change_permission(request, end_user):
            raise PermissionDenied
        if verb == "sign_out":
            sessions.sign_out(end_user, clock.now())
            messages.success(request, "Signed out everywhere.")
        else:
            self._set_status(request, [end_user], verb)
        return HttpResponseRedirect(reverse("admin:accounts_enduser_change", args=[end_user.pk]))

    @admin.action(description="Block", permissions=["change"])
    def block(self, request: HttpRequest, chosen: QuerySet[EndUser]) -> None:
        self._set_status(request, list(chosen), "block")

    @admin.action(description="Freeze", permissions=["change"])
    def freeze(self, request: HttpRequest, chosen: QuerySet[EndUser]) -> None:
        self._set_status(request, list(chosen), "freeze")

    @admin.action(description="Unlock", permissions=["change"])
    def unlock(self, request: HttpRequest, chosen: QuerySet[EndUser]) -> None:
        self._set_status(request, list(chosen), "unlock")

    def _set_status(self, request: HttpRequest, chosen: list[EndUser], verb: str) -> None:
        now = clock.now()
        changed = sum(statuses.set_status(end_user, VERBS[verb], now) for end_user in chosen)
        messages.success(request, f"{changed} end user{'' if changed == 1 else 's'} {DONE[verb]}.")

    @admin.display(description="Phone number")
    def phone(self, end_user: EndUser) -> str:
        return _marked(end_user.phone_number, end_user.phone_number_verified)

    @admin.display(description="E-mail")
    def mail(self, end_user: EndUser) -> str:
        return _marked(end_user.email, end_user.email_verified)

    @admin.display(description="Identities")
    def third_parties(self, end_user: EndUser) -> str:
        """At whom, by which subject, and the name there."""
        rows = end_user.identities.order_by("provider")
        lines = [f"{row.provider}: {row.subject or ''} {row.profile.get('name', '')}".strip() for row in rows]
        return "\n".join(lines) or "-"

    @admin.display(description="Attributes")
    def own_attributes(self, end_user: EndUser) -> str:
        return "\n".join(f"{name}: {value}" for name, value in sorted(end_user.attributes.items())) or "-"

    @admin.display(description="Postal addresses")
    def postal_addresses(self, end_user: EndUser) -> str:
        """One paragraph each, in the order in which an envelope has them."""
        texts = (
            [str(one[name]) for name in profiles.ADDRESS if one.get(name) and name != "is_primary"]
            for one in end_user.addresses
        )
        return "\n\n".join("\n".join(lines) for lines in texts) or "-"

    @admin.display(description="Metadata")
    def own_metadata(self, end_user: EndUser) -> str:
        return "\n".join(f"{name}: {json.dumps(value)}" for name, value in sorted(end_user.metadata.items())) or "-"

    @admin.display(description="Groups")
    def group_names(self, end_user: EndUser) -> str:
        return ", ".join(end_user.groups.order_by("name").values_list("name", flat=True)) or "-"

    @admin.display(description="Has a password", boolean=True)
    def has_password(self, end_user: EndUser) -> bool:
        return bool(end_user.password)


def _marked(address: str | None, is_verified: bool) -> str:
    return f"{address} {'✓ verified' if is_verified else '✗ not verified'}" if address else "-"


def _named(term: str) -> Q:
    """Who has this identifier, in any spelling of it."""
    if found := possible_addresses(term):
        return Q(email__in=found) if "@" in term else Q(phone_number__in=found)
    username = comparable_username(term)
    return Q(username=username) if username else Q(pk=None)
