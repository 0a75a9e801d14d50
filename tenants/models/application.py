from django.db import models

from tenants.ids import new_id
from tenants.models.tenant import Tenant


class Application(models.Model):
    """A client of one tenant, in OAuth's sense."""

    class Type(models.TextChoices):
        WEB = "web", "Web"
        SPA = "spa", "Single-page"
        MOBILE = "mobile", "Mobile"
        M2M = "m2m", "Machine to machine"

    class Answers(models.TextChoices):
        CONTRACT = "contract", "As the vendor's contract says"
        PRIVATE = "private", "Alike for known and unknown addresses"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="applications")
    name = models.CharField(max_length=128)
    type = models.CharField(max_length=8, choices=Type)
    client_id = models.CharField(max_length=128, unique=True)
    enabled = models.BooleanField(default=True)
    answers = models.CharField(max_length=8, choices=Answers, default=Answers.CONTRACT)
    redirect_uris = models.JSONField(default=list, blank=True)
    logout_redirect_uris = models.JSONField(default=list, blank=True)
    allowed_origins = models.JSONField(default=list, blank=True)
    access_ttl_seconds = models.PositiveIntegerField(default=600)
    refresh_ttl_seconds = models.PositiveIntegerField(default=86_400)
    sessions_per_user = models.PositiveIntegerField(null=True, blank=True)
    scopes = models.JSONField(default=list, blank=True)
    dialects = models.JSONField(default=list, blank=True)  # names of vendors' APIs
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["tenant"], condition=models.Q(enabled=True), name="enabled_application")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_confidential(self) -> bool:
        return self.type in (self.Type.WEB, self.Type.M2M)


class ClientSecret(models.Model):
    """One of an application's secrets, as a keyed hash; two may be live while one replaces the other."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.ForeignKey(Application, models.CASCADE, related_name="secrets")
    hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "hash"], name="client_secret_once")]


class Publication(models.Model):
    """All that a request needs to know of its application, compiled into one row by `signup.contracts.publish`."""

    application = models.OneToOneField(Application, models.CASCADE, primary_key=True)
    client_id = models.CharField(max_length=128, unique=True)
    document = models.JSONField()
    published_at = models.DateTimeField(auto_now=True)


class ApplicationOrigin(models.Model):
    """An origin whose pages may call as an enabled application; written by `signup.contracts.publish`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False)
    application = models.ForeignKey(Application, models.CASCADE, related_name="origins", db_index=False)
    origin = models.CharField(max_length=2048)  # of a redirect URI, which has 2,000 characters at most

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "origin"], name="application_origin_once")]
        indexes = [models.Index(fields=["origin", "tenant"], name="application_by_origin")]
