"""The demo tenant and the admin account of a trial: made once, kept as they are afterwards."""

import json
import secrets
from pathlib import Path

from django.conf import settings

from ciam.trial.environment import write_privately
from signup.contracts import publish
from tenants import audit, client_secrets
from tenants.models import Application, Staff, Tenant

TENANT = "demo"
CLIENT_ID = "demo-shop"
ADMIN = "admin"


def prepare(directory: Path) -> dict[str, str]:
    """What a newcomer needs to know, also written to `quickstart.json` in the directory."""
    file = directory / "quickstart.json"
    known = json.loads(file.read_text("utf-8")) if file.exists() else {}
    facts = {
        "base_url": settings.PUBLIC_URL,
        "admin_url": f"{settings.PUBLIC_URL}/admin/",
        "admin_username": ADMIN,
        "admin_password": _admin_password(known.get("admin_password")),
        "tenant": TENANT,
        "client_id": CLIENT_ID,
        "client_secret": _client_secret(known.get("client_secret")),
    }
    if facts != known:
        write_privately(file, json.dumps(facts, indent=2) + "\n")
    return facts


def _admin_password(known: str | None) -> str:
    """The password of the admin account, which is made if it is absent; a new one where the old one is not known."""
    account = Staff.objects.filter(username=ADMIN).first()
    if account and known:
        return known  # checking it would cost half of the start
    password = known or secrets.token_urlsafe(12)
    account = account or Staff(username=ADMIN, is_staff=True, is_superuser=True)
    account.set_password(password)
    account.save()
    return password


def _client_secret(known: str | None) -> str:
    """A secret of the demo application that works; the demo tenant is made if it is absent."""
    if not Tenant.objects.filter(slug=TENANT).exists():
        from ciam.provisioning import provision  # only the first run needs it, and every run waits for imports

        with audit.acting_as(audit.command_actor()):
            provision((Path(__file__).parent / "demo.yaml").read_text("utf-8"))
    application = Application.objects.get(client_id=CLIENT_ID)
    secret = known or client_secrets.new_secret()
    if not client_secrets.has_secret(application, secret):
        client_secrets.set_secrets(application, [secret])
        publish(application)
    return secret
