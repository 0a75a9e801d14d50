"""The pages of staff: Django's own, with our trail, and the permissions of our pages alone."""

from typing import Any

from django import forms
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import HttpRequest

from ciam.administration.history import ConfigurationHistory
from tenants import audit, clock
from tenants.models import AuditEntry

EVENTS = (
    *("staff.create", "staff.change", "staff.delete"),
    *("staff.second_factor", "staff.second_factor_removed", "staff.wrong_code"),
)


class PermissionsField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class StaffAdmin(ConfigurationHistory, UserAdmin):
    list_filter = ("is_active", "is_superuser")
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password", "last_login", "date_joined")}),
        ("Who it is", {"fields": ("first_name", "last_name", "email")}),
        ("Permissions", {"fields": ("is_active", "is_staff", "is_superuser", "user_permissions")}),
    )

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


def _subject(staff: Any) -> str:
    return f"staff {staff.get_username()}"


def _record(event: str, staff: Any, message: Any) -> None:
    """Which fields were changed, and none of their values: one of them is a password."""
    parts = message if isinstance(message, list) else []
    fields = [str(name) for part in parts for name in part.get("changed", {}).get("fields", [])]
    detail = {"fields": ", ".join(fields)} if fields else {}
    audit.record(event, tenant_id=None, now=clock.now(), subject=_subject(staff), detail=detail)
