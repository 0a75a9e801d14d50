"""Sessions: who is signed in where, for how long, and how it ends (S-61..S-65)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists

from accounts import end_users, known_devices
from accounts.models import EndUser
from otp import codes
from signup import browser_log_ins
from tenants import audit, sql
from tenants.configuration import ApplicationConfiguration
from tenants.ids import new_id
from tokens import access, consents, refresh, scopes
from tokens.errors import InvalidGrant
from tokens.models import AuthorizationCode, RefreshToken, RevokedAccessToken, Session

LONGEST = timedelta(days=365)  # a session ends then, however often it was refreshed


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a client gets: both tokens, and the seconds that the access token is good for; and the session they open."""

    access_token: str
    refresh_token: str
    expires_in: int
    sub: str
    scope: str
    session: Session


def sign_in(
    *,
    application: ApplicationConfiguration,
    end_user: EndUser,
    device_id: str,
    scope: str,
    provider_type: str,
    client_authenticated: bool,
    authenticated_at: datetime | None = None,
    now: datetime,
) -> Tokens:
    """Open a session, with as much of the scope as the application may have.

    Beyond the application's number of sessions for one user, the oldest ones end.
    """
    session = Session(
        id=new_id(),
        tenant_id=application.tenant.id,
        end_user=end_user,
        application_id=application.id,
        device_id=device_id,
        scope=scopes.granted(application, scope),
        provider_type=provider_type,
        consented_claims=consents.find(application, end_user) if application.login.consent else None,
        client_authenticated=client_authenticated,
        authenticated_at=authenticated_at,
        created_at=now,
        last_used_at=now,
        expires_at=now + _lifetime(application),
        ends_at=now + LONGEST,
    )
    token = refresh.first()
    with transaction.atomic():
        sql.insert(session)
        refresh.store(session, token, now)
        _end_oldest(application, end_user.id, now)
    return _answer(application, session, token, now)


def renew(
    *, application: ApplicationConfiguration, token: str, device_id: str, client_authenticated: bool, now: datetime
) -> Tokens:
    """Exchange a refresh token for its successor; raises InvalidGrant.

    A session that an authenticated client opened goes on for an authenticated client alone (RFC 6749 §6). A token that
    comes back after it was spent ends its session, unless it was spent just now.
    """
    row = _find(token)
    if row is None or not _is_bound(row.session, application, device_id) or not _may_go_on(row.session, now):
        raise InvalidGrant
    if row.session.client_authenticated and not client_authenticated:
        raise InvalidGrant
    if row.spent_at is not None or not _spend(row, token, application, now):
        again = _find(token)
        if again is None:
            raise InvalidGrant
        if not refresh.may_answer_again(again, token, now):
            _end_reused(row.session, now)
            raise InvalidGrant
    return _answer(application, row.session, refresh.successor_of(token), now)


def _spend(row: RefreshToken, token: str, application: ApplicationConfiguration, now: datetime) -> bool:
    """Spend the token for its successor, if nobody was faster; raises InvalidGrant if its session ended meanwhile."""
    session = row.session
    with transaction.atomic():
        end_users.lock(session.end_user_id)  # who may be deleted at this moment
        if not refresh.spend(token, now):
            return False
        if not _use(session, application, now):
            raise InvalidGrant
        refresh.store(session, refresh.successor_of(token), now)
        return True


def _use(session: Session, application: ApplicationConfiguration, now: datetime) -> bool:
    """Let the session rest from now on for as long as the application says, but not beyond its end.

    Return whether it has not been ended.
    """
    until = min(now + _lifetime(application), session.ends_at)
    return bool(Session.objects.filter(pk=session.pk, revoked_at=None).update(last_used_at=now, expires_at=until))


def end(session_id: UUID, now: datetime) -> None:
    Session.objects.filter(pk=session_id, revoked_at=None).update(revoked_at=now)


