from django.db import models

from accounts.models.end_user import EndUser
from tenants.ids import new_id
from tenants.models import Application, Tenant


class Identity(models.Model):
    """An end user as a third party knows them; its subject never changes there, so it alone tells people apart.

    One that a back end told of may lack its subject: nobody signs in by it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="+")
    provider = models.CharField(max_length=64)  # the key of the tenant's IdentityProvider
    subject = models.CharField(max_length=256, null=True)  # noqa: DJ001 - unique where present
    end_user = models.ForeignKey(EndUser, models.CASCADE, db_index=False, related_name="identities")
    vendor = models.CharField(max_length=64, blank=True)  # who is behind the connection, as PlusAuth names it
    type = models.CharField(max_length=16, blank=True)  # PlusAuth's: sms, otp, push, email, social, enterprise
    profile = models.JSONField(default=dict)  # name, picture, e-mail and the like, as the third party says
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "provider", "subject"], name="identity_once"),
            models.UniqueConstraint(fields=["end_user", "provider"], name="identity_per_provider"),
            models.CheckConstraint(condition=~models.Q(subject=""), name="identity_has_subject"),
        ]


class ProviderToken(models.Model):
    """Somebody has just come back from a third party, known there as `subject`; the token is kept as its hash."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="+")
    application = models.ForeignKey(Application, models.CASCADE, db_index=False, related_name="+")
    device_id = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)
    provider = models.CharField(max_length=64)
    subject = models.CharField(max_length=255)
    profile = models.JSONField()
    expires_at = models.DateTimeField(db_index=True)
    spent_at = models.DateTimeField(null=True)


class UsedIdToken(models.Model):
    """An ID token of a third party that was accepted, until it expires: whoever has seen it cannot use it again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="+")
    provider = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "provider", "hash"], name="id_token_once")]
