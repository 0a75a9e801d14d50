"""The tenant's own row and its domains."""

from urllib.parse import urlsplit

from django.conf import settings

from ciam.provisioning.reading.entries import Entry
from ciam.provisioning.rows.work import Work
from tenants.attributes import ensure_standard
from tenants.models import Domain


def apply_tenant(work: Work) -> None:
    is_new = work.tenant._state.adding
    if is_new and "name" not in work.entry:
        work.refuse(work.entry.node, "name is missing: the tenant is new")
    work.save("tenant", work.tenant, _columns(work.entry))
    added = ensure_standard(work.tenant)
    if added and not is_new:
        work.say("attributes", f"created: {', '.join(added)}", about=work.tenant)
    if "domains" in work.entry:
        _apply_domains(work)


def _columns(entry: Entry) -> dict[str, object]:
    columns = entry.pick(
        "name", "phone_regions", "time_zone", "force_email_verification", "signing_algorithm", "login_url"
    )
    if quotas := entry.get("quotas"):
        columns |= quotas.pick(sms_quota="sms", email_quota="email")
    if branding := entry.get("branding"):
        columns |= branding.pick("logo", "color")
    if hashes := entry.get("imported_pbkdf2"):
        columns |= hashes.pick(pbkdf2_digest="digest", pbkdf2_rounds="rounds")
    limits: Entry | None = entry.get("limits")
    if limits:
        columns |= limits.pick("public_per_hour")
    for channel, key in (("sms", "sms_per_number"), ("email", "email_per_address")):
        if limits and key in limits:
            names = {f"{channel}_{name}": name for name in ("interval_seconds", "per_day")}
            columns |= limits[key].pick(**names)
    return columns


def _apply_domains(work: Work) -> None:
    """Those that are not in the list are gone already."""
    present = {domain.name: domain for domain in work.tenant.domains.all()}
    for position, (at, name) in enumerate(work.entry.items("domains")):
        if name in (*settings.SHARED_HOSTS, urlsplit(settings.PUBLIC_URL).hostname):
            work.warn(at, "is a shared host of this server, which names no tenant")
        if name in present:
            work.save(f"domain {name}", present[name], {"position": position})
        elif Domain.objects.filter(name=name).exists():
            work.refuse(at, "belongs to another tenant")
        else:
            work.save(f"domain {name}", Domain(tenant=work.tenant, name=name), {"position": position})
