"""Each finding is provoked, and then cured by what its cure says."""

from ciam.findings import Finding, find
from tenants.models import Application, Tenant


def found(code: str, about: Tenant | Application, **options: bool) -> list[Finding]:
    """The findings of this code, of a tenant or of one application."""
    where = {"application": about} if isinstance(about, Application) else {"tenant": about}
    return [finding for finding in find(**where, **options) if finding.code == code]


def codes(about: Tenant | Application, **options: bool) -> set[str]:
    where = {"application": about} if isinstance(about, Application) else {"tenant": about}
    return {finding.code for finding in find(**where, **options)}
