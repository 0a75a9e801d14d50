"""The page of an attribute: what it is called, and which values it takes."""

from typing import Any

from django.http import HttpRequest

from ciam.administration.base import TenantFilter
from ciam.administration.configuration import ConfigurationAdmin, ConfigurationForm
from ciam.provisioning.rows.attributes import CHANGEABLE
from tenants.attributes import LABELS
from tenants.models import Attribute


class AttributeForm(ConfigurationForm):
    rows = "attributes"
    name_field = "identifier"

    class Meta:
        model = Attribute
        fields = ("identifier", "label", "type", "regex", "error_message", "enabled")
        labels = {"regex": "Pattern"}
        help_texts = {
            "identifier": "The key that clients send: a letter, then letters, digits or underscores. It cannot be "
            "changed later.",
            "label": "The name of the field on the pages.",
            "regex": "For texts: a regular expression that the whole value must match, for example E[0-9]{6}. "
            "Blank: any text of up to 255 characters.",
            "error_message": "The client gets this text if a value does not match.",
            "enabled": "While it is off, no sign-up asks for it.",
        }


class AttributeAdmin(ConfigurationAdmin):
    form = AttributeForm
    list_display = ("identifier", "label", "type", "kind", "enabled", "tenant")
    list_filter = (TenantFilter, "kind")
    list_select_related = ("tenant",)
    search_fields = ("identifier", "label")
    search_help_text = "Part of the identifier or the label"
    ordering = ("tenant__name", "kind", "identifier")
    fixed_fields = ("identifier",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What every tenant has, changes less than what is its own."""
        fixed = super().get_readonly_fields(request, obj)
        if obj is None:
            return fixed
        changeable = CHANGEABLE[Attribute.Kind(obj.kind)]
        return tuple(field for field in AttributeForm.Meta.fields if field not in changeable)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.identifier in LABELS)
