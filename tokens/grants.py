"""What people and applications sign in with: a password, a proven address, a sign-up just made, a client secret."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from accounts import end_users, provider_tokens
from accounts.codes import ATTRIBUTES
from accounts.errors import BadProviderToken, EndUserNotFound, WrongPassword
from accounts.models import EndUser
from accounts.passwords import checking
from accounts.passwords.checking import Identifiers
from accounts.passwords.failures import Captcha
from otp import challenges, verifications
from otp.challenges import Proof, ProvenChallenge
from otp.errors import BadVerificationToken
from otp.models import Usage
from signup import automatic, third_party
from tenants.configuration import ApplicationConfiguration, OtpSource, PasswordSource
from tenants.models import Channel
from tokens import access, authorization_codes
from tokens.entering import Into, Opened_co, PasswordChanged, SessionInTransaction, TokenSession, enter, log_in_attempt
from tokens.errors import InvalidGrant, InvalidScope
from tokens.models import AuthorizationCode
from tokens.sessions import Tokens

PASSWORD = "password"  # noqa: S105 - a way to sign in
AUTHORIZATION = "authorization_code"
WAYS = {Channel.SMS: "phone", Channel.EMAIL: "email"}  # as the token's `provider_type` names them


RACES_ALLOWED = 2  # two first log-ins at once may both make an imported hash anew


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
    into: Into[Opened_co],
    now: datetime,
    source: PasswordSource | None = None,
) -> Opened_co:
    """By the application's first password source, unless another is named.

    Raises EndUserBlocked or EmailNotVerified, once the password was right, and what `accounts.passwords.checking`
    raises.
    """
    with log_in_attempt(application, PASSWORD, now):
        for _ in range(RACES_ALLOWED):
            end_user = checking.check(
                application=application,
                identifiers=identifiers,
                password=password,
                captcha=captcha,
                now=now,
                source=source,
                device_id=into.device_id,
            )
            with suppress(PasswordChanged):
                return enter(application, end_user, PASSWORD, into, now, judged=end_user.password)
        raise WrongPassword


def by_verification(
    *,
    application: ApplicationConfiguration,
    token: str,
    identifiers: Identifiers | None,
    into: Into[Opened_co],
    now: datetime,
) -> Opened_co:
    """The token alone says who it is; what was typed beside it must be the same end user's.

    Raises BadVerificationToken, EndUserNotFound, EndUserBlocked or EmailNotVerified.
    """
    with log_in_attempt(application, "code", now):
        challenge = verifications.find(application=application, token=token, now=now).challenge
        end_user = _holder(application, challenge)
        if identifiers and not _is_named(end_user, identifiers):
            raise BadVerificationToken
        with transaction.atomic():
            challenges.redeem(challenge, now)
            return enter(application, end_user, WAYS[Channel(challenge.channel)], into, now)


def by_code(
    *,
    application: ApplicationConfiguration,
    proof: Proof,
    source: OtpSource,
    typed: str,
    may_sign_up: bool,
    into: Into[Opened_co],
    now: datetime,
) -> Opened_co:
    """A code that was sent to log in; the address `typed` is signed up on the way, if that may be.

    Raises BadToken, MismatchedProof, BadCode, EndUserNotFound, EndUserBlocked or EmailNotVerified. What is refused
    after the right code leaves the code good.
    """
    with log_in_attempt(application, "code", now):
        proven = challenges.prove_as_sent(
            application=application, usage=Usage.LOGIN, proof=proof, auth_source_id=source.id, now=now
        )
        try:
            end_user = _find_holder(application, proven) if may_sign_up else _holder(application, proven)
            with transaction.atomic():
                challenges.redeem(proven, now)
                end_user = end_user or automatic.sign_up(application=application, proof=proven, typed=typed, now=now)
                return enter(application, end_user, WAYS[Channel(proof.channel)], into, now)
        except Exception:
            challenges.give_guess_back(proven)
            raise


def by_identity(
    *,
    application: ApplicationConfiguration,
    provider_token: str,
    provider: str,
    may_sign_up: bool,
    sync_profile: bool,
    device_id: str,
    into: Into[Opened_co],
    now: datetime,
) -> Opened_co:
    """Signs up who has no account yet, if that may be; a `provider` that is named must be the token's.

    Raises BadProviderToken, EmailNotVerified and what `signup.third_party.sign_in` raises.
    """
    with log_in_attempt(application, "provider", now):
        token = provider_tokens.find(provider_token, application=application, device_id=device_id, now=now)
        if provider not in ("", token.provider):
            raise BadProviderToken
        session = SessionInTransaction(application, token.provider, into, now, by=token)
        end_user = third_party.sign_in(
            application=application,
            token=token,
            may_sign_up=may_sign_up,
            sync_profile=sync_profile,
            now=now,
            complete=session.open,
        )
        return session.opened_for(end_user)


def after_verification(
    *, application: ApplicationConfiguration, end_user: EndUser, way: str, into: Into[Opened_co], now: datetime
) -> Opened_co:
    """Whoever has just proven the address that was missing is signed in.

    Raises EndUserBlocked; EmailNotVerified for who has to prove the address first.
    """
    return enter(application, end_user, way, into, now)


def by_authorization(
    *,
    application: ApplicationConfiguration,
    code: str,
    redirect_uri: str,
    code_verifier: str,
    client_authenticated: bool,
    now: datetime,
) -> tuple[Tokens, AuthorizationCode]:
    """By the code with which an authorization request was answered; it says what the ID token repeats.

    Raises InvalidGrant, EndUserBlocked or EmailNotVerified. A code that comes back ends the session that it opened.
    """

    def find() -> AuthorizationCode:
        return authorization_codes.find(
            application=application, code=code, redirect_uri=redirect_uri, code_verifier=code_verifier, now=now
        )

    with log_in_attempt(application, AUTHORIZATION, now):
        row = find()
        with transaction.atomic():
            end_users.lock(row.end_user_id)  # before the code, as whoever ends the sessions does
            if authorization_codes.spend(row, now):
                into = TokenSession(client_authenticated, scope=row.scope, authenticated_at=row.authenticated_at)
                issued = enter(application, row.end_user, AUTHORIZATION, into, now)
                authorization_codes.keep_session(row, issued.session.id)
                return issued, row
        find()  # it is spent by now
        raise InvalidGrant


def by_client(*, application: ApplicationConfiguration, scope: str, lifetime: timedelta, now: datetime) -> ClientToken:
    """A token of the application itself, with all of its scopes or those it asks for; raises InvalidScope."""
    wanted = scope.split() or application.scopes
    if not set(wanted) <= set(application.scopes):
        raise InvalidScope
    granted = " ".join(wanted)
    token = access.issue_for_client(application, granted, lifetime, now)
    return ClientToken(token, int(lifetime.total_seconds()), granted)


def _holder(application: ApplicationConfiguration, challenge: ProvenChallenge) -> EndUser:
    end_user = _find_holder(application, challenge)
    if end_user is None:
        raise EndUserNotFound
    return end_user


def _find_holder(application: ApplicationConfiguration, challenge: ProvenChallenge) -> EndUser | None:
    """Who has proven the address before; who only claimed it may be anybody (S-36)."""
    name = ATTRIBUTES[Channel(challenge.channel)]
    proven = {name: challenge.address, f"{name}_verified": True}
    return EndUser.objects.filter(tenant_id=application.tenant.id, **proven).first()


def _is_named(end_user: EndUser, identifiers: Identifiers) -> bool:
    given = [(name, getattr(identifiers, name)) for name in ("username", "phone_number", "email")]
    return any(value is not None and value == getattr(end_user, name) for name, value in given)
