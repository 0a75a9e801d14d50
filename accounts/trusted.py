"""What a tenant's own back end does to its end users: it is believed, so it may say what nobody may of himself (S-48).

Identifiers stay unique and passwords obey the policy, whoever brings them.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts import email_verification, end_users, statuses
from accounts.end_users import DUPLICATES, NewEndUser, find_holders, take_claims_over
from accounts.errors import EndUserGone, IdentityInUse
from accounts.models import EndUser, Identity, PasswordHistory
from accounts.passwords import checking, hashing, policy
from accounts.profiles import InvalidField
from accounts.self_service import sudo
from accounts.user_documents import IDENTIFIERS, IdentityDocument, UserDocument
from tenants import audit, clock, sql
from tenants.configuration import ApplicationConfiguration
from tenants.ids import new_id
from tenants.models import PasswordAuthSource

ADDRESSES = ("email", "phone_number")


def create(*, application: ApplicationConfiguration, document: UserDocument, now: datetime) -> EndUser:
    """The new end user; an address that the back end calls verified is taken from who only claimed it.

    With `verify_email` he is sent the message that asks for a proof. Raises DuplicateUsername, DuplicatePhoneNumber,
    DuplicateEmail, IdentityInUse, InvalidPassword, HashingBusy, and what `email_verification.send` raises.
    """
    new = _new(document, _password_line(application, document))
    tenant_id = application.tenant.id
    wanted = {name: getattr(document, name) for name in IDENTIFIERS}
    claimed = _check_free(tenant_id, wanted, _verified(document))
    try:
        with transaction.atomic():
            take_claims_over(tenant_id, new, claimed)
            end_user = end_users.create(tenant_id, new, now)
            end_user.login_attempts = document.login_attempts
            _block(end_user, document.blocked, now, application)
            standing = ("login_attempts", "sessions_valid_from", "status_change", *statuses.COLUMNS)
            EndUser.objects.filter(pk=end_user.pk).update(**{name: getattr(end_user, name) for name in standing})
            add_identities(end_user, document.identities, now)
            _record("end_user.create", application, end_user.id, now)
            if document.verify_email and email_verification.is_due(application.tenant, end_user):
                email_verification.send(application=application, end_user=end_user, is_public=False, now=now)
    except IntegrityError:
        _tell_who_lost(tenant_id, wanted, document)
        raise
    return end_user


def change(
    *,
    application: ApplicationConfiguration,
    end_user_id: UUID,
    document: UserDocument,
    given: Collection[str],
    now: datetime,
) -> EndUser:
    """Set what is `given`, by its path with dots, to what the document says, which is nothing where it was null.

    A new address is not verified unless it is said to be (S-35). Blocking and a new password end all sessions. Raises
    EndUserGone, InvalidField for an end user left without a name, and what `create` raises.
    """
    tenant_id = application.tenant.id
    line = _password_line(application, document, of=EndUser.objects.filter(pk=end_user_id).first())
    wanted = {name: getattr(document, name) if name in given else None for name in IDENTIFIERS}
    try:
        with transaction.atomic():
            row = EndUser.objects.select_for_update().filter(pk=end_user_id, tenant_id=tenant_id).first()
            if row is None:
                raise EndUserGone
            new = {name: value for name, value in wanted.items() if value != getattr(row, name)}
            claimed = _check_free(tenant_id, new, _verified(document))
            take_claims_over(
                tenant_id, NewEndUser(email=new.get("email"), phone_number=new.get("phone_number")), claimed
            )
            _set(row, document, given, application)
            if line or "password" in given:
                _set_password(row, line, now)
            row.updated_at = now
            row.save(force_update=True)
            if "identities" in given:
                row.identities.all().delete()
                add_identities(row, document.identities, now)
            _record("end_user.change", application, row.id, now, changed=sorted(given))
    except IntegrityError:
        _tell_who_lost(tenant_id, wanted, document)
        raise
    return row


def delete(*, application: ApplicationConfiguration, end_user_id: UUID, now: datetime) -> None:
    """Delete the end user with sessions, identities and history; raises EndUserGone."""
    with transaction.atomic():
        row = EndUser.objects.select_for_update().filter(pk=end_user_id, tenant_id=application.tenant.id).first()
        if row is None:
            raise EndUserGone
        row.delete()
        _record("end_user.delete", application, end_user_id, now)


def add_identities(end_user: EndUser, documents: Sequence[IdentityDocument], now: datetime) -> None:
    """In the caller's transaction; raises IntegrityError if somebody has one of them."""
    for one in documents:
        sql.insert(
            Identity(
                id=new_id(),
                tenant_id=end_user.tenant_id,
                provider=one.connection,
                subject=one.id,
                end_user_id=end_user.id,
                vendor=one.provider,
                type=one.type,
                profile=dict(one.details),
                created_at=now,
            )
        )


def _new(document: UserDocument, password_line: str) -> NewEndUser:
    return NewEndUser(
        username=document.username,
        username_typed=document.username_typed,
        phone_number=document.phone_number,
        phone_number_is_claimed=not document.phone_number_verified,
        email=document.email,
        email_typed=document.email_typed,
        email_is_claimed=not document.email_verified,
        password_hash=password_line,
        attributes=document.attributes,
        addresses=document.addresses,
        metadata=document.metadata,
    )


