"""The secrets of confidential clients: made here, kept as keyed hashes alone."""

import secrets

from tenants import sealing
from tenants.callers import SECRET_PURPOSE
from tenants.models import Application, ClientSecret

SHORTEST = 16


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def has_secret(application: Application, secret: str) -> bool:
    """Whether this is one of the application's live secrets."""
    hashes = application.secrets.values_list("hash", flat=True)
    return any([sealing.matches(SECRET_PURPOSE, secret, hashed) for hashed in hashes])


def set_secrets(application: Application, values: list[str]) -> None:
    """Make these the only secrets of the application; the caller publishes it."""
    application.secrets.all().delete()
    hashes = [sealing.keyed_hash(SECRET_PURPOSE, value) for value in values]
    ClientSecret.objects.bulk_create(ClientSecret(application=application, hash=hashed) for hashed in hashes)
