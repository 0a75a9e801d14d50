"""Where everything is looked for: once over the rows, worst first."""

from collections.abc import Iterable, Iterator, Sequence

from accounts.models import HashKey
from ciam.findings import (
    applications,
    flows,
    hash_keys,
    log_in,
    numbers,
    providers,
    published,
    rows,
    senders,
    server,
    sources,
)
from ciam.findings.finding import Finding
from ciam.findings.obstacles import dead_channels
from otp.delivery import growth
from otp.models import QuotaUse
from tenants import clock
from tenants.models import Application, Tenant


def find(
    tenant: Tenant | None = None, application: Application | None = None, *, publications: bool = False
) -> list[Finding]:
    """What is wrong with one application, one tenant and its applications, or all of the server: errors first.

    Takes as many queries for a hundred applications as for one, but with `publications` some more for each.
    """
    tenants = rows.read(tenant, application)
    found = list(_of_applications(tenants, publications))
    if application is None:
        found += _of_tenants(tenants)
    if application is None and tenant is None:
        found += server.warnings(tenants)
    return sorted(found, key=lambda finding: (not finding.is_error, *finding.place, finding.code, finding.subject))


def errors_of(application: Application) -> list[Finding]:
    """What stands against switching the application on, as its stored rows say; it may be on already."""
    return [finding for finding in find(application=application) if finding.is_error]


def deadly(tenant: Tenant) -> list[Finding]:
    """Return what keeps people from signing up or logging in, by the tenant's stored rows."""
    found: list[Finding] = []
    for row in rows.read(tenant, None):
        dead = dead_channels(row)
        for application in row.applications.all():
            found += [*flows.no_sign_up(application, dead), *log_in.no_log_in(application, dead)]
        found += senders.no_verification_mail(row)
    return found


def _of_applications(tenants: Iterable[Tenant], publications: bool) -> Iterator[Finding]:
    for tenant in tenants:
        dead = dead_channels(tenant)
        for application in tenant.applications.all():
            yield from flows.errors(application, dead)
            yield from applications.warnings(application, dead)
            yield from log_in.warnings(application, dead)
        if publications:
            yield from published.warnings(tenant.applications.all())


def _of_tenants(tenants: Sequence[Tenant]) -> Iterator[Finding]:
    uses = {(use.tenant_id, use.channel): use.used for use in QuotaUse.objects.filter(tenant__in=tenants)}
    outdated = numbers.count(tenants)
    keys = list(HashKey.objects.filter(tenant__in=tenants).order_by("name"))
    growths = {one.tenant_id: one for one in growth.find(clock.now())}
    for tenant in tenants:
        yield from server.warnings_of(tenant)
        yield from sources.warnings(tenant)
        yield from senders.warnings(tenant, uses, growths)
        yield from providers.warnings(tenant)
        yield from numbers.warnings(tenant, outdated)
        yield from hash_keys.warnings(tenant, keys)
