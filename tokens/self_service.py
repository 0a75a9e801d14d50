"""What end users do by themselves that opens or ends sessions."""

from datetime import datetime
from unicodedata import normalize

from django.db import transaction

from accounts.errors import SamePassword
from accounts.passwords.checking import Captcha
from accounts.self_service import anonymous, password
from otp import codes
from tenants.configuration import ApplicationConfiguration
from tokens import sessions
from tokens.models import Session
from tokens.sessions import Tokens


def change_password(
    *, application: ApplicationConfiguration, session: Session, new_password: str, now: datetime
) -> None:
    """Set the password and sign all other devices out; raises what `accounts.self_service.password` raises."""
    end_user = session.end_user
    password_hash = password.hashed(application=application, end_user=end_user, password=new_password)
    with transaction.atomic():
        password.store(end_user=end_user, password_hash=password_hash, ends_sessions=False, now=now)
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
    password.check_own(
        application=application, end_user=session.end_user, password=old_password, captcha=captcha, now=now
    )
    if normalize("NFC", new_password) == normalize("NFC", old_password):
        raise SamePassword
    change_password(application=application, session=session, new_password=new_password, now=now)


def sign_in_anonymously(
    *, application: ApplicationConfiguration, device_id: str, client_authenticated: bool, now: datetime
) -> Tokens:
    """A session of the device's end user without a name; raises AnonymousDisabled or EndUserBlocked.

    Who knows the device is that user, so the session keeps a hash of it.
    """
    end_user = anonymous.find_or_create(application=application, device_id=device_id, now=now)
    return sessions.sign_in(
        application=application,
        end_user=end_user,
        device_id=codes.hash_token(device_id),
        scope="anonymous",
        provider_type="anonymous",
        client_authenticated=client_authenticated,
        now=now,
    )
