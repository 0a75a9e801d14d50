"""What all pages of the admin share: lists that stay quick however long they are, and one trail."""

import re
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList, ChangeListSearchForm
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from otp.address_search import visible, without_wrapping
from tenants.models import Tenant

COUNTED_AT_MOST = 10_000
TENANTS_OFFERED = 100
ROW_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


class CappedPaginator(Paginator):
    """Counts no further than anybody turns pages, so a list takes as long with a million rows as with ten thousand."""

    @cached_property
    def counted(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[: COUNTED_AT_MOST + 1].count())

    @property
    def count(self) -> int:
        return min(self.counted, COUNTED_AT_MOST)

    @property
    def is_capped(self) -> bool:
        """Return whether there are more rows than were counted."""
        return self.counted > COUNTED_AT_MOST


class TenantFilter(admin.SimpleListFilter):
    title = "tenant"
    parameter_name = "tenant"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(Tenant.objects.order_by("name").values_list("slug", "name")[:TENANTS_OFFERED])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        tenant_id = Tenant.objects.filter(slug=self.value()).values_list("id", flat=True).first()
        return queryset.filter(tenant_id=tenant_id) if tenant_id else queryset.none()


class SearchForm(ChangeListSearchForm):
    def clean(self) -> dict[str, Any]:
        """Drop the invisible characters that are pasted with names and addresses."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        return cleaned | {SEARCH_VAR: visible(cleaned.get(SEARCH_VAR) or "")}


class List(ChangeList):
    search_form_class = SearchForm


class PageAdmin(admin.ModelAdmin):
    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    ordering: tuple[str, ...] = ("-id",)
    sortable_by: tuple[str, ...] = ()

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The trail has it already."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The trail has it already."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        """The trail has it already."""

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Filter by the list's own filters alone: any other column could be guessed, sign by sign."""
        own = {getattr(one, "parameter_name", None) for one in self.list_filter}
        return lookup in own or lookup.partition("__")[0] in self.list_filter

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        return List


class ReadOnlyAdmin(PageAdmin):
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def heading(self, row: Any) -> str:
        return str(row)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **options: Any) -> Any:
        context["subtitle"] = self.heading(options["obj"])
        return super().render_change_form(request, context, *args, **options)


def as_id(text: str) -> UUID | None:
    """The id that somebody typed or pasted, with or without hyphens; None if it is none."""
    typed = without_wrapping(text)
    return UUID(typed) if ROW_ID.fullmatch(typed) else None
