"""The pages of end users: found by what they are known by, shown as they are, let in or kept out."""

import json
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet, Value
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from accounts import profiles, statuses
from accounts.models import BulkAction, EndUser
from accounts.usernames import comparable_username
from ciam.administration import actors, bulk_confirmation
from ciam.administration.base import ReadOnlyAdmin, TenantFilter, as_id
from ciam.administration.bulk_confirmation import BlockForm
from ciam.administration.history import ConfigurationHistory
from otp.address_search import possible_addresses, without_wrapping
from otp.audit_ids import audit_id
from tenants import clock
from tenants.models import AuditEntry, Tenant
from tokens import sessions

Verb = BulkAction.Verb
BLOCKING = {"block": EndUser.Status.LOCK, "freeze": EndUser.Status.FREEZE}
VERBS = {**BLOCKING, "unblock": EndUser.Status.NORMAL, "unfreeze": EndUser.Status.NORMAL}
DONE = {"block": "Blocked", "freeze": "Frozen", "unblock": "Unblocked", "unfreeze": "Unfrozen"}
BLOCK_FIELDS = ("blocked_at", "blocked_by_whom", "block_reason", "blocked_until_when")


class StatusFilter(admin.SimpleListFilter):
    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("LOCK", "Blocked"), ("FREEZE", "Frozen")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[EndUser]) -> QuerySet[EndUser]:
        is_known = self.value() in EndUser.Status.values
        return queryset.with_status(self.value(), clock.now()) if is_known else queryset  # type: ignore[attr-defined]


class EndUserAdmin(ConfigurationHistory, ReadOnlyAdmin):
    list_display = ("__str__", "phone", "mail", "present_status", "tenant", "created_at")
    list_filter = (TenantFilter, StatusFilter)
    list_select_related = ("tenant",)
    search_fields = ("id",)
    search_help_text = "The whole user name, e-mail address, phone number or sub"
    actions = ("block", "freeze", "unblock", "unfreeze")
    change_form_template = "admin/end_user.html"
    fieldsets = (
        (None, {"fields": ("sub", "present_status", "tenant", "created_at", "sessions_valid_from")}),
        ("Identifiers", {"fields": ("username_typed", "phone", "mail", "third_parties")}),
        ("Attributes", {"fields": ("own_attributes", "postal_addresses", "own_metadata", "group_names")}),
        ("Password", {"fields": ("has_password", "login_attempts")}),
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who may change end users may act on them; there is no form to change them with."""
        return admin.ModelAdmin.has_change_permission(self, request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*(str(field) for _, options in self.fieldsets for field in options["fields"]), *BLOCK_FIELDS)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Of who is blocked or frozen, by whom, when, why and until when too."""
        if obj is None or not obj.is_blocked(obj.read_at):
            return self.fieldsets
        first, *others = self.fieldsets
        return (first, (obj.Status(obj.status).label, {"fields": BLOCK_FIELDS}), *others)

    def get_queryset(self, request: HttpRequest) -> QuerySet[EndUser]:
        rows: QuerySet[EndUser] = super().get_queryset(request).annotate(read_at=Value(clock.now()))
        return rows

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
        context |= {
            "is_blocked": options["obj"].is_blocked(options["obj"].read_at),
            "block_form": BlockForm(),
        }
        context["sessions"] = sessions.open_ones(options["obj"], clock.now())
        return super().render_change_form(request, context, *args, **options)

    def lines_about(self, row: Any) -> QuerySet[AuditEntry]:
        """Also what was asked for the addresses that the end user has now."""
        addresses = [one for one in (row.phone_number, row.email) if one]
        ids = [row.pk.hex, *(audit_id(one).hex for one in addresses)]
        return AuditEntry.objects.filter(object_id__in=ids, tenant_id=row.tenant_id)

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
            _set_status(request, end_user, verb)
        return HttpResponseRedirect(reverse("admin:accounts_enduser_change", args=[end_user.pk]))

    @admin.action(description="Block", permissions=["change"])
    def block(self, request: HttpRequest, chosen: QuerySet[EndUser]) -> HttpResponse | None:
        return bulk_confirmation.show(request, chosen, Verb.BLOCK)

    @admin.action(description="Freeze", permissions=["change"])
    def freeze(self, request: HttpRequest, chosen: QuerySet[EndUser]) -> HttpResponse | None:
        return bulk_confirmation.show(request, chosen, Verb.FREEZE)

    @admin.action(description="Unblock", permissions=["change"])
    def unblock(self, request: HttpRequest, chosen: QuerySet[EndUser]) -> HttpResponse | None:
        return bulk_confirmation.show(request, chosen, Verb.UNBLOCK)

    @admin.action(description="Unfreeze", permissions=["change"])
    def unfreeze(self, request: HttpRequest, chosen: QuerySet[EndUser]) -> HttpResponse | None:
        return bulk_confirmation.show(request, chosen, Verb.UNFREEZE)

    @admin.display(description="Status")
    def present_status(self, end_user: Any) -> str:
        return EndUser.Status(end_user.status_at(end_user.read_at)).label

    @admin.display(description="By")
    def blocked_by_whom(self, end_user: EndUser) -> str:
        return actors.words(end_user.blocked_by)

    @admin.display(description="Until")
    def blocked_until_when(self, end_user: EndUser) -> Any:
        return end_user.blocked_until or "somebody ends it"

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


def _set_status(request: HttpRequest, end_user: EndUser, verb: str) -> None:
    """Block with a reason, or end a block."""
    form = BlockForm(request.POST)
    if verb in BLOCKING and not form.is_valid():
        for problem in [text for texts in form.errors.values() for text in texts]:
            messages.error(request, str(problem))
        return
    block = {"reason": form.cleaned_data["reason"], "until": form.cleaned_data["until"]} if verb in BLOCKING else {}
    if statuses.set_status(end_user, VERBS[verb], clock.now(), **block):
        messages.success(request, f"{DONE[verb]}.")


def _marked(address: str | None, is_verified: bool) -> str:
    return f"{address} {'✓ verified' if is_verified else '✗ not verified'}" if address else "-"


def _named(term: str) -> Q:
    """Who has this identifier, in any spelling of it."""
    if found := possible_addresses(term):
        return Q(email__in=found) if "@" in term else Q(phone_number__in=found)
    usernames = {comparable_username(one) for one in (term, without_wrapping(term))}  # a name may begin with a bracket
    return Q(username__in=usernames - {None, ""})
