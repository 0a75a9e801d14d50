"""What end users have let applications know of them, where the application's log-in asks at all."""

import json
from collections.abc import Collection
from datetime import datetime

from accounts.models import EndUser
from accounts.self_service import trail
from tenants import audit, sql
from tenants.configuration import ApplicationConfiguration
from tenants.ids import new_id
from tokens.authorization import AuthorizationRequest
from tokens.models import Consent, Session


def claims_to_ask(
    application: ApplicationConfiguration, request: AuthorizationRequest, end_user: EndUser
) -> tuple[str, ...] | None:
    """Return the claims to ask the end user for before the request is granted; None if there is nothing to ask."""
    if not application.login.consent:
        return None
    claims = application.login.claims
    given = None if "consent" in request.prompts else find(application, end_user)
    if given is None:
        return claims
    return tuple(claim for claim in claims if claim not in given) or None


def find(application: ApplicationConfiguration, end_user: EndUser) -> list[str] | None:
    """Return the claims that the end user has allowed; None without a consent."""
    rows = Consent.objects.filter(end_user=end_user, application_id=application.id)
    found: list[str] | None = rows.values_list("claims", flat=True).first()
    return found


def told(application: ApplicationConfiguration, session: Session) -> tuple[str, ...]:
    """Return the claims of the session's end user that the application may read now."""
    claims = application.login.claims
    if not application.login.consent:
        return claims
    return tuple(claim for claim in claims if claim in (session.consented_claims or ()))


def give(application: ApplicationConfiguration, end_user: EndUser, shown: Collection[str], now: datetime) -> None:
    """Add the claims that were shown to those allowed before; in the caller's transaction.

    Of two answers at once one may be lost: the end user is asked again for its claims.
    """
    claims = set(shown) & set(application.login.claims) | set(find(application, end_user) or ())
    values = {
        "id": new_id(),
        "tenant": application.tenant.id,
        "application": application.id,
        "end_user": end_user.id,
        "claims": json.dumps(sorted(claims)),
        "now": now,
    }
    sql.change(
        """INSERT INTO tokens_consent (id, tenant_id, application_id, end_user_id, claims, given_at)
           VALUES (%(id)s, %(tenant)s, %(application)s, %(end_user)s, %(claims)s, %(now)s)
           ON CONFLICT (end_user_id, application_id)
           DO UPDATE SET claims = excluded.claims, given_at = excluded.given_at""",
        values,
    )
    record(application, end_user, audit.Outcome.SUCCEEDED, now)


def record(application: ApplicationConfiguration, end_user: EndUser, outcome: str, now: datetime) -> None:
    trail.record("consent", end_user, now, outcome=outcome, subject=f"application {application.client_id}")