def end_all(end_user_id: UUID, now: datetime, *, but: UUID | None = None) -> None:
    """End every session of the end user, or every other one; no browser and no code opens another one (S-65).

    No device is known any more. Waits for what opens a session at this moment, and ends that too.
    """
    with transaction.atomic():
        end_users.lock(end_user_id)
        open_ones = Session.objects.filter(end_user_id=end_user_id, revoked_at=None)
        open_ones.exclude(pk__in=[but] if but else []).update(revoked_at=now)
        browser_log_ins.end_all(end_user_id)
        known_devices.forget_all(end_user_id)
        AuthorizationCode.objects.filter(end_user_id=end_user_id, spent_at=None).update(spent_at=now)


def open_ones(end_user: EndUser, now: datetime) -> list[Session]:
    """The sessions that live, the newest first, each with its application; a hundred at most."""
    rows = Session.objects.select_related("application", "end_user").filter(
        end_user=end_user, revoked_at=None, expires_at__gt=now
    )
    return [row for row in rows.order_by("-created_at", "-id")[:100] if _may_go_on(row, now)]


def sign_out(end_user: EndUser, now: datetime) -> None:
    """End every session of the end user because somebody else decided so, and leave a line of it."""
    with transaction.atomic():
        end_all(end_user.id, now)
        subject = f"end user {end_user.sub}"
        audit.record("session.end_all", tenant_id=end_user.tenant_id, now=now, subject=subject, about=end_user.id)


def end_on_device(end_user_id: UUID, device_id: str, now: datetime) -> None:
    """End the end user's sessions on one device, those without a name too, which keep its hash; forget the device."""
    on_device = Session.objects.filter(end_user_id=end_user_id, device_id__in=(device_id, codes.hash_token(device_id)))
    on_device.filter(revoked_at=None).update(revoked_at=now)
    known_devices.forget(end_user_id, device_id)


def find_live(session_id: UUID, now: datetime, *, jti: str = "") -> Session | None:
    """The session, with its end user, if both may go on, and this access token of theirs; one statement."""
    rows = Session.objects.select_related("end_user").filter(pk=session_id)
    session = rows.exclude(Exists(RevokedAccessToken.objects.filter(jti=jti))).first()
    return session if session and _may_go_on(session, now) else None


def _find(token: str) -> RefreshToken | None:
    return RefreshToken.objects.select_related("session__end_user").filter(hash=refresh.hash_of(token)).first()


def _is_bound(session: Session, application: ApplicationConfiguration, device_id: str) -> bool:
    return session.application_id == application.id and session.device_id in ("", device_id)


def _may_go_on(session: Session, now: datetime) -> bool:
    end_user = session.end_user
    is_open = session.revoked_at is None and session.expires_at > now
    return is_open and not end_user.is_blocked(now) and session.created_at >= end_user.sessions_valid_from


def _lifetime(application: ApplicationConfiguration) -> timedelta:
    """That of a refresh token; an access token that lives longer keeps its session alive."""
    tokens = application.tokens
    return timedelta(seconds=max(tokens.refresh_ttl_seconds, tokens.access_ttl_seconds))


def _end_oldest(application: ApplicationConfiguration, end_user_id: UUID, now: datetime) -> None:
    """In the caller's transaction; the end user's row is locked, so that sign-ins at once are counted one by one."""
    limit = application.tokens.sessions_per_user
    if limit is None:
        return
    EndUser.objects.select_for_update(no_key=True).only("id").get(pk=end_user_id)
    open_ones = Session.objects.filter(end_user_id=end_user_id, application_id=application.id, revoked_at=None)
    newest = open_ones.order_by("-created_at", "-id").values_list("id", flat=True)[:limit]
    open_ones.exclude(pk__in=list(newest)).update(revoked_at=now)


def _end_reused(session: Session, now: datetime) -> None:
    """Two clients hold one lineage, and nobody can tell which is the thief: the session ends for both."""
    end(session.id, now)
    audit.record(
        "session.reuse",
        audit.Outcome.REFUSED,
        tenant_id=session.tenant_id,
        now=now,
        subject=f"end user {session.end_user_id.hex}",
        about=session.end_user_id,
    )


def _answer(application: ApplicationConfiguration, session: Session, refresh_token: str, now: datetime) -> Tokens:
    return Tokens(
        access_token=access.issue_for_session(application, session, now),
        refresh_token=refresh_token,
        expires_in=application.tokens.access_ttl_seconds,
        sub=session.end_user_id.hex,
        scope=scopes.printed(application, session),
        session=session,
    )
