from django.db import models

from accounts.models.end_user import EndUser
from tenants.ids import new_id
from tenants.models import Application, Tenant


class KnownDevice(models.Model):
    """A device on which the end user has logged in; the text by which it is known is kept as its hash."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="+")
    end_user = models.ForeignKey(EndUser, models.CASCADE, db_index=False, related_name="+")
    hash = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["end_user", "hash"], name="known_device_once")]


class SudoToken(models.Model):
    """Somebody has just proven to be the end user whose session it is; the token is kept as its hash."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="+")
    end_user = models.ForeignKey(EndUser, models.CASCADE, related_name="+")
    session_id = models.UUIDField()  # of `tokens`, which stands above
    hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(db_index=True)


class Captcha(models.Model):
    """An image with letters, tried once; whoever reads it gets a token that lets one request pass."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="+")
    application = models.ForeignKey(Application, models.CASCADE, db_index=False, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    answer_hash = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)  # of the image, then of the pass
    tried_at = models.DateTimeField(null=True)
    pass_hash = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - unique where present
    redeemed_at = models.DateTimeField(null=True)
