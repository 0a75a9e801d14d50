"""What Django's system checks say about our own settings: errors always, the rest with `check --deploy`."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004 - the name that Django gave it

from ciam.client_address import is_network


@register(Tags.security)
def check_networks(**_: Any) -> list[CheckMessage]:
    variables = {
        "CIAM_TRUSTED_PROXIES": settings.TRUSTED_PROXIES,
        "CIAM_METRICS_NETWORKS": settings.METRICS_NETWORKS,
        "CIAM_OUTBOUND_NETWORKS": settings.OUTBOUND_NETWORKS,
    }
    return [
        Error(f"{name} is a list of networks, such as 10.0.0.0/8, and one of them is none.", id=f"ciam.E00{number}")
        for number, (name, networks) in enumerate(variables.items(), start=1)
        if not all(is_network(network) for network in networks)
    ]


@register(Tags.security, deploy=True)
def check_production(**_: Any) -> list[CheckMessage]:
    found = {
        "ciam.W001": ("PUBLIC_URL is not https: passwords and codes travel in clear.", not settings.IS_HTTPS),
        "ciam.W002": (
            "DATABASE_URL is SQLite: one web process, one write at a time.",
            settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"),
        ),
        "ciam.W005": (
            "A database URL names another host without sslmode=verify-full: the connection can be read and changed.",
            any(map(_is_unverified, filter(None, (settings.DATABASES["default"], settings.OWNER_DATABASE)))),
        ),
        "ciam.W003": ("REDIS_URL is missing: requests wait for the senders of messages.", settings.IS_EAGER),
    }
    if settings.IS_TRIAL:
        return [Warning("CIAM_MODE is trial: codes can be read in the outbox.", id="ciam.W004")]
    return [Warning(message, id=number) for number, (message, is_so) in found.items() if is_so]


def _is_unverified(database: dict[str, Any]) -> bool:
    """Return whether a connection to another host would not check who answers there."""
    host = database.get("HOST") or "localhost"
    is_local = host.startswith("/") or host in ("localhost", "127.0.0.1", "::1", "[::1]")
    return not is_local and database["OPTIONS"].get("sslmode") not in ("verify-full", "verify-ca")
