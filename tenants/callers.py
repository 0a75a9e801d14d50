"""Which application asks, and whether it may: one statement reads its configuration, the time and its failures."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from tenants import audit, authentication_failures, clock, isolation, refusals, sealing, sql
from tenants.authentication_failures import FAILURES_IN_WINDOW
from tenants.characters import UNFIT_FOR_TEXT
from tenants.configuration import ApplicationConfiguration
from tenants.errors import Refusal
from tenants.models import ApplicationOrigin

SECRET_PURPOSE = "client-secret"  # noqa: S105 - the name of a derived key
UNKNOWN = ""  # whose failures all client ids share that are none

# However many there are, two are enough to know.
ONLY_ONE_OF_TENANT = """publication.application_id = (
    SELECT counted.id FROM (
        SELECT enabled.id, COUNT(*) OVER () AS number FROM (
            SELECT application.id FROM tenants_application AS application
            WHERE application.tenant_id = %(tenant)s AND application.enabled LIMIT 2) AS enabled) AS counted
    WHERE counted.number = 1)"""


class InvalidClient(Refusal):
    """No enabled application of this tenant has these credentials."""

    is_guess = True


@dataclass(frozen=True, slots=True)
class Caller:
    application: ApplicationConfiguration
    now: datetime
    is_authenticated: bool = False  # it has shown its secret


def authenticate(*, client_id: str, client_secret: str, tenant_id: UUID | None, source: str) -> Caller:
    """The confidential client with these credentials; `tenant_id` is the one that the Host names, if it names one.

    Raises InvalidClient, or TooManyFailures when this source has failed too often for this client.
    """
    application, now = (None, clock.now()) if UNFIT_FOR_TEXT.search(client_id) else _read(client_id, source)
    if application is None or not _may_call(application, client_secret, tenant_id):
        _count_failure(application, tenant_id, source, now)
        raise InvalidClient
    refusals.trust_client()
    isolation.enter(application.tenant.id)
    return Caller(application, now, is_authenticated=True)


def identify(*, client_id: str, tenant_id: UUID | None) -> Caller:
    """The application with this id, for a public call, which needs no secret; "" is the only one of the Host's tenant.

    Raises InvalidClient.
    """
    row = None
    if not UNFIT_FOR_TEXT.search(client_id):  # which no database can look up
        of_whom = "publication.client_id = %(client_id)s" if client_id else ONLY_ONE_OF_TENANT
        row = _look_up(
            f"""SELECT {clock.expression()}, CAST(publication.document AS TEXT)
                FROM tenants_publication AS publication WHERE {of_whom}""",
            {"client_id": client_id, "tenant": tenant_id},
        )
    application = _load(row[1]) if row else None
    if row is None or application is None or not application.enabled or not _is_of(application, tenant_id):
        raise InvalidClient
    isolation.enter(application.tenant.id)
    return Caller(application, clock.read(row[0]))


def _count_failure(
    application: ApplicationConfiguration | None, tenant_id: UUID | None, source: str, now: datetime
) -> None:
    """Count a failed client authentication; raises TooManyFailures.

    The client id is recorded only if it exists: anything else that was typed may be a secret.

    The lock of a client has an entry of its own, so that no other failures from there hide it.
    """
    client_id = application.client_id if application else UNKNOWN
    failures = authentication_failures.record(client_id, source, now)
    is_lock = failures == FAILURES_IN_WINDOW
    whose = application.tenant.id if application else tenant_id
    with isolation.within_tenant(whose) if whose else isolation.outside_tenants():
        refusals.record(
            "client.lock" if is_lock else "client.authentication",
            is_somebody=is_lock and application is not None,
            tenant_id=whose,
            now=now,
            actor=audit.application_actor(client_id) if application else audit.UNKNOWN_APPLICATION,
            detail={"failures": failures},
        )
    authentication_failures.check_number(failures, client_id, source, now)


def find_application(*, client_id: str, tenant_id: UUID | None) -> ApplicationConfiguration | None:
    """The enabled application with this id, for what is public of it; `tenant_id` is the one that the Host names."""
    row = None
    if not UNFIT_FOR_TEXT.search(client_id):  # which no database can look up
        row = _look_up(
            "SELECT CAST(document AS TEXT) FROM tenants_publication WHERE client_id = %(client_id)s",
            {"client_id": client_id},
        )
    application = _load(row[0]) if row else None
    return application if application and application.enabled and _is_of(application, tenant_id) else None


def is_known_origin(origin: str, tenant_id: UUID | None) -> bool:
    """Whether some enabled application, of the tenant that the Host names, lets pages of this origin call."""
    if UNFIT_FOR_TEXT.search(origin):  # which no database can look up
        return False
    rows = ApplicationOrigin.objects.filter(origin=origin)
    with isolation.across_tenants():
        return (rows.filter(tenant_id=tenant_id) if tenant_id else rows).exists()


def _read(client_id: str, source: str) -> tuple[ApplicationConfiguration | None, datetime]:
    row = _look_up(
        f"""SELECT {clock.expression()}, failure.count, failure.expires_at, CAST(publication.document AS TEXT)
            FROM (SELECT 1 AS one) AS always
            LEFT JOIN tenants_publication AS publication ON publication.client_id = %(client_id)s
            LEFT JOIN tenants_counter AS failure ON failure.kind = %(kind)s AND failure.key = %(key)s""",
        {
            "client_id": client_id,
            "kind": authentication_failures.KIND,
            "key": authentication_failures.stored_key(client_id, source),
        },
    )
    assert row is not None
    now = clock.read(row[0])
    authentication_failures.check(count=row[1], expires_at=row[2], now=now)
    return (None if row[3] is None else _load(row[3])), now


def _look_up(statement: str, parameters: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """Return the row of one application, whichever tenant has it: no tenant is known before."""
    with isolation.across_tenants():
        return sql.fetch_one(statement, parameters)


@lru_cache(maxsize=256)
def _load(document: str) -> ApplicationConfiguration:
    """Kept by its whole text, as it was read just now: what was published since is another text."""
    return ApplicationConfiguration.load(json.loads(document))


def _may_call(application: ApplicationConfiguration, client_secret: str, tenant_id: UUID | None) -> bool:
    right_secret = any([sealing.matches(SECRET_PURPOSE, client_secret, hashed) for hashed in application.secret_hashes])
    return right_secret and _is_of(application, tenant_id) and application.enabled


def _is_of(application: ApplicationConfiguration, tenant_id: UUID | None) -> bool:
    return tenant_id is None or tenant_id == application.tenant.id
