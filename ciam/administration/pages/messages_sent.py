"""The pages of messages: how each one fared, never its code; and the trial's outbox, which is there for the codes."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest

from ciam.administration.base import ReadOnlyAdmin, TenantFilter, as_id
from otp import addresses
from otp.address_search import possible_addresses
from otp.delivery.models import Attempt, Delivery, OutboxMessage


class NotSentFilter(admin.SimpleListFilter):
    title = "what became of it"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("failed", "Failed: no sender took it"),
            ("void", "Void: no worker could be told"),
            ("skipped", "Skipped: nobody has the address"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:
        return queryset.filter(status=self.value()) if self.value() in ("failed", "void", "skipped") else queryset


class MessageAdmin(ReadOnlyAdmin):
    search_fields = ("id",)
    search_help_text = "The whole phone number or e-mail address"

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        """Whole addresses, in any spelling, and ids."""
        term = search_term.strip()
        if not term:
            return queryset, False
        if row_id := as_id(term):
            return queryset.filter(pk=row_id), False
        return queryset.filter(destination__in=possible_addresses(term)), False


class DeliveryAdmin(MessageAdmin):
    list_display = ("created_at", "channel", "to", "usage", "status", "tenant")
    list_filter = (TenantFilter, NotSentFilter)
    list_select_related = ("tenant",)
    change_form_template = "admin/delivery.html"
    fields = (
        "to",
        "channel",
        "usage",
        "language",
        "status",
        "tenant",
        "created_at",
        "next_try_at",
        "finished_at",
        "claims",
    )

    def heading(self, row: Delivery) -> str:
        return f"{row.get_channel_display()} to {self.to(row)}"

    @admin.display(description="To")
    def to(self, delivery: Delivery) -> str:
        return addresses.mask(delivery.destination)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        """With every attempt, where one delivery is looked at."""
        rows = super().get_queryset(request)
        is_one = request.resolver_match and "object_id" in request.resolver_match.kwargs
        attempts = Prefetch("attempts", Attempt.objects.order_by("id"))
        return rows.prefetch_related(attempts) if is_one else rows


class OutboxMessageAdmin(MessageAdmin):
    list_display = ("sent_at", "channel", "destination", "usage", "code", "tenant")
    list_filter = (TenantFilter,)
    list_select_related = ("tenant",)
    change_form_template = "admin/read_only_form.html"
    fields = ("sent_at", "channel", "destination", "usage", "code", "body", "tenant")

    def heading(self, row: OutboxMessage) -> str:
        return f"{row.get_channel_display()} to {row.destination}"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return settings.IS_TRIAL and super().has_module_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return settings.IS_TRIAL and super().has_view_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.fields
