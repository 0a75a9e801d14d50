"""Signing up: a request and its proofs become an end user, or nothing at all."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts import attributes, disclosure, email_verification, end_users, known_devices
from accounts.end_users import DUPLICATES, Holders, NewEndUser
from accounts.models import EndUser
from accounts.passwords import hashing, policy
from accounts.self_service import anonymous
from accounts.usernames import canonical_username
from otp import challenges, verifications
from otp.addresses import mask
from otp.challenges import Proof, ProvenChallenge
from otp.errors import MalformedAddress
from otp.models import Usage
from signup import browser_log_ins, requirements
from signup.errors import NoPasswordSource
from signup.registrations import AddressEntry, Browser, Registration
from tenants import audit, refusals
from tenants.configuration import ApplicationConfiguration
from tenants.errors import Refusal
from tenants.models import Channel

RACES_ALLOWED = 3
Completion = Callable[[EndUser], None]  # what is stored together with a new end user


def register(
    *,
    application: ApplicationConfiguration,
    registration: Registration,
    now: datetime,
    complete: Completion = lambda _: None,
) -> EndUser:
    """The end user that the registration asks for; the first check that fails, in the documented order, is raised.

    `complete` runs in the transaction of the new end user, so that both are stored or neither. Raises the refusals of
    `signup.errors`, `accounts.errors` and `otp.errors`. Spends its codes only if it succeeds.
    """
    proven: list[ProvenChallenge] = []
    try:
        return _register(application, registration, proven, now, complete)
    except Exception as error:
        for challenge in proven:
            challenges.give_guess_back(challenge)
        if isinstance(error, Refusal):
            refusals.record(
                "sign_up",
                is_somebody=error.is_of_somebody,
                detail={"reason": type(error).__name__},
                **_entry(application, registration, now),
            )
        raise


def _register(
    application: ApplicationConfiguration,
    registration: Registration,
    proven: list[ProvenChallenge],
    now: datetime,
    complete: Completion,
) -> EndUser:
    """As `register`; what was proven before a refusal is left in `proven`."""
    requirements.check(application, registration)
    username, form = registration.username, registration.username_form
    username = None if username is None else canonical_username(username, form)
    holders = _find_holders(application, registration, username)
    _check_free("username", holders)
    proven += _prove(application, Channel.SMS, "phone_number", registration.phone_number, holders, now)
    proven += _prove(application, Channel.EMAIL, "email", registration.email, holders, now)
    for identifier, value in registration.attributes.items():
        if identifier in application.attributes:  # else it is a claim, which its dialect has read by the claim's rule
            attributes.check(application.attributes[identifier], value)
    new = NewEndUser(
        username=username,
        username_typed=registration.username or "",
        phone_number=registration.phone_number.address,
        phone_number_is_claimed=not registration.phone_number.has_proof,
        email=registration.email.address,
        email_typed=registration.email.typed,
        email_is_claimed=not registration.email.has_proof,
        password_hash=hash_password(application, registration),
        attributes=registration.attributes,
        addresses=registration.addresses,
        metadata=registration.metadata,
        group_id=application.sign_up.default_group_id,
    )
    return _create(application, registration, new, proven, holders, now, complete)


def _find_holders(application: ApplicationConfiguration, registration: Registration, username: str | None) -> Holders:
    return end_users.find_holders(
        application.tenant.id,
        username=username,
        phone_number=registration.phone_number.address,
        email=registration.email.address,
    )


def _check_free(name: str, holders: Holders, *, is_claimed: bool = False) -> None:
    """A proof beats a claim; of two claims the first one stays."""
    if name in holders.taken or (is_claimed and name in holders.claimed):
        raise DUPLICATES[name]


def _prove(
    application: ApplicationConfiguration,
    channel: Channel,
    name: str,
    entry: AddressEntry,
    holders: Holders,
    now: datetime,
) -> list[ProvenChallenge]:
    """The challenge that proves the address, if there is an address: format, then duplicate, then token and code.

    An application that tells nobody who has an account tells of a duplicate only who has proven the address.
    """
    if entry.is_absent:
        return []
    if entry.address is None:
        raise MalformedAddress(channel)
    if disclosure.tells_of_addresses(application):
        _check_free(name, holders, is_claimed=not entry.has_proof)
    if not entry.has_proof:
        return []
    proven = _redeemable(application, channel, entry, entry.address, now)
    _check_free(name, holders)
    return [proven]


def _redeemable(
    application: ApplicationConfiguration, channel: Channel, entry: AddressEntry, address: str, now: datetime
) -> ProvenChallenge:
    """By a verification token, or by a code."""
    if token := entry.verification_token:
        return verifications.find_for(application=application, token=token, channel=channel, address=address, now=now)
    proof = Proof(channel, address, entry.code, token=entry.token, asked_by_id=entry.asked_by_id)
    return challenges.prove(application=application, usage=Usage.SIGNUP, proof=proof, now=now)


def hash_password(application: ApplicationConfiguration, registration: Registration) -> str:
    """The hash of a password that the log-in flow's source allows, or "" if there is no password."""
    if registration.password is None:
        return ""
    source = application.login.password_source
    if source is None:
        raise NoPasswordSource
    policy.check(registration.password, strength=source.strength, context=context_words(application, registration))
    return hashing.hash_password(registration.password, algorithm=source.hash)


