from django.db import models

from otp.models import Challenge, Usage
from tenants.ids import new_id
from tenants.models import Channel, Sender, Tenant


class Delivery(models.Model):
    """One message on its way to one address, from the request to the sender that took it.

    `pending` becomes `claimed` by a worker, then `sent`, `failed`, or `pending` again if a sender asks for it later;
    or `void` if no worker could be told. One that
    nobody shall get is `skipped` from the beginning: it is stored so that asking for it costs the same (S-88).
    """

    class Status(models.TextChoices):
        PENDING = "pending"
        CLAIMED = "claimed"
        SENT = "sent"
        FAILED = "failed"
        VOID = "void"
        SKIPPED = "skipped"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="+")
    challenge = models.OneToOneField(Challenge, models.CASCADE, null=True, related_name="delivery")  # none: a notice
    channel = models.CharField(max_length=5, choices=Channel)
    destination = models.CharField(max_length=254)
    usage = models.CharField(max_length=16, choices=Usage)
    language = models.CharField(max_length=8)
    status = models.CharField(max_length=7, choices=Status, default=Status.PENDING)
    sealed_code = models.TextField()  # erased once nothing more will be sent
    has_quota = models.BooleanField()  # whether a message of the quota was reserved
    is_kept_charged = models.BooleanField(default=False)  # so that limits do not tell what became of it
    created_at = models.DateTimeField()
    code_expires_at = models.DateTimeField()
    send_before = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    claims = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)  # of one that a sender asked for again later
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(
                fields=["created_at"], condition=models.Q(status__in=["pending", "claimed"]), name="delivery_unfinished"
            ),
            models.Index(
                fields=["status", "id"],
                condition=models.Q(status__in=["failed", "void", "skipped"]),
                name="delivery_not_sent",
            ),
            models.Index(fields=["tenant", "id"], name="delivery_newest"),
            models.Index(fields=["destination"], name="delivery_by_destination"),
        ]


class Attempt(models.Model):
    """One sender's try at a delivery."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="+")
    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="attempts")
    sender_key = models.CharField(max_length=64)
    vendor = models.CharField(max_length=32)
    succeeded = models.BooleanField()
    error = models.CharField(max_length=256, blank=True)
    started_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()


class SenderHealth(models.Model):
    """The breaker of one sender: how often it failed in a row, and until when it rests; no form saves it."""

    sender = models.OneToOneField(Sender, models.CASCADE, primary_key=True, related_name="health")
    failures = models.PositiveIntegerField(default=0)
    rests_until = models.DateTimeField(null=True)


class OutboxMessage(models.Model):
    """What the outbox sender kept instead of sending it, code included: for trials alone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="+")
    channel = models.CharField(max_length=5, choices=Channel)
    destination = models.CharField(max_length=254)
    usage = models.CharField(max_length=16, choices=Usage)
    code = models.CharField(max_length=128)
    body = models.TextField()
    sent_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["destination", "sent_at"], name="outbox_by_destination"),
            models.Index(fields=["tenant", "id"], name="outbox_newest"),
        ]
