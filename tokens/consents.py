"""What end users have let applications know of them: asked once, where the application's log-in asks at all."""

from datetime import datetime

from accounts.models import EndUser
from accounts.self_service import trail
from tenants import audit, sql
from tenants.configuration import ApplicationConfiguration
from tenants.ids import new_id
from tokens.authorization import AuthorizationRequest
from tokens.models import Consent


def is_needed(application: ApplicationConfiguration, request: AuthorizationRequest, end_user: EndUser) -> bool:
    """Whether the end user is to be asked before the request is granted."""
    if not application.login.consent:
        return False
    if "consent" in request.prompts:
        return True
    return not Consent.objects.filter(end_user=end_user, application_id=application.id).exists()


def give(application: ApplicationConfiguration, end_user: EndUser, now: datetime) -> None:
    """Once, however often it is given; in the caller's transaction."""
    values = {
        "id": new_id(),
        "tenant": application.tenant.id,
        "application": application.id,
        "end_user": end_user.id,
        "now": now,
    }
    sql.change(
        """INSERT INTO tokens_consent (id, tenant_id, application_id, end_user_id, given_at)
           VALUES (%(id)s, %(tenant)s, %(application)s, %(end_user)s, %(now)s)
           ON CONFLICT (end_user_id, application_id) DO NOTHING""",
        values,
    )
    record(application, end_user, audit.Outcome.SUCCEEDED, now)


def record(application: ApplicationConfiguration, end_user: EndUser, outcome: str, now: datetime) -> None:
    trail.record("consent", end_user, now, outcome=outcome, subject=f"application {application.client_id}")
