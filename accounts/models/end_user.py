from datetime import datetime

from django.db import models
from django.db.models.functions import Now

from tenants.ids import new_id
from tenants.models import Group, Tenant


class EndUserQuerySet(models.QuerySet["EndUser"]):
    def with_status(self, status: str, now: datetime) -> "EndUserQuerySet":
        """Return those who have the status at that time: a block that has ended is none."""
        has_ended = models.Q(blocked_until__isnull=False, blocked_until__lte=now)
        if status == EndUser.Status.NORMAL:
            return self.filter(models.Q(status=status) | has_ended)
        return self.filter(~has_ended, status=status)


class EndUser(models.Model):
    """A customer of a tenant; not a Django user, and never able to log in to the admin.

    Each identifier is unique within the tenant in its canonical form. A typed form is kept beside those that have one.
    """

    class Status(models.TextChoices):
        NORMAL = "NORMAL", "Normal"
        LOCK = "LOCK", "Blocked"
        FREEZE = "FREEZE", "Frozen"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="end_users")
    status = models.CharField(max_length=6, choices=Status, default=Status.NORMAL)
    # Who blocked or froze the end user, when, why and until when; all empty for an end user who is neither.
    blocked_at = models.DateTimeField(null=True, editable=False)
    blocked_by = models.CharField(
        max_length=200, default="", db_default="", editable=False
    )  # an actor of the audit log
    block_reason = models.CharField(max_length=200, default="", db_default="", editable=False)
    blocked_until = models.DateTimeField(null=True, editable=False)  # null: until somebody ends it
    status_change = models.UUIDField(null=True, editable=False)  # the act that set the status last
    username = models.CharField(max_length=256, null=True)  # noqa: DJ001 - unique where present
    username_typed = models.CharField(max_length=256, blank=True)
    phone_number = models.CharField(max_length=16, null=True)  # noqa: DJ001 - unique where present
    phone_number_verified = models.BooleanField(default=False)
    phone_number_verified_at = models.DateTimeField(null=True, editable=False)  # as of the e-mail address
    email = models.CharField(max_length=254, null=True)  # noqa: DJ001 - unique where present
    email_typed = models.CharField(max_length=254, blank=True)
    email_verified = models.BooleanField(default=False)
    # When the end user proved it after the sign-up; null: at the sign-up, or a back end or an import says so.
    email_verified_at = models.DateTimeField(null=True, editable=False)
    password = models.CharField(max_length=255, blank=True, editable=False)
    attributes = models.JSONField(default=dict, blank=True)  # general ones, by identifier
    addresses = models.JSONField(default=list, blank=True)  # postal ones, as `accounts.profiles` describes them
    metadata = models.JSONField(default=dict, blank=True)
    login_attempts = models.PositiveSmallIntegerField(
        default=0, editable=False
    )  # wrong passwords since the last right one
    anonymous_device_hash = models.CharField(max_length=64, null=True, editable=False)  # noqa: DJ001 - unique where present
    groups = models.ManyToManyField(Group, blank=True, related_name="end_users")
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(null=True, editable=False)  # by the end user
    sessions_valid_from = models.DateTimeField(db_default=Now())

    objects = EndUserQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "username"], name="username_once"),
            models.UniqueConstraint(fields=["tenant", "phone_number"], name="phone_number_once"),
            models.UniqueConstraint(fields=["tenant", "email"], name="email_once"),
            models.UniqueConstraint(
                fields=["tenant", "anonymous_device_hash"],
                condition=models.Q(anonymous_device_hash__isnull=False),
                name="anonymous_device_once",
            ),
            models.CheckConstraint(condition=models.Q(login_attempts__lte=20_000), name="login_attempts_most"),
        ]
        indexes = [
            models.Index(fields=["tenant", "id"], name="end_user_newest"),
            models.Index(fields=["status", "id"], condition=~models.Q(status="NORMAL"), name="end_user_not_normal"),
        ]

    def __str__(self) -> str:
        return self.username_typed or self.email or self.phone_number or self.sub

    @property
    def sub(self) -> str:
        """The subject identifier: 32 hex digits."""
        return self.id.hex

    def status_at(self, now: datetime) -> str:
        """Return the status that counts: a block ends by itself when its time is over."""
        has_ended = self.blocked_until is not None and self.blocked_until <= now
        return self.Status.NORMAL if has_ended else self.status

    def is_blocked(self, now: datetime) -> bool:
        """Return whether the end user may not log in, because somebody blocked or froze them."""
        return self.status_at(now) != self.Status.NORMAL

    def is_proven(self, name: str, address: str) -> bool:
        """Return whether the address of that name, phone_number or email, is this one and verified."""
        return bool(getattr(self, name) == address and getattr(self, f"{name}_verified"))
