"""What people and applications sign in with: a password, a proven address, a sign-up just made, a client secret."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts import provider_tokens
from accounts.codes import ATTRIBUTES
from accounts.errors import BadProviderToken, EndUserBlocked, EndUserNotFound
from accounts.models import EndUser
from accounts.passwords import checking
from accounts.passwords.checking import Captcha, Identifiers
from otp import challenges, verifications
from otp.challenges import ProvenChallenge
from otp.errors import BadVerificationToken
from signup import third_party
from tenants import audit
from tenants.configuration import ApplicationConfiguration
from tenants.errors import Refusal
from tenants.models import Channel
from tokens import access, sessions
from tokens.errors import InvalidScope
from tokens.sessions import Tokens

SCOPE = "user"
PASSWORD = "password"  # noqa: S105 - a way to sign in
WAYS = {Channel.SMS: "phone", Channel.EMAIL: "email"}  # as the token's `provider_type` names them


@dataclass(frozen=True, slots=True)
class ClientToken:
    access_token: str
    expires_in: int
    scope: str


def by_password(
    *,
    application: ApplicationConfiguration,
    identifiers: Identifiers,
    password: str,
    captcha: Captcha,
    device_id: str,
    now: datetime,
) -> Tokens:
    """Raises EndUserBlocked, once the password was right, and what `accounts.passwords.checking` raises."""
    try:
        end_user = checking.check(
            application=application, identifiers=identifiers, password=password, captcha=captcha, now=now
        )
        return _open(application, end_user, PASSWORD, device_id, now)
    except Refusal as refusal:
        record_refusal(application, PASSWORD, refusal, now)
        raise


def by_verification(
    *,
    application: ApplicationConfiguration,
    token: str,
    identifiers: Identifiers | None,
    device_id: str,
    now: datetime,
) -> Tokens:
    """The token alone says who it is; what was typed beside it must be the same end user's.

    Raises BadVerificationToken, EndUserNotFound or EndUserBlocked.
    """
    try:
        challenge = verifications.find(application=application, token=token, now=now).challenge
        end_user = _holder(application, challenge)
        if identifiers and not _is_named(end_user, identifiers):
            raise BadVerificationToken
        with transaction.atomic():
            challenges.redeem(challenge, now)
            return _open(application, end_user, WAYS[Channel(challenge.channel)], device_id, now)
    except Refusal as refusal:
        record_refusal(application, "code", refusal, now)
        raise


def by_identity(
    *,
    application: ApplicationConfiguration,
    provider_token: str,
    provider: str,
    may_sign_up: bool,
    sync_profile: bool,
    device_id: str,
    now: datetime,
) -> Tokens:
    """Signs up who has no account yet, if that may be; a `provider` that is named must be the token's.

    Raises BadProviderToken and what `signup.third_party.sign_in` raises.
    """
    try:
        token = provider_tokens.find(provider_token, application=application, device_id=device_id, now=now)
        if provider not in ("", token.provider):
            raise BadProviderToken
        end_user = third_party.sign_in(
            application=application, token=token, may_sign_up=may_sign_up, sync_profile=sync_profile, now=now
        )
        return _open(application, end_user, token.provider, device_id, now)
    except Refusal as refusal:
        record_refusal(application, "provider", refusal, now)
        raise


def after_sign_up(
    *, application: ApplicationConfiguration, end_user: EndUser, way: str, device_id: str, now: datetime
) -> Tokens:
    """Whoever has just signed up is signed in."""
    return _open(application, end_user, way, device_id, now)


def by_client(*, application: ApplicationConfiguration, scope: str, lifetime: timedelta, now: datetime) -> ClientToken:
    """A token of the application itself, with all of its scopes or those it asks for; raises InvalidScope."""
    wanted = scope.split() or application.scopes
    if not set(wanted) <= set(application.scopes):
        raise InvalidScope
    granted = " ".join(wanted)
    token = access.issue_for_client(application, granted, lifetime, now)
    return ClientToken(token, int(lifetime.total_seconds()), granted)


def record_refusal(application: ApplicationConfiguration, way: str, refusal: Refusal, now: datetime) -> None:
    _record(application, audit.Outcome.REFUSED, now, way=way, reason=type(refusal).__name__)


def _open(application: ApplicationConfiguration, end_user: EndUser, way: str, device_id: str, now: datetime) -> Tokens:
    if end_user.status != EndUser.Status.NORMAL:
        raise EndUserBlocked
    with transaction.atomic():
        tokens = sessions.sign_in(
            application=application,
            end_user_id=end_user.id,
            device_id=device_id,
            scope=SCOPE,
            provider_type=way,
            now=now,
        )
        _record(application, audit.Outcome.SUCCEEDED, now, about=end_user.id, way=way)
    return tokens


def _holder(application: ApplicationConfiguration, challenge: ProvenChallenge) -> EndUser:
    name = ATTRIBUTES[Channel(challenge.channel)]
    proven = {name: challenge.address, f"{name}_verified": True}
    end_user = EndUser.objects.filter(tenant_id=application.tenant.id, **proven).first()
    if end_user is None:
        raise EndUserNotFound
    return end_user


def _is_named(end_user: EndUser, identifiers: Identifiers) -> bool:
    given = [(name, getattr(identifiers, name)) for name in ("username", "phone_number", "email")]
    return any(value is not None and value == getattr(end_user, name) for name, value in given)


def _record(
    application: ApplicationConfiguration, outcome: str, now: datetime, *, about: UUID | None = None, **detail: str
) -> None:
    audit.record(
        "sign_in",
        outcome,
        tenant_id=application.tenant.id,
        now=now,
        actor=f"application:{application.client_id}",
        subject=f"end user {about.hex}" if about else "",
        about=about,
        detail=detail,
    )
