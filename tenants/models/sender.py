from django.db import models

from tenants.ids import new_id
from tenants.models.source import Channel
from tenants.models.tenant import Tenant


class Sender(models.Model):
    """A way out for one channel's messages; a channel's senders are tried in the order of their position."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="senders")
    key = models.SlugField(max_length=64)
    enabled = models.BooleanField(default=True)
    channel = models.CharField(max_length=5, choices=Channel)
    vendor = models.CharField(max_length=32)
    settings = models.JSONField(default=dict, blank=True)
    secret_env = models.CharField(max_length=128, blank=True)
    sealed_secret = models.TextField(blank=True, editable=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="sender_key_once")]

    def __str__(self) -> str:
        return self.key
