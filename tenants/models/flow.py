from django.db import models

from tenants.ids import new_id
from tenants.models.application import Application
from tenants.models.attribute import Attribute
from tenants.models.source import OtpAuthSource, PasswordAuthSource
from tenants.models.tenant import Group


class SignUpFlow(models.Model):
    """What an application asks of the people who sign up through it."""

    class Authentication(models.TextChoices):
        ALL = "all", "All of them"
        ANY = "any", "At least one"

    application = models.OneToOneField(Application, models.CASCADE, primary_key=True, related_name="sign_up_flow")
    enabled = models.BooleanField(default=True)
    authentication = models.CharField(max_length=3, choices=Authentication, default=Authentication.ALL)
    default_group = models.ForeignKey(Group, models.SET_NULL, null=True, blank=True)


class SignUpAttribute(models.Model):
    """One attribute of a sign-up flow, in the order in which people are asked."""

    class Role(models.TextChoices):
        AUTHENTICATION = "authentication", "Authentication"
        REQUIRED = "required", "Required"
        OPTIONAL = "optional", "Optional"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    flow = models.ForeignKey(SignUpFlow, models.CASCADE, related_name="attributes")
    attribute = models.ForeignKey(Attribute, models.CASCADE, related_name="+")
    role = models.CharField(max_length=14, choices=Role)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["flow", "attribute"], name="sign_up_attribute_once")]


class LoginFlow(models.Model):
    """How the end users of an application log in, and what it is told of them."""

    application = models.OneToOneField(Application, models.CASCADE, primary_key=True, related_name="login_flow")
    anonymous = models.BooleanField(default=False)
    consent = models.BooleanField(default=False)
    claims = models.JSONField(default=list, blank=True)


class LoginSource(models.Model):
    """An authentication source of a log-in flow: its preferred one, or one that is associated."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    flow = models.ForeignKey(LoginFlow, models.CASCADE, related_name="sources")
    password_auth_source = models.ForeignKey(
        PasswordAuthSource, models.CASCADE, null=True, blank=True, related_name="+"
    )
    otp_auth_source = models.ForeignKey(OtpAuthSource, models.CASCADE, null=True, blank=True, related_name="+")
    preferred = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["flow"], condition=models.Q(preferred=True), name="login_flow_prefers_one_source"
            ),
            models.CheckConstraint(
                condition=models.Q(password_auth_source__isnull=True) ^ models.Q(otp_auth_source__isnull=True),
                name="login_source_is_of_one_kind",
            ),
        ]
