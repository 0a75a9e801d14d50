from datetime import datetime

from django.db import models
from django.db.models.functions import Now

from tenants.ids import new_id
from tenants.models import Application, Group, Tenant


class EndUserQuerySet(models.QuerySet["EndUser"]):
    def with_status(self, status: str, now: datetime) -> "EndUserQuerySet":
        """Return those who have the status at that time: a block that has ended is none."""
        has_ended = models.Q(blocked_until__isnull=False, blocked_until__lte=now)
        if status == EndUser.Status.NORMAL:
            return self.filter(models.Q(status=status) | has_ended)
        return self.filter(~has_ended, status=status)


class EndUser(models.Model):
    """A customer of a tenant; not a Django user, and never able to log in to the admin.

    Each identifier is unique within the tenant in its canonical form. A typed form is kept beside those that have one.
    """

    class Status(models.TextChoices):
        NORMAL = "NORMAL", "Normal"
        LOCK = "LOCK", "Blocked"
        FREEZE = "FREEZE", "Frozen"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="end_users")
    status = models.CharField(max_length=6, choices=Status, default=Status.NORMAL)
    # Who blocked or froze the end user, when, why and until when; all empty for an end user who is neither.
    blocked_at = models.DateTimeField(null=True, editable=False)
    blocked_by = models.CharField(
        max_length=200, default="", db_default="", editable=False
    )  # an actor of the audit log
    block_reason = models.CharField(max_length=200, default="", db_default="", editable=False)
    blocked_until = models.DateTimeField(null=True, editable=False)  # null: until somebody ends it
    status_change = models.UUIDField(null=True, editable=False)  # the act that set the status last
    username = models.CharField(max_length=256, null=True)  # noqa: DJ001 - unique where present
    username_typed = models.CharField(max_length=256, blank=True)
    phone_number = models.CharField(max_length=16, null=True)  # noqa: DJ001 - unique where present
    phone_number_verified = models.BooleanField(default=False)
    phone_number_verified_at = models.DateTimeField(null=True, editable=False)  # as of the e-mail address
    email = models.CharField(max_length=254, null=True)  # noqa: DJ001 - unique where present
    email_typed = models.CharField(max_length=254, blank=True)
    email_verified = models.BooleanField(default=False)
    # When the end user proved it after the sign-up; null: at the sign-up, or a back end or an import says so.
    email_verified_at = models.DateTimeField(null=True, editable=False)
    password = models.CharField(max_length=255, blank=True, editable=False)
    attributes = models.JSONField(default=dict, blank=True)  # general ones, by identifier
    addresses = models.JSONField(default=list, blank=True)  # postal ones, as `accounts.profiles` describes them
    metadata = models.JSONField(default=dict, blank=True)
    login_attempts = models.PositiveSmallIntegerField(
        default=0, editable=False
    )  # wrong passwords since the last right one
    anonymous_device_hash = models.CharField(max_length=64, null=True, editable=False)  # noqa: DJ001 - unique where present
    groups = models.ManyToManyField(Group, blank=True, related_name="end_users")
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(null=True, editable=False)  # by the end user
    sessions_valid_from = models.DateTimeField(db_default=Now())

    objects = EndUserQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "username"], name="username_once"),
            models.UniqueConstraint(fields=["tenant", "phone_number"], name="phone_number_once"),
            models.UniqueConstraint(fields=["tenant", "email"], name="email_once"),
            models.UniqueConstraint(
                fields=["tenant", "anonymous_device_hash"],
                condition=models.Q(anonymous_device_hash__isnull=False),
                name="anonymous_device_once",
            ),
            models.CheckConstraint(condition=models.Q(login_attempts__lte=20_000), name="login_attempts_most"),
        ]
        indexes = [
            models.Index(fields=["tenant", "id"], name="end_user_newest"),
            models.Index(fields=["status", "id"], condition=~models.Q(status="NORMAL"), name="end_user_not_normal"),
        ]

    def __str__(self) -> str:
        return self.username_typed or self.email or self.phone_number or self.sub

    @property
    def sub(self) -> str:
        """The subject identifier: 32 hex digits."""
        return self.id.hex

    def status_at(self, now: datetime) -> str:
        """Return the status that counts: a block ends by itself when its time is over."""
        has_ended = self.blocked_until is not None and self.blocked_until <= now
        return self.Status.NORMAL if has_ended else self.status

    def is_blocked(self, now: datetime) -> bool:
        """Return whether the end user may not log in, because somebody blocked or froze them."""
        return self.status_at(now) != self.Status.NORMAL

    def is_proven(self, name: str, address: str) -> bool:
        """Return whether the address of that name, phone_number or email, is this one and verified."""
        return bool(getattr(self, name) == address and getattr(self, f"{name}_verified"))


