"""The address of an end user: it changes only with the proof that he holds the new one (S-35)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts import notices
from accounts.codes import ATTRIBUTES
from accounts.end_users import DUPLICATES, NewEndUser, find_holders, take_claims_over
from accounts.errors import EndUserGone
from accounts.models import EndUser
from accounts.self_service import trail
from accounts.self_service.presence import Presence, demand
from otp import challenges
from otp.addresses import mask
from otp.challenges import ProvenChallenge
from otp.models import Usage
from tenants.configuration import ApplicationConfiguration
from tenants.models import Channel


@dataclass(frozen=True, slots=True)
class NewContact:
    """The proof of an address, and the address as it was typed."""

    proof: ProvenChallenge
    typed: str

    @property
    def name(self) -> str:
        return ATTRIBUTES[Channel(self.proof.channel)]

    @property
    def address(self) -> str:
        return self.proof.address


def change(
    *,
    application: ApplicationConfiguration,
    end_user: EndUser,
    contacts: list[NewContact],
    presence: Presence,
    now: datetime,
) -> None:
    """Give the end user these proven addresses, all or none; raises what `presence.demand` and `replace` raise."""
    demand(application=application, end_user=end_user, presence=presence, now=now)
    replace(application=application, end_user=end_user, contacts=contacts, now=now)


def replace(
    *, application: ApplicationConfiguration, end_user: EndUser, contacts: list[NewContact], now: datetime
) -> None:
    """As `change`, once the end user has proven to be there; the addresses that were proven before are told.

    Raises DuplicatePhoneNumber or DuplicateEmail for an address that another has proven, BadVerificationToken for a
    proof that another request spent, EndUserGone. Who only claimed the address loses it.
    """
    for contact in contacts:
        check_free(end_user, contact.name, contact.address)
    try:
        with transaction.atomic():
            for contact in contacts:
                _take(end_user, contact, now)
            if any(getattr(end_user, contact.name) != contact.address for contact in contacts):
                notices.tell(application=application, before=end_user, usage=Usage.ADDRESS_CHANGED, now=now)
    except IntegrityError:  # somebody was faster
        for contact in contacts:
            check_free(end_user, contact.name, contact.address)
        raise


def check_free(end_user: EndUser, name: str, address: str) -> None:
    """Raises DuplicatePhoneNumber or DuplicateEmail; the end user's own address may be proven again."""
    is_own = getattr(end_user, name) == address
    if not is_own and find_holders(end_user.tenant_id, **{name: address}).taken:
        raise DUPLICATES[name]


def _take(end_user: EndUser, contact: NewContact, now: datetime) -> None:
    challenges.redeem(contact.proof, now)
    name = contact.name
    if getattr(end_user, name) != contact.address:
        is_email = name == "email"
        mine = NewEndUser(email=contact.address) if is_email else NewEndUser(phone_number=contact.address)
        take_claims_over(end_user.tenant_id, mine, frozenset({name}))
    values: dict[str, Any] = {name: contact.address, f"{name}_verified": True, "updated_at": now}
    if not end_user.is_proven(name, contact.address):
        values[f"{name}_verified_at"] = now
    if name == "email":
        values["email_typed"] = contact.typed
    if not EndUser.objects.filter(pk=end_user.pk).update(**values):
        raise EndUserGone
    before = getattr(end_user, name)
    detail = {"before": {name: mask(before) if before else ""}, "after": {name: mask(contact.address)}}
    trail.record("end_user.contact", end_user, now, detail=detail)