def _verified(document: UserDocument) -> frozenset[str]:
    return frozenset(name for name in ADDRESSES if getattr(document, f"{name}_verified"))


def _check_free(tenant_id: UUID, wanted: dict[str, str | None], verified: Collection[str]) -> frozenset[str]:
    """The addresses that are to be taken from who only claimed them; raises for one that stays with its holder."""
    holders = find_holders(tenant_id, **wanted)
    for name, refusal in DUPLICATES.items():
        if name in holders.taken or (name in holders.claimed and name not in verified):
            raise refusal
    return holders.claimed


def _tell_who_lost(tenant_id: UUID, wanted: dict[str, str | None], document: UserDocument) -> None:
    """Another request was faster: raises what it took."""
    _check_free(tenant_id, wanted, ())
    if document.identities:
        raise IdentityInUse from None


def _password_line(application: ApplicationConfiguration, document: UserDocument, *, of: EndUser | None = None) -> str:
    """The line to store, or ""; made before any transaction, because it takes a while."""
    if document.password is None:
        return document.password_hash
    strength, algorithm = _policy(application)
    policy.check(document.password, strength=strength, context=_context(application, document, of))
    return hashing.hash_password(document.password, algorithm=algorithm)


def _policy(application: ApplicationConfiguration) -> tuple[str, str]:
    """Strength and algorithm: of the application's password source, else of the tenant's first one, else "good"."""
    source = application.login.password_source
    if source:
        return source.strength, source.hash
    rows = PasswordAuthSource.objects.filter(tenant_id=application.tenant.id, enabled=True).order_by("id")
    return rows.values_list("strength", "hash").first() or ("good", "argon2")


def _context(application: ApplicationConfiguration, document: UserDocument, end_user: EndUser | None) -> list[str]:
    """Words that everybody would try first for this person at this tenant, by his names of now and of before."""
    people = (document, end_user) if end_user else (document,)
    names = [(one.username_typed, one.email_typed.partition("@")[0], one.phone_number or "") for one in people]
    return [application.tenant.name, application.tenant.slug, *(word for words in names for word in words)]


def _set(row: EndUser, document: UserDocument, given: Collection[str], application: ApplicationConfiguration) -> None:
    for name in IDENTIFIERS:
        _set_identifier(row, name, document, given)
    _set_profile(row, document, given)
    if "login_attempts" in given:
        row.login_attempts = document.login_attempts
    if "blocked" in given:
        _block(row, document.blocked, clock.now(), application)  # log-ins went on until the row was locked


def _set_identifier(row: EndUser, name: str, document: UserDocument, given: Collection[str]) -> None:
    before = getattr(row, name)
    if name in given:
        setattr(row, name, getattr(document, name))
        if name != "phone_number":
            setattr(row, f"{name}_typed", getattr(document, f"{name}_typed"))
        if before is not None and not (row.username or row.email or row.phone_number):
            raise InvalidField(name, "is the only name that the user has")
    if name != "username":
        _set_mark(row, name, document, given, is_new=getattr(row, name) != before)


def _set_mark(row: EndUser, name: str, document: UserDocument, given: Collection[str], *, is_new: bool) -> None:
    """Set whether the address is verified; the back end is trusted, so older ways to log in stay."""
    mark = f"{name}_verified"
    if mark in given or is_new:
        setattr(row, f"{mark}_at", None)
    if mark in given:
        setattr(row, mark, getattr(document, mark))
        if getattr(row, mark) and getattr(row, name) is None:
            raise InvalidField(mark, f"needs {name}")
    elif is_new:
        setattr(row, mark, False)


def _set_profile(row: EndUser, document: UserDocument, given: Collection[str]) -> None:
    touched = {path.removeprefix("profile.") for path in given}
    kept = {name: value for name, value in row.attributes.items() if name not in touched}
    row.attributes = kept | {name: value for name, value in document.attributes.items() if name in touched}
    if "profile.addresses" in given:
        row.addresses = document.addresses
    if "metadata" in given:
        row.metadata = dict(document.metadata)


def _block(row: EndUser, is_blocked: bool, now: datetime, application: ApplicationConfiguration) -> None:
    """One whom an administrator froze is blocked already, and stays frozen."""
    if row.is_blocked(now) == is_blocked:
        return
    status = EndUser.Status.LOCK if is_blocked else EndUser.Status.NORMAL
    for name, value in statuses.values(status, now, actor=audit.application_actor(application.client_id)).items():
        setattr(row, name, value)


def _set_password(row: EndUser, line: str, now: datetime) -> None:
    """Without a line there is none any more, and nobody logs in by one.

    Hashing took a while, and log-ins went on: it is the present moment that ends them.
    """
    row.password, row.sessions_valid_from = line, clock.now()
    if line:
        history = PasswordHistory(id=new_id(), tenant_id=row.tenant_id, end_user_id=row.id, password=line, set_at=now)
        sql.insert(history)
    sudo.forget(row)
    checking.forget_failures(row)


def _record(event: str, application: ApplicationConfiguration, end_user_id: UUID, now: datetime, **detail: Any) -> None:
    audit.record(
        event,
        tenant_id=application.tenant.id,
        now=now,
        actor=audit.application_actor(application.client_id),
        subject=f"end user {end_user_id.hex}",
        about=end_user_id,
        detail=detail,
    )
