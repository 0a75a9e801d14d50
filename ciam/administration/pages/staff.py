"""The pages of staff: Django's own, with our trail, and the permissions of our pages alone."""

from typing import Any

from django import forms
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse

from ciam.administration.history import ConfigurationHistory
from ciam.administration.step_up import ConfirmedChanges, demand
from tenants import audit, clock
from tenants.models import AuditEntry, Staff

EVENTS = (
    *("staff.create", "staff.change", "staff.delete"),
    *("staff.second_factor", "staff.second_factor_removed", "staff.wrong_code", "staff.wrong_password"),
)
FOR_SUPERUSERS = ("is_superuser", "user_permissions")


class PermissionsField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class StaffAdmin(ConfirmedChanges, ConfigurationHistory, UserAdmin):
    actions = None  # accounts are deleted one by one: nothing brings them back
    list_filter = ("is_active", "is_superuser")
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password", "last_login", "date_joined")}),
        ("Who it is", {"fields": ("first_name", "last_name", "email")}),
        ("Permissions", {"fields": ("is_active", "is_staff", "is_superuser", "user_permissions")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if request.user.is_superuser:
            return fieldsets
        return [(name, {**options, "fields": _for_others(options["fields"])}) for name, options in fieldsets]

    def get_list_filter(self, request: HttpRequest) -> Any:
        return self.list_filter if request.user.is_superuser else _for_others(self.list_filter)

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        return lookup.partition("__")[0] in self.get_list_filter(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _is_within(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and _is_within(request, obj)

    def user_change_password(self, request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        return demand(request) or super().user_change_password(request, *args, **options)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        pages = ContentType.objects.get_for_models(*self.admin_site._registry).values()
        permissions = Permission.objects.filter(content_type__in=pages).order_by("content_type", "id")
        label = "May do, without being a superuser"
        return PermissionsField(queryset=permissions, required=False, label=label)

    def lines_about(self, row: Any) -> QuerySet[AuditEntry]:
        return AuditEntry.objects.filter(event__in=EVENTS, subject=_subject(row))

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        _record("staff.create", obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        _record("staff.change", obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        for staff in queryset:
            _record("staff.delete", staff, [])


def _for_others(fields: Any) -> tuple[str, ...]:
    return tuple(field for field in fields if field not in FOR_SUPERUSERS)


def _is_within(request: HttpRequest, obj: Staff | None) -> bool:
    """Whether the account may do nothing that the one who asks may not: whoever sets its password can be it."""
    if obj is None or request.user.is_superuser:
        return True
    return not obj.is_superuser and _permissions(obj) <= _permissions(request.user)


def _permissions(staff: Any) -> set[int]:
    """The ids of what the account may do, or may do again once it is active."""
    held = Permission.objects.filter(Q(user=staff) | Q(group__user=staff))
    return set(held.values_list("id", flat=True))


def _subject(staff: Any) -> str:
    return f"staff {staff.get_username()}"


def _record(event: str, staff: Any, message: Any) -> None:
    """Which fields were changed, and none of their values: one of them is a password."""
    parts = message if isinstance(message, list) else []
    fields = [str(name) for part in parts for name in part.get("changed", {}).get("fields", [])]
    detail = {"fields": ", ".join(fields)} if fields else {}
    audit.record(event, tenant_id=None, now=clock.now(), subject=_subject(staff), detail=detail)
