from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from tenants.ids import new_id
from tenants.models.tenant import Tenant


class Channel(models.TextChoices):
    SMS = "sms", "SMS"
    EMAIL = "email", "E-mail"


def default_login_attributes() -> list[str]:
    return ["username", "email", "phone_number"]


class PasswordAuthSource(models.Model):
    """Logging in by password, and the policy that such passwords obey."""

    class Strength(models.TextChoices):
        NONE = "none"
        LOW = "low"
        FAIR = "fair"
        GOOD = "good"
        EXCELLENT = "excellent"
        NIST = "nist", "NIST SP 800-63B-4"

    class Hash(models.TextChoices):
        ARGON2 = "argon2", "argon2id"
        BCRYPT = "bcrypt", "bcrypt"
        PBKDF2 = "pbkdf2", "PBKDF2-SHA256"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="password_auth_sources")
    key = models.SlugField(max_length=64)
    name = models.CharField(max_length=128, blank=True)
    enabled = models.BooleanField(default=True)
    login_attributes = models.JSONField(default=default_login_attributes)
    strength = models.CharField(max_length=9, choices=Strength, default=Strength.GOOD)
    history = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(128)])
    lockout_threshold = models.PositiveSmallIntegerField(null=True, blank=True)
    lockout_window_hours = models.PositiveIntegerField(null=True, blank=True)
    lockout_unlock_minutes = models.PositiveIntegerField(null=True, blank=True)
    captcha_threshold = models.PositiveSmallIntegerField(null=True, blank=True)
    hash = models.CharField(max_length=6, choices=Hash, default=Hash.ARGON2)

    class Meta:
        verbose_name = "password source"
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="password_source_key_once")]

    def __str__(self) -> str:
        return self.name or self.key


class OtpAuthSource(models.Model):
    """Logging in by a code over one channel; its length and lifetime hold for log-in codes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="otp_auth_sources")
    key = models.SlugField(max_length=64)
    name = models.CharField(max_length=128, blank=True)
    enabled = models.BooleanField(default=True)
    channel = models.CharField(max_length=5, choices=Channel)
    code_length = models.PositiveSmallIntegerField(default=6, validators=[MinValueValidator(1), MaxValueValidator(128)])
    code_ttl_seconds = models.PositiveSmallIntegerField(
        default=60, validators=[MinValueValidator(1), MaxValueValidator(300)]
    )

    class Meta:
        verbose_name = "code source"
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="otp_source_key_once")]

    def __str__(self) -> str:
        return self.name or self.key


class IdentityProvider(models.Model):
    """A third party whose identities the tenant accepts."""

    class Preset(models.TextChoices):
        GOOGLE = "google"
        GITHUB = "github"
        MICROSOFT = "microsoft"
        FACEBOOK = "facebook"
        APPLE = "apple"
        OIDC = "oidc", "OpenID Connect"
        CUSTOM_OAUTH2 = "custom-oauth2", "OAuth 2"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="identity_providers")
    key = models.SlugField(max_length=64)
    enabled = models.BooleanField(default=True)
    preset = models.CharField(max_length=16, choices=Preset)
    issuer = models.CharField(max_length=512, blank=True)
    authorize_url = models.CharField(max_length=512, blank=True)
    token_url = models.CharField(max_length=512, blank=True)
    userinfo_url = models.CharField(max_length=512, blank=True)
    client_id = models.CharField(max_length=512)
    client_secret_env = models.CharField(max_length=128, blank=True)
    sealed_client_secret = models.TextField(blank=True, editable=False)
    scopes = models.JSONField(default=list, blank=True)
    claims = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="identity_provider_key_once")]

    def __str__(self) -> str:
        return self.key
