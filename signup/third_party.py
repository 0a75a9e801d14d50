"""Signing up and in by an identity: a provider token becomes an end user, or the one whose identity it is."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts import disclosure, end_users, identities, provider_tokens
from accounts.end_users import NewEndUser
from accounts.errors import (
    DuplicateUsername,
    EndUserBlocked,
    EndUserNotFound,
    IdentityInUse,
    IllegalAttributeValue,
)
from accounts.models import EndUser, Identity, ProviderToken
from accounts.self_service import anonymous
from accounts.self_service import profile as attributes
from accounts.self_service.presence import Presence, demand
from accounts.third_party.profiles import Profile
from accounts.usernames import canonical_username
from otp.addresses import canonical_email
from otp.errors import MalformedAddress
from signup import flows
from signup.errors import MissingAttributes
from signup.registrations import Registration
from tenants import audit, refusals
from tenants.configuration import ApplicationConfiguration
from tenants.errors import Refusal, SignUpDisabled

RACES_ALLOWED = 3
NOBODY = Registration(names=frozenset())
FROM_PROFILE = ("name", "picture", "gender", "locale")  # attributes that a profile fills


def register(
    *,
    application: ApplicationConfiguration,
    token: ProviderToken,
    registration: Registration,
    now: datetime,
    complete: flows.Completion = lambda _: None,
) -> EndUser:
    """A new end user with the token's identity, and the user name, password and attributes of the registration.

    Raises IdentityInUse if there is one already, NotAnonymous, and what `flows.register` raises. Spends the token
    only if it succeeds. `complete` runs in the transaction of the new end user.
    """
    try:
        return _register(application, token, registration, now, complete)
    except Refusal as refusal:
        entry = _entry(application, token, now)
        refusals.record("sign_up", detail={"reason": type(refusal).__name__}, **entry)
        raise


def sign_in(
    *,
    application: ApplicationConfiguration,
    token: ProviderToken,
    may_sign_up: bool,
    sync_profile: bool,
    now: datetime,
    complete: flows.Completion = lambda _: None,
) -> EndUser:
    """The end user whose identity it is, or unless told otherwise a new one; spends the token.

    `complete` runs in the same transaction. Raises EndUserNotFound, EndUserBlocked, BadProviderToken, and for a new
    end user what `register` raises.
    """
    known = identities.find(token.tenant_id, token.provider, token.subject)
    if known is None and not may_sign_up:
        raise EndUserNotFound
    if known is None:
        try:
            return register(application=application, token=token, registration=NOBODY, now=now, complete=complete)
        except IdentityInUse:  # another request was faster
            known = identities.find(token.tenant_id, token.provider, token.subject)
    if known is None or known.end_user.is_blocked(now):
        raise EndUserBlocked
    return _enter(application, token, known, sync_profile, now, complete)


def bind(
    *,
    application: ApplicationConfiguration,
    end_user: EndUser,
    token: ProviderToken,
    presence: Presence,
    now: datetime,
) -> None:
    """Give the token's identity to an end user who is signed in.

    Raises what `presence.demand` raises, IdentityInUse or BadProviderToken.
    """
    demand(application=application, end_user=end_user, presence=presence, now=now)
    with transaction.atomic():
        provider_tokens.redeem(token, now)
        profile = provider_tokens.profile_of(token)
        identities.link(application=application, end_user=end_user, profile=profile, now=now)


def _enter(
    application: ApplicationConfiguration,
    token: ProviderToken,
    known: Identity,
    sync_profile: bool,
    now: datetime,
    complete: flows.Completion,
) -> EndUser:
    end_user, profile = known.end_user, provider_tokens.profile_of(token)
    with transaction.atomic():
        provider_tokens.redeem(token, now)
        if sync_profile:
            identities.refresh(known, profile)
            told = _told_attributes(application, profile)
            end_user = attributes.change(application=application, end_user=end_user, values=told, now=now)
        complete(end_user)
    return end_user


def _register(
    application: ApplicationConfiguration,
    token: ProviderToken,
    registration: Registration,
    now: datetime,
    complete: flows.Completion,
) -> EndUser:
    profile = provider_tokens.profile_of(token)
    if identities.find(token.tenant_id, token.provider, token.subject):
        raise IdentityInUse
    given = {**_told_attributes(application, profile), **registration.attributes}
    _check_required(application, replace(registration, attributes=given))
    username, form = registration.username, registration.username_form
    username = None if username is None else canonical_username(username, form)
    if end_users.find_holders(token.tenant_id, username=username).taken:
        raise DuplicateUsername
    for identifier, value in registration.attributes.items():
        attributes.check(application, identifier, value)
    new = NewEndUser(
        username=username,
        username_typed=registration.username or "",
        password_hash=flows.hash_password(application, registration),
        attributes=given,
        group_id=application.sign_up.default_group_id,
    )
    return _create(application, token, registration, _with_email(application, new, profile), now, complete)


def _check_required(application: ApplicationConfiguration, registration: Registration) -> None:
    """The identity stands for the attributes by which others sign up; those that are required of all stay so."""
    if not application.sign_up.enabled:
        raise SignUpDisabled
    if not all(registration.gives(name) for name in application.sign_up.required_attributes):
        raise MissingAttributes


def _told_attributes(application: ApplicationConfiguration, profile: Profile) -> dict[str, Any]:
    """What the profile says, as far as it may stand in an attribute; the rest is left out."""
    found = {name: getattr(profile, name) for name in FROM_PROFILE} | {"gender": profile.gender.upper()}
    return {name: value for name, value in found.items() if value and _is_legal(application, name, value)}


def _is_legal(application: ApplicationConfiguration, name: str, value: str) -> bool:
    try:
        attributes.check(application, name, value)
    except IllegalAttributeValue:
        return False
    return True


def _with_email(application: ApplicationConfiguration, new: NewEndUser, profile: Profile) -> NewEndUser:
    """With the address that the third party tells of, if nobody has it, proven or not; it stays a claim (S-36).

    Where it is left out tells that somebody has it, so a private application always leaves it out.
    """
    is_taken_on = bool(profile.email) and disclosure.takes_unproven_addresses(application)
    try:
        email = canonical_email(profile.email) if is_taken_on else None
    except MalformedAddress:
        email = None
    holders = end_users.find_holders(application.tenant.id, email=email)
    if email is None or holders.taken | holders.claimed:
        return replace(new, email=None, email_typed="")
    return replace(new, email=email, email_typed=profile.email, email_is_claimed=True)


def _create(
    application: ApplicationConfiguration,
    token: ProviderToken,
    registration: Registration,
    new: NewEndUser,
    now: datetime,
    complete: flows.Completion,
) -> EndUser:
    """One transaction for token, end user and identity; who loses a race is told what was taken."""
    profile = provider_tokens.profile_of(token)
    for _ in range(RACES_ALLOWED):
        try:
            with transaction.atomic():
                provider_tokens.redeem(token, now)
                end_user = _make(token.tenant_id, new, registration.anonymous_id, now)
                identities.insert(token.tenant_id, end_user.id, profile, now)
                audit.record("sign_up", about=end_user.id, **_entry(application, token, now))
                flows.mail_claimant(application, registration, end_user, now)
                complete(end_user)
                return end_user
        except IntegrityError as error:
            lost = error
            if identities.find(token.tenant_id, token.provider, token.subject):
                raise IdentityInUse from None
            if end_users.find_holders(token.tenant_id, username=new.username).taken:
                raise DuplicateUsername from None
            new = _with_email(application, new, profile)
    raise lost


def _make(tenant_id: UUID, new: NewEndUser, anonymous_id: UUID | None, now: datetime) -> EndUser:
    """A new end user, or the anonymous one, who keeps to what was proven."""
    if anonymous_id is None:
        return end_users.create(tenant_id, new, now)
    without_claim = replace(new, email=None, email_typed="")
    return anonymous.upgrade(end_user_id=anonymous_id, tenant_id=tenant_id, new=without_claim, now=now)


def _entry(application: ApplicationConfiguration, token: ProviderToken, now: datetime) -> dict[str, Any]:
    """What each audit entry of a sign-up has."""
    return {
        "tenant_id": application.tenant.id,
        "now": now,
        "actor": audit.application_actor(application.client_id),
        "subject": f"identity of {token.provider}",
    }
