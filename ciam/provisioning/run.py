"""One file, one transaction: all of it counts for the very next call, or none of it."""

from typing import Any

from django.db import IntegrityError, transaction

from ciam.provisioning.reading import plain_data, schema, yaml_file
from ciam.provisioning.reading.entries import Entry
from ciam.provisioning.reading.problems import InvalidFile, Problem, Problems
from ciam.provisioning.rows import alive
from ciam.provisioning.rows.applications import apply_applications
from ciam.provisioning.rows.attributes import apply_attributes
from ciam.provisioning.rows.providers import apply_identity_providers
from ciam.provisioning.rows.removals import remove
from ciam.provisioning.rows.senders import apply_senders
from ciam.provisioning.rows.sources import apply_otp_auth_sources, apply_password_auth_sources
from ciam.provisioning.rows.tenants import apply_tenant
from ciam.provisioning.rows.work import Report, Work
from signup.contracts import publish_tenant
from tenants import clock
from tenants.models import Tenant

STEPS = (
    apply_tenant,
    apply_attributes,
    apply_senders,
    apply_identity_providers,
    apply_password_auth_sources,
    apply_otp_auth_sources,
    apply_applications,
)


def provision(text: str, *, plan: bool = False) -> Report:
    """Make the server as the file says, or with `plan` only tell what that would change; raises InvalidFile."""
    return _run(schema.read(yaml_file.read(text)), plan)


def configure(document: dict[str, Any]) -> Report:
    """As `provision`, from plain data of the same shape: what a form of the admin has changed."""
    return _run(schema.read(plain_data.read(document)), plan=False)


def _run(entries: list[Entry], plan: bool) -> Report:
    try:
        with transaction.atomic():
            report = _apply(entries)
            if plan:
                transaction.set_rollback(True)
                report.secrets.clear()
    except IntegrityError:
        reason = "somebody else changed the same at the same time; try again"
        raise InvalidFile([Problem(1, "", reason)]) from None
    return report


def _apply(entries: list[Entry]) -> Report:
    report, problems = Report(), Problems()
    named = Tenant.objects.filter(slug__in=[entry["slug"] for entry in entries])
    present = {row.slug: row for row in named.select_for_update(no_key=True).order_by("slug")}
    now = clock.now()
    before = {slug: alive.states_of(row) for slug, row in present.items()}
    works = [Work(_tenant(present, entry), entry, report, problems, now) for entry in entries]
    for work in works:
        remove(work)
    works = [work for work in works if not work.entry.is_absent]
    for work in works:
        for step in STEPS:
            step(work)
        if work.has_changed:
            alive.check(work, before.get(work.tenant.slug, {}))
    problems.check()
    for work in works:
        if work.has_changed:
            publish_tenant(work.tenant)
    return report


def _tenant(present: dict[str, Tenant], entry: Entry) -> Tenant:
    return present.get(entry["slug"]) or Tenant(slug=entry["slug"])
