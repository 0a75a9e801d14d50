"""Which tenant's rows the statements of this thread may reach, where the database has row-level security.

Nobody's at first. The backend `ciam.postgresql` tells it to the database, whose policies (`tenants/row_security.py`)
compare it with each row. SQLite does not know it.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from uuid import UUID

NO_TENANT = ""
EVERY_TENANT = "every"
_reach: ContextVar[str] = ContextVar("reach", default=NO_TENANT)


def current() -> str:
    """Return a tenant's id, NO_TENANT or EVERY_TENANT."""
    return _reach.get()


def enter(tenant_id: UUID) -> None:
    """Reach the rows of this tenant alone, until the end of the innermost block below."""
    _reach.set(str(tenant_id))


def across_tenants() -> AbstractContextManager[None]:
    """Reach the rows of all tenants: for staff, commands and schedules, and for finding out who calls."""
    return _reaching(EVERY_TENANT)


def within_tenant(tenant_id: UUID) -> AbstractContextManager[None]:
    """Reach the rows of this tenant alone."""
    return _reaching(str(tenant_id))


def outside_tenants() -> AbstractContextManager[None]:
    """Reach no tenant's rows."""
    return _reaching(NO_TENANT)


@contextmanager
def _reaching(reach: str) -> Iterator[None]:
    token = _reach.set(reach)
    try:
        yield
    finally:
        _reach.reset(token)
