"""The secrets of confidential clients: made here, kept as keyed hashes alone."""

import secrets

from tenants import audit, clock, sealing
from tenants.callers import SECRET_PURPOSE
from tenants.models import Application, ClientSecret

SHORTEST = 16


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def has_secret(application: Application, secret: str) -> bool:
    """Whether this is one of the application's live secrets."""
    hashes = application.secrets.values_list("hash", flat=True)
    return any([sealing.matches(SECRET_PURPOSE, secret, hashed) for hashed in hashes])


def rotate(application: Application) -> str:
    """Add a secret, beside the last one alone; the caller publishes it, and shows it this once."""
    _keep_newest(application)
    secret = new_secret()
    ClientSecret.objects.create(application=application, hash=sealing.keyed_hash(SECRET_PURPOSE, secret))
    _record(application, "secret made beside the last one")
    return secret


def retire_older(application: Application) -> None:
    """Leave the newest secret alone; the caller publishes it."""
    _keep_newest(application)
    _record(application, "older secrets removed")


def _keep_newest(application: Application) -> None:
    newest = application.secrets.order_by("-created_at", "-id").first()
    if newest:
        application.secrets.exclude(pk=newest.pk).delete()


def _record(application: Application, change: str) -> None:
    audit.record(
        "configuration.change",
        tenant_id=application.tenant_id,
        now=clock.now(),
        subject=f"application {application.client_id}:",
        about=application.pk,
        detail={"change": change},
    )


def set_secrets(application: Application, values: list[str]) -> None:
    """Make these the only secrets of the application; the caller publishes it."""
    application.secrets.all().delete()
    hashes = [sealing.keyed_hash(SECRET_PURPOSE, value) for value in values]
    ClientSecret.objects.bulk_create(ClientSecret(application=application, hash=hashed) for hashed in hashes)
