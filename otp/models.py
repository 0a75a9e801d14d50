from django.db import models

from tenants.ids import new_id
from tenants.models import Application, Channel, Tenant


class Usage(models.TextChoices):
    """What a message is for; the first four are Tencent's (contract §3.1)."""

    LOGIN = "login"
    SIGNUP = "signup"
    UPDATE_USERINFO = "update_userinfo"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a usage, not a password
    VERIFICATION = "verification"  # CloudBase's: what it is for is said when its verification token is spent
    VERIFY_EMAIL = "verify_email"  # by a link or by a code; `asked_by_id` is the end user whose address it is
    KNOWN_ADDRESS = "known_address"  # no code: somebody signs up with an address whose owner has an account
    # Notices have no code either, and no challenge: what has changed in the owner's account.
    ADDRESS_CHANGED = "address_changed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a usage, not a password
    ACCOUNT_CLEARED = "account_cleared"  # a new password by a code, and ways to log in that were older are gone
    IDENTITY_LINKED = "identity_linked"
    IDENTITY_REMOVED = "identity_removed"
    USERNAME_CHANGED = "username_changed"


class Challenge(models.Model):
    """A code that was sent to an address: whoever returns it with its token holds that address.

    Neither the code nor the token is stored, only what recognises them.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="+")
    application = models.ForeignKey(Application, models.CASCADE, db_index=False, related_name="+")
    usage = models.CharField(max_length=16, choices=Usage)
    channel = models.CharField(max_length=5, choices=Channel)
    destination = models.CharField(max_length=254)
    auth_source_id = models.UUIDField(null=True)
    token_hash = models.CharField(max_length=64, unique=True)
    code_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    code_expires_at = models.DateTimeField()
    token_expires_at = models.DateTimeField(db_index=True)
    guesses = models.PositiveSmallIntegerField(default=0)
    guesses_allowed = models.PositiveSmallIntegerField()
    guesses_of_day_allowed = models.PositiveIntegerField(default=20)  # of its address, over all challenges
    is_public = models.BooleanField(default=False)  # asked for without a client secret, or a device that is known
    redeemed_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)
    asked_by_id = models.UUIDField(null=True)  # the end user who was signed in, or the browser's session
    asker = models.CharField(max_length=64, null=True)  # noqa: DJ001 - whose newer code replaces this one; null: nobody's
    verification_hash = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - unique where present
    verification_expires_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["application", "usage", "destination", "created_at"], name="challenge_newest_first")
        ]


class Destination(models.Model):
    """What was lately sent to, and guessed for, one address of one tenant; no form saves it."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="+")
    channel = models.CharField(max_length=5, choices=Channel)
    address = models.CharField(max_length=254)
    last_sent_at = models.DateTimeField(null=True)
    sent_on = models.CharField(max_length=10, default="")  # ISO date in the tenant's time zone
    sent_that_day = models.PositiveIntegerField(default=0)
    public_that_day = models.PositiveIntegerField(default=0)  # of these, asked for by callers that showed nothing
    guessing_since = models.DateTimeField(null=True)
    guesses = models.PositiveIntegerField(default=0)
    touched_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "channel", "address"], name="destination_once")]


class QuotaUse(models.Model):
    """How many messages a tenant has sent over a channel while it had a quota; no form saves it."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="+")
    channel = models.CharField(max_length=5, choices=Channel)
    used = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "channel"], name="quota_use_once")]
