"""What end users do by themselves that opens or ends sessions."""

from datetime import datetime
from unicodedata import normalize

from django.db import transaction

from accounts import identities
from accounts.errors import SamePassword
from accounts.passwords.failures import Captcha
from accounts.self_service import anonymous, password
from accounts.self_service.presence import Presence, demand
from otp import codes
from otp.models import Usage
from tenants.configuration import ApplicationConfiguration
from tokens import entering, sessions
from tokens.models import Session
from tokens.scopes import ANONYMOUS
from tokens.sessions import Tokens


def presence_of(session: Session, *, sudo_token: str = "", password: str = "", captcha: Captcha = None) -> Presence:
    """What a call of the session has to show that its end user is there."""
    opened_at = session.authenticated_at or session.created_at
    return Presence(session.id, opened_at, sudo_token=sudo_token, password=password, captcha=captcha)


def change_password(
    *,
    application: ApplicationConfiguration,
    session: Session,
    new_password: str,
    presence: Presence,
    now: datetime,
) -> None:
    """Set the password and sign all other devices out.

    Raises what `accounts.self_service.presence` and `accounts.self_service.password` raise.
    """
    demand(application=application, end_user=session.end_user, presence=presence, now=now)
    _change_password(application, session, new_password, now)


def _change_password(application: ApplicationConfiguration, session: Session, new_password: str, now: datetime) -> None:
    end_user = session.end_user
    password_hash = password.hashed(application=application, end_user=end_user, password=new_password)
    with transaction.atomic():
        password.store(
            application=application,
            end_user=end_user,
            password_hash=password_hash,
            ends_sessions=False,
            notice=Usage.PASSWORD_CHANGED,
            now=now,
        )
        sessions.end_all(end_user.id, now, but=session.id)


def replace_password(
    *,
    application: ApplicationConfiguration,
    session: Session,
    old_password: str,
    new_password: str,
    captcha: Captcha,
    now: datetime,
) -> None:
    """As `change_password`, by who knows the old one; raises WrongOwnPassword, SamePassword, and what
    `accounts.passwords.checking` raises.
    """
    presence = presence_of(session, password=old_password, captcha=captcha)
    demand(application=application, end_user=session.end_user, presence=presence, now=now)
    if normalize("NFC", new_password) == normalize("NFC", old_password):
        raise SamePassword
    _change_password(application, session, new_password, now)


def unbind(
    *, application: ApplicationConfiguration, session: Session, provider: str, presence: Presence, now: datetime
) -> None:
    """Take the third party's identity from the end user, and sign all other devices out: it may have signed them in.

    Raises what `presence.demand` and `accounts.identities.unlink` raise.
    """
    end_user = session.end_user
    demand(application=application, end_user=end_user, presence=presence, now=now)  # which may count a wrong password
    with transaction.atomic():
        identities.unlink(application=application, end_user=end_user, provider=provider, now=now)
        sessions.end_all(end_user.id, now, but=session.id)


def sign_in_anonymously(
    *, application: ApplicationConfiguration, device_id: str, client_authenticated: bool, now: datetime
) -> Tokens:
    """A session of the device's end user without a name.

    Raises AnonymousDisabled, EndUserBlocked, or EndUserNotFound for one who was deleted meanwhile.

    Who knows the device is that user, so the session keeps a hash of it.
    """
    end_user = anonymous.find_or_create(application=application, device_id=device_id, now=now)
    with transaction.atomic():
        entering.lock(end_user, now)
        return sessions.sign_in(
            application=application,
            end_user=end_user,
            device_id=codes.hash_token(device_id),
            scope=ANONYMOUS,
            provider_type="anonymous",
            client_authenticated=client_authenticated,
            now=now,
        )
