from django.db import models

from tenants.ids import new_id


class Tenant(models.Model):
    """One customer of the installation: a directory of end users, and who may sign them up."""

    class SigningAlgorithm(models.TextChoices):
        RS256 = "RS256"
        ES256 = "ES256"

    class Pbkdf2Digest(models.TextChoices):
        """Of imported hashes that name neither digest nor rounds."""

        SHA1 = "sha1", "SHA-1"
        SHA256 = "sha256", "SHA-256"
        SHA512 = "sha512", "SHA-512"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=128)
    phone_regions = models.JSONField(default=list, blank=True)
    time_zone = models.CharField(max_length=64, default="Asia/Shanghai")
    sms_quota = models.PositiveIntegerField(null=True, blank=True)
    email_quota = models.PositiveIntegerField(null=True, blank=True)
    sms_interval_seconds = models.PositiveIntegerField(default=30)
    sms_per_day = models.PositiveIntegerField(null=True, blank=True, default=50)
    email_interval_seconds = models.PositiveIntegerField(default=30)
    email_per_day = models.PositiveIntegerField(null=True, blank=True, default=10)
    public_per_hour = models.PositiveIntegerField(null=True, blank=True, default=1000)  # without a client secret
    force_email_verification = models.BooleanField(default=False)
    login_url = models.CharField(max_length=512, blank=True)  # where its people log in, outside of this server
    logo = models.TextField(blank=True)  # a PNG, as base64
    color = models.CharField(max_length=7, blank=True)  # as #0a7c66
    pbkdf2_digest = models.CharField(max_length=6, choices=Pbkdf2Digest, default=Pbkdf2Digest.SHA256)
    pbkdf2_rounds = models.PositiveIntegerField(null=True, blank=True)
    signing_algorithm = models.CharField(max_length=5, choices=SigningAlgorithm, default=SigningAlgorithm.RS256)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Domain(models.Model):
    """A host name that names the tenant; the first one is its issuer."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="domains")
    name = models.CharField(max_length=253, unique=True)
    position = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class Group(models.Model):
    """A set of end users, where a sign-up flow may put those it makes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="groups")
    name = models.CharField(max_length=128)
    description = models.CharField(max_length=128, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="group_name_once")]

    def __str__(self) -> str:
        return self.name
