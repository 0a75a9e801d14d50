"""A new password: by its policy, none of the last ones, and the end of what the old one had opened."""

from collections.abc import Iterable
from datetime import datetime
from itertools import takewhile
from time import monotonic

from accounts import notices
from accounts.errors import EndUserGone, NoPasswordSource, PasswordUsedBefore, WrongOwnPassword, WrongPassword
from accounts.models import EndUser, PasswordHistory
from accounts.passwords import checking, comparing, hash_keys, hashing, policy
from accounts.passwords.comparing import FindKey
from accounts.passwords.failures import Captcha
from accounts.self_service import sudo, trail
from otp.models import Usage
from tenants import audit, clock, sql
from tenants.configuration import ApplicationConfiguration, PasswordSource
from tenants.ids import new_id

COMPARING_SECONDS = 1.5  # for what is remembered: some 128 passwords of our own, fewer of costlier imported ones
USED_BEFORE = "Use a password that you have not used lately."


def check_own(
    *, application: ApplicationConfiguration, end_user: EndUser, password: str, captcha: Captcha, now: datetime
) -> None:
    """Raises WrongOwnPassword, and what else `checking.check_of` raises: a wrong one counts as at every log-in."""
    try:
        checking.check_of(application=application, end_user=end_user, password=password, captcha=captcha, now=now)
    except WrongPassword:
        trail.record("end_user.sudo", end_user, now, outcome=audit.Outcome.REFUSED)
        raise WrongOwnPassword from None


def hashed(*, application: ApplicationConfiguration, end_user: EndUser, password: str) -> str:
    """The line to be stored; raises NoPasswordSource, InvalidPassword, PasswordUsedBefore or HashingBusy.

    It takes a while, so it stands before every transaction.
    """
    source = application.login.password_source
    if source is None:
        raise NoPasswordSource
    policy.check(password, strength=source.strength, context=_context(application, end_user))
    _check_history(source, end_user, password)
    return hashing.hash_password(password, algorithm=source.hash)


def store(
    *,
    application: ApplicationConfiguration,
    end_user: EndUser,
    password_hash: str,
    ends_sessions: bool,
    notice: Usage,
    now: datetime,
) -> None:
    """Put the hash in its place, in the caller's transaction; raises EndUserGone.

    With `ends_sessions` all of the end user's sessions end; else the caller says which. The end user is told.
    """
    ended = {"sessions_valid_from": clock.now()} if ends_sessions else {}  # hashing took a while: log-ins went on
    values = {"password": password_hash, "updated_at": now} | ended
    if not EndUser.objects.filter(pk=end_user.pk).update(**values):
        raise EndUserGone
    if end_user.password and not PasswordHistory.objects.filter(end_user=end_user).exists():
        _remember(end_user, end_user.password, end_user.created_at)  # it was imported
    _remember(end_user, password_hash, now)
    sudo.forget(end_user)
    checking.forget_failures(end_user)
    trail.record("end_user.password", end_user, now)
    notices.tell(application=application, before=end_user, usage=notice, now=now)


def _remember(end_user: EndUser, password_hash: str, set_at: datetime) -> None:
    sql.insert(
        PasswordHistory(
            id=new_id(), tenant_id=end_user.tenant_id, end_user_id=end_user.id, password=password_hash, set_at=set_at
        )
    )


def _check_history(source: PasswordSource, end_user: EndUser, password: str) -> None:
    """Raises PasswordUsedBefore for one of the last passwords that the source remembers, the present one first.

    The newest are compared first, and no more of them than there is time for (S-49). One that was imported, or made
    anew since it was set, is no line of the history.
    """
    if not source.history:
        return
    rows = PasswordHistory.objects.filter(end_user=end_user).order_by("-set_at", "-id")
    remembered = [end_user.password, *rows.values_list("password", flat=True)[: source.history]]
    if _is_any_of(password, filter(None, dict.fromkeys(remembered)), hash_keys.finder(end_user.tenant_id)):
        raise PasswordUsedBefore(USED_BEFORE, rule="used_before")


def _is_any_of(password: str, hashes: Iterable[str], find_key: FindKey) -> bool:
    until = monotonic() + COMPARING_SECONDS
    in_time = takewhile(lambda _: monotonic() < until, hashes)
    return any(comparing.is_password(password, one, find_key) for one in in_time)


def _context(application: ApplicationConfiguration, end_user: EndUser) -> list[str]:
    """Words that everybody would try first for this person at this tenant."""
    return [
        application.tenant.name,
        application.tenant.slug,
        application.name,
        end_user.username_typed,
        end_user.email_typed.partition("@")[0],
        end_user.phone_number or "",
    ]
