from typing import Any

from django.db import models

from accounts.models import EndUser
from tenants.ids import new_id
from tenants.models import Application, Tenant


class BrowserSession(models.Model):
    """A browser in front of a tenant's pages, and who is logged in there.

    It is known by its cookie, which is kept as its hash. On a host that tenants share it has a session with each of
    them under one cookie.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="+")
    application = models.ForeignKey(Application, models.CASCADE, db_index=False, related_name="+")  # the last one
    hash = models.CharField(max_length=64)
    codes_sent = models.PositiveSmallIntegerField(default=0)
    altcha = models.CharField(max_length=128, blank=True)  # the salt of the proof of work that it owes
    end_user: "models.ForeignKey[Any, Any]" = models.ForeignKey(
        EndUser, models.CASCADE, null=True, related_name="+"
    )  # who is logged in
    authenticated_at = models.DateTimeField(null=True)  # since when that end user is logged in, on all our pages
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hash", "tenant"], name="browser_session_of_tenant")]


class PendingRequest(models.Model):
    """Request of one tab: to log in or sign up, and the authorization request that is answered then, if any."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="+")
    session = models.ForeignKey(BrowserSession, models.CASCADE, db_index=False, related_name="+")
    application = models.ForeignKey(Application, models.CASCADE, db_index=False, related_name="+")
    state = models.CharField(max_length=64)  # what the tab's page sends back beside the cookie
    authorization = models.JSONField(null=True)
    end_user: "models.ForeignKey[Any, Any]" = models.ForeignKey(
        EndUser, models.CASCADE, null=True, related_name="+"
    )  # who has signed up in the tab, or has to verify an address before the log-in
    answered_at = models.DateTimeField(null=True)  # when the application got its answer
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["session", "expires_at"], name="pending_of_session")]
