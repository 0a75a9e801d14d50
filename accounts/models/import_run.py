from django.db import models

from tenants.ids import new_id
from tenants.models import Tenant


class ImportRun(models.Model):
    """How far one file has been imported for a tenant; each batch of rows moves it on, in its own transaction."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="+")
    file_digest = models.CharField(max_length=64)
    position = models.PositiveBigIntegerField(default=0)  # the last line that was read
    imported = models.PositiveBigIntegerField(default=0)
    rejected = models.PositiveBigIntegerField(default=0)
    unread = models.JSONField(default=dict)  # rows in which a member was not read, by its path
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "file_digest"], name="import_run_once")]
