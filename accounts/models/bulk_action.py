from django.db import models

from tenants.ids import new_id
from tenants.models import Tenant


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
