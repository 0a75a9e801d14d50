"""What goes before anything else is done, so that its name is free for another."""

from ciam.provisioning.rows.providers import has_identities
from ciam.provisioning.rows.work import Work
from tenants.attributes import LABELS
from tenants.models import IdentityProvider, LoginFlow

LISTS = {
    "attributes": "identifier",
    "senders": "key",
    "identity_providers": "key",
    "password_auth_sources": "key",
    "otp_auth_sources": "key",
    "applications": "client_id",
}
NOUNS = {rows: rows.removesuffix("s").replace("_", " ") for rows in LISTS}


def remove(work: Work) -> None:
    """Delete what the file says is absent, the tenant included, and the domains that its list leaves out."""
    for entry in work.entry.absent("attributes"):
        if entry["identifier"] in LABELS:
            work.refuse(entry.at("state"), "every tenant has this attribute; a preset is put aside by enabled: false")
    if work.tenant._state.adding:
        return
    if work.entry.is_absent:
        work.say("tenant", f"removed, with {_counted(work)}", about=work.tenant, event="delete")
        work.tenant.delete()
        return
    for rows, name in LISTS.items():
        _remove_absent(work, rows, name)
    if "domains" in work.entry:
        _remove_other_domains(work, work.entry["domains"])


def _counted(work: Work) -> str:
    """Return how many end users go with the tenant."""
    count = work.tenant.end_users.count()
    return f"{count:,} end user{'' if count == 1 else 's'}"


def _remove_absent(work: Work, rows: str, name: str) -> None:
    for entry in work.entry.absent(rows):
        row = getattr(work.tenant, rows).filter(**{name: entry[name]}).first()
        if isinstance(row, IdentityProvider) and has_identities(row):
            work.refuse(entry.at("state"), "end users have identities there; enabled: false keeps them out")
        elif row:
            work.say(f"{NOUNS[rows]} {entry[name]}", "removed", about=row, event="delete")
            row.delete()
            if rows == "attributes":
                _remove_claims(work, entry[name])


def _remove_claims(work: Work, identifier: str) -> None:
    """No application can promise an attribute that is gone."""
    for flow in LoginFlow.objects.filter(application__tenant=work.tenant).select_related("application"):
        if identifier in flow.claims:
            claims = [one for one in flow.claims if one != identifier]
            work.save(f"login of {flow.application.client_id}", flow, {"claims": claims})


def _remove_other_domains(work: Work, names: list[str]) -> None:
    for domain in work.tenant.domains.exclude(name__in=names).order_by("position", "name"):
        work.say(f"domain {domain.name}", "removed", about=work.tenant, event="delete")
        domain.delete()
