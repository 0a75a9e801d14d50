"""Logging in by password: the one way in which a password is judged, for every dialect."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.db.models import Q

from accounts import disclosure, known_devices
from accounts.errors import HashingBusy, InvalidPassword, NoPasswordSource, PasswordNotSet, WrongPassword
from accounts.models import EndUser
from accounts.passwords import attempts, comparing, costs, failures, hash_keys, hashing
from accounts.passwords.failures import Captcha
from tenants import sealing
from tenants.configuration import ApplicationConfiguration, PasswordSource
from tenants.ids import new_id

PURPOSE = "password-failures"
NAMES = ("username", "phone_number", "email")


@dataclass(frozen=True, slots=True)
class Identifiers:
    """What somebody typed who logs in, in the canonical form of each kind that it may be of."""

    typed: str
    username: str | None = None
    phone_number: str | None = None
    email: str | None = None

    @property
    def canonical(self) -> str:
        """One text for every spelling of the same name, so that its wrong passwords are counted together."""
        return self.phone_number or self.email or self.username or self.typed.casefold()


@dataclass(frozen=True, slots=True)
class Counter:
    """Where the wrong passwords of one caller are counted, and how many in a row lock it.

    `of_account` are the subjects of all names of the end user, this one among them.
    """

    subject: str
    of_account: tuple[str, ...]
    most_in_a_row: int = failures.MOST_IN_A_ROW

    @classmethod
    def of(cls, about: str, most_in_a_row: int = failures.MOST_IN_A_ROW) -> Self:
        """Return one that stands alone."""
        subject = _subject(about)
        return cls(subject, (subject,), most_in_a_row)


def check(
    *,
    application: ApplicationConfiguration,
    identifiers: Identifiers,
    password: str,
    captcha: Captcha,
    now: datetime,
    source: PasswordSource | None = None,
    device_id: str = "",
) -> EndUser:
    """The end user with this password, by the rules of the source; without one, by those of the application's first.

    A device on which the end user has logged in before has a count of its own.

    Raises WrongPassword, PasswordNotSet, CaptchaRequired, PasswordLocked, NoPasswordSource or HashingBusy. Where there
    is no such user, everything is counted, told and paid for in the same way, and refusals are answered at the same
    time (S-52).
    """
    source = source or _source(application)
    with costs.refused_alike(application.tenant):
        end_user = find(application, identifiers, source)
        counter = _counter(end_user, identifiers, device_id, now)
        try:
            _judge(application, source, end_user, counter, password, captcha, now)
        except (PasswordNotSet, WrongPassword) as refusal:
            raise disclosure.password_refusal(application, is_set=isinstance(refusal, WrongPassword)) from None
    assert end_user is not None
    return end_user


def _counter(end_user: EndUser | None, identifiers: Identifiers, device_id: str, now: datetime) -> Counter:
    """Return where a wrong password is counted: with strangers' ones, or those of a device that the end user uses.

    Strangers' are counted by the name that was typed, whether anybody has it or not: what is counted at one name must
    not show at another one, or it would tell that both are of one account (S-88).
    """
    device = known_devices.find(end_user_id=end_user.id if end_user else None, device_id=device_id, now=now)
    if device:
        return Counter.of(f"device {device.pk}", failures.MOST_OF_DEVICE)
    typed = _named(identifiers.canonical)
    names = _names(end_user) if end_user else []
    padded = [*names, *[typed] * len(NAMES)][: len(NAMES)]
    return Counter(_subject(typed), tuple(map(_subject, padded)))


def check_of(
    *, application: ApplicationConfiguration, end_user: EndUser, password: str, captcha: Captcha, now: datetime
) -> None:
    """As `check`, for an end user who is signed in: apart from what strangers guess."""
    counter = Counter.of(_signed_in(end_user))
    _judge(application, _source(application), end_user, counter, password, captcha, now)


def forget_failures(end_user: EndUser) -> None:
    """Begin anew with an end user whose password is another one now; no device is known that knew the old one."""
    subjects = [_subject(about) for about in (_signed_in(end_user), *_names(end_user))]
    failures.forget(tenant_id=end_user.tenant_id, subjects=subjects)
    known_devices.forget_all(end_user.id)


def find(
    application: ApplicationConfiguration, identifiers: Identifiers, source: PasswordSource | None = None
) -> EndUser | None:
    """The end user with one of the identifiers that the password source lets people log in by."""
    source = source or application.login.password_source
    names = source.login_attributes if source else NAMES
    wanted = {name: getattr(identifiers, name) for name in names if getattr(identifiers, name, None)}
    if not wanted:
        return None
    any_of = Q(*wanted.items(), _connector=Q.OR)
    return EndUser.objects.filter(any_of, tenant_id=application.tenant.id).order_by("id").first()


def _names(end_user: EndUser) -> list[str]:
    """Return each name of the end user, as it is counted."""
    return [_named(name) for name in (getattr(end_user, one) for one in NAMES) if name]


def _named(canonical: str) -> str:
    """Set names apart from devices: anything may be typed as a name."""
    return f"name {canonical}"


def _signed_in(end_user: EndUser) -> str:
    return f"signed in {end_user.id.hex}"


def _subject(about: str) -> str:
    return sealing.keyed_hash(PURPOSE, about)


def _source(application: ApplicationConfiguration) -> PasswordSource:
    source = application.login.password_source
    if source is None:
        raise NoPasswordSource
    return source


def _judge(
    application: ApplicationConfiguration,
    source: PasswordSource,
    end_user: EndUser | None,
    counter: Counter,
    password: str,
    captcha: Captcha,
    now: datetime,
) -> None:
    tenant_id = application.tenant.id
    failures.reserve_with(
        captcha, source, tenant_id=tenant_id, subject=counter.subject, now=now, most_in_a_row=counter.most_in_a_row
    )
    may_enter = failures.is_within_total(
        source, tenant_id=tenant_id, subjects=counter.of_account, now=now, most_in_a_row=counter.most_in_a_row
    )
    try:
        stored = end_user.password if end_user and may_enter else ""
        is_right = comparing.is_password_or_dummy(password, stored, source.hash, hash_keys.finder(tenant_id))
    except HashingBusy:
        failures.give_back(tenant_id=tenant_id, subject=counter.subject)
        raise
    if end_user and not end_user.password:
        raise PasswordNotSet
    if not is_right:
        attempts.count_wrong(end_user.pk if end_user else new_id())
        raise WrongPassword
    failures.forget(tenant_id=tenant_id, subjects=counter.of_account)
    if end_user:
        attempts.forget(end_user.pk)
    if end_user and not comparing.is_as_of_now(end_user.password, source.hash):
        _hash_anew(source, end_user, password)


def _hash_anew(source: PasswordSource, end_user: EndUser, password: str) -> None:
    """What was imported, or made when other settings held, is stored as we do it now; the next log-in may do it too."""
    with suppress(HashingBusy, InvalidPassword):
        hashed = hashing.hash_password(password, algorithm=source.hash)
        if EndUser.objects.filter(pk=end_user.pk, password=end_user.password).update(password=hashed):
            end_user.password = hashed
