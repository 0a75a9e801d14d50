"""What an end user changes of himself in one call: attributes, and addresses each with the code that proves it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from accounts import disclosure
from accounts.codes import ATTRIBUTES
from accounts.models import EndUser
from accounts.self_service import basics, contact, profile
from accounts.self_service.basics import Changes
from accounts.self_service.contact import NewContact
from accounts.self_service.presence import Presence
from otp import challenges
from otp.challenges import Proof
from otp.errors import MalformedAddress
from otp.models import Usage
from tenants.configuration import ApplicationConfiguration
from tenants.models import Channel


@dataclass(frozen=True, slots=True)
class TypedContact:
    """An address with its proof; `address` is canonical, None if malformed."""

    channel: Channel
    typed: str
    address: str | None
    token: str
    code: str


def update(
    *,
    application: ApplicationConfiguration,
    end_user: EndUser,
    contacts: Sequence[TypedContact],
    values: Mapping[str, Any],
    presence: Presence,
    now: datetime,
) -> EndUser:
    """The end user as it is then. All is changed, or nothing, and then the codes stay good.

    A code to an address of the end user's own is a proof that the end user is there. Raises for each address
    MalformedAddress, DuplicatePhoneNumber or DuplicateEmail, BadToken, BadCode; then IllegalAttributeValue; what
    `presence.demand` raises; EndUserGone.
    """
    proven: list[NewContact] = []
    try:
        for one in contacts:
            proven.append(_prove(application, end_user, one, now))
        for identifier, value in values.items():
            profile.check(application, identifier, value)
        return basics.edit(
            application=application,
            end_user=end_user,
            changes=Changes(values, None, proven),
            presence=replace(presence, codes=[new.proof for new in proven]),
            now=now,
        )
    except Exception:
        for new in proven:
            challenges.give_guess_back(new.proof)
        raise


def _prove(application: ApplicationConfiguration, end_user: EndUser, given: TypedContact, now: datetime) -> NewContact:
    if given.address is None:
        raise MalformedAddress(given.channel)
    if disclosure.tells_of_addresses(application):
        contact.check_free(end_user, ATTRIBUTES[given.channel], given.address)
    proof = Proof(given.channel, given.address, given.code, token=given.token)
    proven = challenges.prove(application=application, usage=Usage.UPDATE_USERINFO, proof=proof, now=now)
    return NewContact(proven, given.typed)
