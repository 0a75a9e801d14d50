"""The authorization request that waits in a tab of a browser, and the one way in which it is answered."""

from collections.abc import Collection

from django.db import transaction

from accounts import email_verification
from accounts.models import EndUser
from signup import pending_requests
from signup.browser_sessions import Live
from signup.errors import SessionGone
from tenants import audit
from tenants.configuration import TenantSettings
from tokens import authorization, authorization_codes, consents
from tokens.authorization import AuthorizationRequest


def request_of(live: Live) -> AuthorizationRequest | None:
    """What waits, if the application would still get an answer."""
    pending = live.request
    document = pending.authorization if pending and pending.answered_at is None else None
    request = AuthorizationRequest.load(document) if document else None
    return request if request and authorization.is_registered(request.redirect_uri, live.application) else None


def find_end_user(live: Live | None, request: AuthorizationRequest | None, tenant: TenantSettings) -> EndUser | None:
    """Who is logged in with the tenant, lately enough and as the request wants; through any application of it."""
    if live is None or live.row.tenant_id != tenant.id or live.row.authenticated_at is None:
        return None
    end_user = live.logged_in
    if end_user is None or email_verification.is_pending(tenant, end_user):
        return None
    if request and not (request.is_for(end_user) and request.is_answered_by(live.row.authenticated_at)):
        return None
    return end_user


def is_for_another(live: Live, request: AuthorizationRequest) -> bool:
    """Whether somebody has logged in whom the request does not ask for (OpenID Core §3.1.2.1, `id_token_hint`)."""
    end_user = live.logged_in
    return end_user is not None and not request.is_for(end_user)


def grant(
    live: Live, request: AuthorizationRequest, end_user: EndUser, *, consents_to: Collection[str] | None = None
) -> str:
    """Where the browser goes with the code; raises SessionGone if the request was answered meanwhile.

    `consents_to` are the claims that the end user has just allowed; None where he was not asked.
    """
    with transaction.atomic():
        location = authorization_codes.grant(  # first, as it locks the end user
            application=live.application, request=request, end_user=end_user, session=live.row, now=live.now
        )
        pending_requests.take_answer(live.pending, live.now)
        if consents_to is not None:
            consents.give(live.application, end_user, consents_to, live.now)
        return location


def deny(live: Live, request: AuthorizationRequest, end_user: EndUser) -> str:
    """Where the browser goes with the news that the end user does not consent; raises SessionGone."""
    with transaction.atomic():
        pending_requests.take_answer(live.pending, live.now)
        consents.record(live.application, end_user, audit.Outcome.REFUSED, live.now)
    return authorization.refused(request, live.application, "access_denied", "The end user does not consent.")


def refuse_other(live: Live, request: AuthorizationRequest) -> str:
    """Where the browser goes with the news that somebody else has logged in; raises SessionGone."""
    pending_requests.take_answer(live.pending, live.now)
    return authorization.refused(request, live.application, "login_required", "Another end user is logged in.")


def get_answerable(live: Live) -> tuple[AuthorizationRequest, EndUser]:
    """What waits, and for whom; raises SessionGone if it cannot be answered now."""
    request = request_of(live)
    end_user = find_end_user(live, request, live.application.tenant)
    if request is None or end_user is None:
        raise SessionGone
    return request, end_user
