from django.db import models

from tenants.ids import new_id


class AuditEntry(models.Model):
    """One line of the trail: who did what, and how it ended. Written once, never changed, kept when its tenant goes.

    Addresses are masked, and there is no secret in it. `detail` has `before` and `after` of a change, or a `reason`.
    """

    FREQUENT = ("sign_up", "code.request")  # what end users do, as often as they come

    class Outcome(models.TextChoices):
        SUCCEEDED = "succeeded"
        REFUSED = "refused"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField()
    tenant_id = models.UUIDField(null=True)
    actor = models.CharField(max_length=200)  # as `tenants.audit` spells it
    event = models.CharField(max_length=48)
    outcome = models.CharField(max_length=9, choices=Outcome)
    subject = models.CharField(max_length=320, blank=True)
    object_id = models.CharField(max_length=32, blank=True)
    detail = models.JSONField(default=dict)
    source = models.CharField(max_length=45, blank=True)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = "audit log entry"
        verbose_name_plural = "audit log entries"
        indexes = [
            models.Index(fields=["tenant_id", "id"], name="audit_by_tenant"),
            models.Index(fields=["id"], condition=~models.Q(event__in=("sign_up", "code.request")), name="audit_rare"),
            models.Index(fields=["id"], condition=~models.Q(outcome="succeeded"), name="audit_not_succeeded"),
            models.Index(fields=["object_id", "id"], condition=~models.Q(object_id=""), name="audit_by_object"),
        ]
