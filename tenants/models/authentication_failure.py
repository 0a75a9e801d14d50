from django.db import models


class AuthenticationFailure(models.Model):
    """How often one network address lately failed to authenticate as one client; no form saves it."""

    id = models.BigAutoField(primary_key=True)
    client_id = models.CharField(max_length=64)  # a hash: what was sent may be anything, a secret included
    source = models.CharField(max_length=45)
    window_started_at = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client_id", "source"], name="authentication_failure_once")]
        indexes = [models.Index(fields=["window_started_at"], name="authentication_failure_age")]
