from django.db import models
from django.db.models.functions import Now

from tenants.ids import new_id
from tenants.models import Group, Tenant


class EndUser(models.Model):
    """A customer of a tenant; not a Django user, and never able to log in to the admin.

    Each identifier is unique within the tenant in its canonical form. A typed form is kept beside those that have one.
    """

    class Status(models.TextChoices):
        NORMAL = "NORMAL"
        LOCK = "LOCK"
        FREEZE = "FREEZE"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="end_users")
    status = models.CharField(max_length=6, choices=Status, default=Status.NORMAL)
    username = models.CharField(max_length=64, null=True)  # noqa: DJ001 - unique where present
    username_typed = models.CharField(max_length=64, blank=True)
    phone_number = models.CharField(max_length=16, null=True)  # noqa: DJ001 - unique where present
    phone_number_verified = models.BooleanField(default=False)
    email = models.CharField(max_length=254, null=True)  # noqa: DJ001 - unique where present
    email_typed = models.CharField(max_length=254, blank=True)
    email_verified = models.BooleanField(default=False)
    password = models.CharField(max_length=255, blank=True, editable=False)
    attributes = models.JSONField(default=dict, blank=True)  # general ones, by identifier
    groups = models.ManyToManyField(Group, blank=True, related_name="end_users")
    created_at = models.DateTimeField(db_default=Now())
    sessions_valid_from = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "username"], name="username_once"),
            models.UniqueConstraint(fields=["tenant", "phone_number"], name="phone_number_once"),
            models.UniqueConstraint(fields=["tenant", "email"], name="email_once"),
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


class PasswordHistory(models.Model):
    """A password that the end user has had; the first one is the one of the sign-up."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="+")
    end_user = models.ForeignKey(EndUser, models.CASCADE, related_name="password_history")
    password = models.CharField(max_length=255)
    set_at = models.DateTimeField()
