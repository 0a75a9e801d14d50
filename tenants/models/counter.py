from django.db import models


class Counter(models.Model):
    """How often something happened in the present window; written by `tenants.counters` alone.

    The key is a keyed hash: it may be made of an address, or of what was typed in the wrong field.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=48)
    key = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="counter_once")]
        indexes = [models.Index(fields=["expires_at"], name="counter_age")]
