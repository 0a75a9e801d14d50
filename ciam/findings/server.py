"""What concerns the whole server, or a tenant as a whole; `manage.py check --deploy` has what settings alone tell."""

from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db import connection

from ciam.findings.finding import Finding, of_server, of_tenant
from ciam.findings.hosts import is_local, is_shared, public_host
from tenants import row_security
from tenants.models import Application, Tenant

TIMEOUTS = {"statement_timeout": "5s", "lock_timeout": "1s"}  # of the role, as in docs/operations.md


def warnings(tenants: Iterable[Tenant]) -> Iterator[Finding]:
    if not tenants:
        yield _no_tenant()
    if settings.IS_TRIAL and not is_local(public_host()):
        yield of_server(
            "public-trial",
            subject="mode",
            message=f"The server at {settings.PUBLIC_URL} is in trial mode, which keeps codes where they can be read.",
            cure="Set CIAM_MODE=production before others use it.",
        )
    if connection.vendor == "postgresql":
        yield from _of_postgresql()


def _of_postgresql() -> Iterator[Finding]:
    role, missing = _timeouts()
    if missing:
        yield of_server(
            "no-statement-timeout",
            subject="database",
            message=f"PostgreSQL has no {' and no '.join(missing)} for the server. Behind a pooler, the role needs it.",
            cure=" ".join(f"ALTER ROLE {role} SET {name} = '{TIMEOUTS[name]}';" for name in missing),
        )
    if not settings.IS_TRIAL and not row_security.is_active(connection):
        yield of_server(
            "no-row-security",
            subject="database",
            message="The server's role owns the tables, so PostgreSQL does not separate tenants by row-level security.",
            cure="Set CIAM_OWNER_DATABASE_URL to the present DATABASE_URL, name another role in DATABASE_URL, and run "
            "`manage.py migrate`; see docs/operations.md.",
        )


def warnings_of(tenant: Tenant) -> Iterator[Finding]:
    if not tenant.applications.all():
        yield _no_application(tenant)
    for domain in tenant.domains.all():
        if is_shared(domain.name):
            yield _shared_domain(tenant, domain.name)
    yield from _mixed_answers(tenant)


def _timeouts() -> tuple[str, list[str]]:
    """Return the role of the server and the timeouts that it lacks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(current_user), current_setting('statement_timeout'), current_setting('lock_timeout')"
        )
        role, *values = cursor.fetchone()
    return str(role), [name for name, value in zip(TIMEOUTS, values, strict=True) if value == "0"]


def _no_tenant() -> Finding:
    return of_server(
        "no-tenant",
        subject="tenants",
        message="The server has no tenant, so it refuses every call.",
        cure="Run `manage.py provision FILE.yaml`; docs/examples/acme.yaml is a file to start from.",
        row=Tenant,
    )


def _no_application(tenant: Tenant) -> Finding:
    return of_tenant(
        tenant,
        "no-application",
        subject="applications",
        message="The tenant has no application, so nobody can call for it.",
        cure="Name one under `applications`.",
        row=Application,
    )


def _shared_domain(tenant: Tenant, name: str) -> Finding:
    return of_tenant(
        tenant,
        "shared-domain",
        subject=f"domain {name}",
        message=f"The domain {name} is a shared host of the server, so it does not name the tenant.",
        cure="Take it out of `domains`, or out of CIAM_SHARED_HOSTS and PUBLIC_URL.",
        row=tenant,
    )


def _mixed_answers(tenant: Tenant) -> Iterator[Finding]:
    """The users are the tenant's, so one application that tells of them tells for all; machines have a secret."""
    open_to_all = [one for one in tenant.applications.all() if one.enabled and one.type != Application.Type.M2M]
    telling = sorted(one.client_id for one in open_to_all if one.answers == Application.Answers.CONTRACT)
    if telling and len(telling) < len(open_to_all):
        yield of_tenant(
            tenant,
            "mixed-answers",
            subject="answers",
            message="Some applications answer privately, but through others anybody can find out which addresses of "
            f"the same users have an account: {', '.join(telling)}.",
            cure="Set `answers: private` for these applications too, or `answers: contract` for all.",
            row=tenant,
        )
