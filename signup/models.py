from typing import Any

from django.db import models

from accounts.models import EndUser
from tenants.ids import new_id
from tenants.models import Application, Tenant


class BrowserSession(models.Model):
    """A browser in front of our pages; it is known by its cookie, which is kept as its hash."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="+")
    application = models.ForeignKey(Application, models.CASCADE, db_index=False, related_name="+")
    hash = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=64)  # what our own page sends back beside the cookie
    codes_sent = models.PositiveSmallIntegerField(default=0)
    altcha = models.CharField(max_length=128, blank=True)  # the salt of the proof of work that it owes
    end_user: "models.ForeignKey[Any, Any]" = models.ForeignKey(
        EndUser, models.CASCADE, null=True, related_name="+"
    )  # who signed up or logged in
    authenticated_at = models.DateTimeField(null=True)  # since when that end user is logged in, on all our pages
    authorization = models.JSONField(null=True)  # the authorization request that waits for it
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