class PasswordHistory(models.Model):
    """A password that the end user has had; the first one is the one of the sign-up."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="+")
    end_user = models.ForeignKey(EndUser, models.CASCADE, related_name="password_history")
    password = models.CharField(max_length=255)
    set_at = models.DateTimeField()


class HashCost(models.Model):
    """What a comparison with the dearest password hash costs that a tenant has ever had; no form saves it."""

    tenant = models.OneToOneField(Tenant, models.CASCADE, primary_key=True, related_name="+")
    milliseconds = models.PositiveIntegerField()


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


class Identity(models.Model):
    """An end user as a third party knows them; its subject never changes there, so it alone tells people apart.

    One that a back end told of may lack its subject: nobody signs in by it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="+")
    provider = models.CharField(max_length=64)  # the key of the tenant's IdentityProvider
    subject = models.CharField(max_length=256, null=True)  # noqa: DJ001 - unique where present
    end_user = models.ForeignKey(EndUser, models.CASCADE, db_index=False, related_name="identities")
    vendor = models.CharField(max_length=64, blank=True)  # who is behind the connection, as PlusAuth names it
    type = models.CharField(max_length=16, blank=True)  # PlusAuth's: sms, otp, push, email, social, enterprise
    profile = models.JSONField(default=dict)  # name, picture, e-mail and the like, as the third party says
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "provider", "subject"], name="identity_once"),
            models.UniqueConstraint(fields=["end_user", "provider"], name="identity_per_provider"),
            models.CheckConstraint(condition=~models.Q(subject=""), name="identity_has_subject"),
        ]


class ProviderToken(models.Model):
    """Somebody has just come back from a third party, known there as `subject`; the token is kept as its hash."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="+")
    application = models.ForeignKey(Application, models.CASCADE, db_index=False, related_name="+")
    device_id = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)
    provider = models.CharField(max_length=64)
    subject = models.CharField(max_length=255)
    profile = models.JSONField()
    expires_at = models.DateTimeField(db_index=True)
    spent_at = models.DateTimeField(null=True)


class UsedIdToken(models.Model):
    """An ID token of a third party that was accepted, until it expires: whoever has seen it cannot use it again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="+")
    provider = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "provider", "hash"], name="id_token_once")]


class ImportRun(models.Model):
    """How far one file has been imported for a tenant; each batch of rows moves it on, in its own transaction."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="+")
    file_digest = models.CharField(max_length=64)
    position = models.PositiveBigIntegerField(default=0)  # the last line that was read
    imported = models.PositiveBigIntegerField(default=0)
    rejected = models.PositiveBigIntegerField(default=0)
    unread = models.JSONField(default=dict)  # rows in which a member was not read, by its path
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "file_digest"], name="import_run_once")]


class BulkAction(models.Model):
    """A change of the status of many end users, which a job makes in batches (`accounts.bulk_actions`)."""

    class Verb(models.TextChoices):
        BLOCK = "block", "Block"
        FREEZE = "freeze", "Freeze"
        UNBLOCK = "unblock", "Unblock"
        UNFREEZE = "unfreeze", "Unfreeze"
        UNDO = "undo", "Undo"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        STOPPED = "stopped", "Stopped"
        FINISHED = "finished", "Finished"

    OPEN = (State.WAITING, State.RUNNING)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+")
    verb = models.CharField(max_length=8, choices=Verb)
    reason = models.CharField(max_length=200, blank=True)
    until = models.DateTimeField(null=True)
    undoes = models.OneToOneField("self", models.CASCADE, null=True, related_name="undone_by")
    actor = models.CharField(max_length=200)  # as `tenants.audit` spells it
    total = models.PositiveBigIntegerField()  # the end users that somebody confirmed by typing their number
    changed = models.PositiveBigIntegerField(default=0)
    skipped = models.PositiveBigIntegerField(default=0)  # deleted or changed by somebody else before their turn
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    position = models.UUIDField(null=True)  # the last end user who was done; they are taken in the order of their ids
    claimed_by = models.UUIDField(null=True)  # the process that works on it
    claimed_until = models.DateTimeField(null=True, db_index=True)  # another process may take it over then
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "mass action"
        default_permissions = ()  # whoever may change end users may see and stop it

    def __str__(self) -> str:
        """Its name, with the number of end users that it is about."""
        people = "1 end user" if self.total == 1 else f"{self.total:,} end users"
        return f"{self.get_verb_display()} {people}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def done(self) -> int:
        return self.changed + self.skipped


class BulkActionItem(models.Model):
    """An end user that a mass action is about; `before` is what the action changed, null where it changed nothing."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="+")
    action = models.ForeignKey(BulkAction, models.CASCADE, db_index=False, related_name="items")
    end_user_id = models.UUIDField()  # who may be deleted meanwhile
    before = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["action", "end_user_id"], name="bulk_action_item_once")]


class HashKey(models.Model):
    """A key of another system that imported hashes of the tenant need: a signer key, a pepper, the key of an HMAC."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False, related_name="+")
    name = models.CharField(max_length=32)  # stands in the hashes
    sealed_key = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="hash_key_name_once")]