def context_words(application: ApplicationConfiguration, registration: Registration) -> list[str]:
    """Words that everybody would try first for this person at this tenant."""
    return [
        application.tenant.name,
        application.tenant.slug,
        application.name,
        registration.username or "",
        registration.email.typed.partition("@")[0],
        registration.phone_number.typed,
    ]


def _create(
    application: ApplicationConfiguration,
    registration: Registration,
    new: NewEndUser,
    proven: list[ProvenChallenge],
    holders: Holders,
    now: datetime,
    complete: Completion,
) -> EndUser:
    """One transaction for codes and end user; who loses a race for an identifier is told that it is taken."""
    tenant_id = application.tenant.id
    for _ in range(RACES_ALLOWED):
        try:
            with transaction.atomic():
                for challenge in proven:
                    challenges.redeem(challenge, now)
                if holders.claimed:
                    end_users.take_claims_over(tenant_id, new, holders.claimed)
                end_user = _insert(registration, tenant_id, new, now)
                if registration.browser:
                    _open(registration.browser, application, end_user, now)
                audit.record("sign_up", about=end_user.id, **_entry(application, registration, now))
                mail_claimant(application, registration, end_user, now)
                complete(end_user)
                return end_user
        except IntegrityError as error:
            lost = error
            holders = end_users.find_holders(
                tenant_id, username=new.username, phone_number=new.phone_number, email=new.email
            )
            claims = {"phone_number": new.phone_number_is_claimed, "email": new.email_is_claimed}
            for name in DUPLICATES:
                _check_free(name, holders, is_claimed=claims.get(name, False))
    raise lost


def mail_claimant(
    application: ApplicationConfiguration, registration: Registration, end_user: EndUser, now: datetime
) -> None:
    """Ask for the proof of an address that was only claimed, if it is wanted; in the transaction of the new end user.

    What stands against sending stands against the sign-up: raises what `email_verification.send` raises.
    """
    if email_verification.is_due(application.tenant, end_user, is_asked_for=registration.verify_email):
        email_verification.send(application=application, end_user=end_user, language=registration.language, now=now)


def _open(browser: Browser, application: ApplicationConfiguration, end_user: EndUser, now: datetime) -> None:
    """Give the browser's session to the end user, who is logged in unless an address has to be verified first."""
    is_logged_in = not email_verification.is_pending(application.tenant, end_user)
    browser_log_ins.sign_up(
        browser.session,
        browser.request,
        cookie=browser.next_cookie,
        end_user_id=end_user.id,
        is_logged_in=is_logged_in,
        now=now,
    )
    if is_logged_in:
        known_devices.remember(
            tenant_id=application.tenant.id, end_user_id=end_user.id, device_id=browser.device_id, now=now
        )


def _insert(registration: Registration, tenant_id: UUID, new: NewEndUser, now: datetime) -> EndUser:
    """A new row, or the one of the end user without a name who signs up now."""
    if registration.anonymous_id is None:
        return end_users.create(tenant_id, new, now)
    return anonymous.upgrade(end_user_id=registration.anonymous_id, tenant_id=tenant_id, new=new, now=now)


def _entry(application: ApplicationConfiguration, registration: Registration, now: datetime) -> dict[str, Any]:
    """What each audit entry of a sign-up has."""
    given = (registration.phone_number.address, registration.email.address)
    return {
        "tenant_id": application.tenant.id,
        "now": now,
        "actor": audit.application_actor(application.client_id),
        "subject": ", ".join(mask(address) for address in given if address),
    }
