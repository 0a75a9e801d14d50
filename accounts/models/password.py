from django.db import models

from accounts.models.end_user import EndUser
from tenants.ids import new_id
from tenants.models import Tenant


class PasswordHistory(models.Model):
    """A password that the end user has had; the first one is the one of the sign-up."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="+")
    end_user = models.ForeignKey(EndUser, models.CASCADE, related_name="password_history")
    password = models.CharField(max_length=255)
    set_at = models.DateTimeField()


class PasswordFailure(models.Model):
    """Wrong passwords in a row for one user, or for a name that no user has; no form saves it."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="+")
    subject = models.CharField(max_length=64)  # the end user's id, or a hash of what was typed
    count = models.PositiveSmallIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)  # it counts for nothing then

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "subject"], name="password_failure_once")]


class HashCost(models.Model):
    """What a comparison with the dearest password hash costs that a tenant has ever had; no form saves it."""

    tenant = models.OneToOneField(Tenant, models.CASCADE, primary_key=True, related_name="+")
    milliseconds = models.PositiveIntegerField()


class HashKey(models.Model):
    """A key of another system that imported hashes of the tenant need: a signer key, a pepper, the key of an HMAC."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="+")
    name = models.CharField(max_length=32)  # stands in the hashes
    sealed_key = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="hash_key_name_once")]
