from django.db import models

from tenants.ids import new_id
from tenants.models.tenant import Tenant


class Attribute(models.Model):
    """Something that a tenant may ask of its end users."""

    class Kind(models.TextChoices):
        BUILT_IN = "built-in", "Built-in"
        PRESET = "preset", "Preset"
        CUSTOM = "custom", "Custom"

    class Type(models.TextChoices):
        STRING = "string", "Text"
        INTEGER = "integer", "Whole number"
        BOOLEAN = "boolean", "Yes or no"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="attributes")
    identifier = models.CharField(max_length=64)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.CUSTOM)
    type = models.CharField(max_length=8, choices=Type, default=Type.STRING)
    label = models.CharField(max_length=128, blank=True)
    regex = models.CharField(max_length=256, blank=True)
    error_message = models.CharField(max_length=256, blank=True)
    enabled = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "identifier"], name="attribute_identifier_once")]

    def __str__(self) -> str:
        return self.identifier
