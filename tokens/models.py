from django.db import models

from accounts.models import EndUser
from tenants.ids import new_id
from tenants.models import Application, Tenant


class SigningKey(models.Model):
    """A key pair of one tenant; it is published before it signs, and for as long as what it signed may live."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="signing_keys")
    algorithm = models.CharField(max_length=5, choices=Tenant.SigningAlgorithm)
    kid = models.CharField(max_length=64, unique=True)
    public_jwk = models.JSONField()
    sealed_private_jwk = models.TextField(editable=False)
    signs_from = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["tenant", "signs_from"], name="signing_key_newest")]


class Session(models.Model):
    """An end user who is signed in through an application, on one device; its refresh tokens are one lineage."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="+")
    end_user = models.ForeignKey(EndUser, models.CASCADE, db_index=False, related_name="sessions")
    application = models.ForeignKey(Application, models.CASCADE, db_index=False, related_name="+")
    device_id = models.CharField(max_length=64, blank=True)
    scope = models.CharField(max_length=255, blank=True)
    provider_type = models.CharField(max_length=64, blank=True)
    consented_claims = models.JSONField(null=True)  # where the application asks for consent
    client_authenticated = models.BooleanField(default=False)  # the client showed its secret; each refresh needs it
    authenticated_at = models.DateTimeField(null=True)  # on our pages, before it; null: when it was created
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField()
    expires_at = models.DateTimeField()  # unless it is used before, and never after `ends_at`
    ends_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["end_user", "application", "created_at"], name="session_oldest_first"),
            models.Index(fields=["expires_at"], name="session_age"),
        ]


class RefreshToken(models.Model):
    """One token of a lineage, as its hash; spent once, by the request that got its successor."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="+")
    session = models.ForeignKey(Session, models.CASCADE, related_name="refresh_tokens")
    hash = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField()
    spent_at = models.DateTimeField(null=True)
    answered_late_at = models.DateTimeField(null=True)  # when its successor was told once more


class RevokedAccessToken(models.Model):
    """An access token that is good for nothing although its session lives, until it expires."""

    jti = models.CharField(max_length=64, primary_key=True)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="+")
    expires_at = models.DateTimeField(db_index=True)


class AuthorizationCode(models.Model):
    """What a browser carries to the application whose request was granted; kept as its hash, spent once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="+")
    application = models.ForeignKey(Application, models.CASCADE, db_index=False, related_name="+")
    end_user = models.ForeignKey(EndUser, models.CASCADE, related_name="+")
    hash = models.CharField(max_length=64, unique=True)
    redirect_uri = models.CharField(max_length=2000)
    scope = models.CharField(max_length=255, blank=True)
    nonce = models.CharField(max_length=255, blank=True)
    code_challenge = models.CharField(max_length=64, blank=True)
    authenticated_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    spent_at = models.DateTimeField(null=True)
    session_id = models.UUIDField(null=True)  # what it opened


class Consent(models.Model):
    """An end user has let an application know of him."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="+")
    application = models.ForeignKey(Application, models.CASCADE, db_index=False, related_name="+")
    end_user = models.ForeignKey(EndUser, models.CASCADE, db_index=False, related_name="+")
    claims = models.JSONField(default=list)  # sorted; those that the end user was shown, and allowed
    given_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["end_user", "application"], name="consent_once")]
