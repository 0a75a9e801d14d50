"""Asking for a code: the rules of each usage, before `otp` sends."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from functools import partial
from typing import Any
from uuid import UUID

from accounts import disclosure, end_users, known_devices
from accounts.errors import AddressInUse
from accounts.models import EndUser
from otp import addresses, sending
from otp.audit_ids import audit_id
from otp.delivery import messages
from otp.errors import SendingFailed, SendLimitReached
from otp.models import Usage
from otp.sending import HandOver
from tenants import audit, refusals
from tenants.call_limits import TooManyCalls
from tenants.configuration import ApplicationConfiguration, OtpSource
from tenants.errors import Refusal, SignUpDisabled, UnconfiguredAttributes
from tenants.models import Channel

ATTRIBUTES = {Channel.SMS: "phone_number", Channel.EMAIL: "email"}


class GoesTo(Enum):
    """Whose address it may be."""

    ANYBODY = auto()
    HOLDERS = auto()  # who asks is not told whether somebody has proven the address, and nobody else gets anything
    STRANGERS = auto()  # whoever has proven the address is told of it, where the application tells nobody else


OF_USAGE = {Usage.SIGNUP: GoesTo.STRANGERS, Usage.RESET_PASSWORD: GoesTo.HOLDERS}


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """What the caller asks for: a code over the channel to a canonical address, in a language that has words."""

    usage: str
    channel: str
    address: str
    language: str
    is_public: bool  # who asks shows neither a client secret nor that the address is his
    source: OtpSource | None = None  # whose length and lifetime hold
    asked_by_id: UUID | None = None  # the end user who is signed in, or the browser's session
    goes_to: GoesTo | None = None  # that of the usage, unless told
    device_id: str = ""


def request_code(*, application: ApplicationConfiguration, request: CodeRequest, now: datetime) -> str:
    """Send the code, or only count it where the usage says so; the token with which it is to be returned.

    Raises SignUpDisabled, UnconfiguredAttributes, AddressInUse, UndeliverableEmail, and what `otp.sending` raises.
    """
    try:
        return _request_code(application, request, now)
    except Refusal as refusal:
        if not isinstance(refusal, SendingFailed):  # which is recorded where it happens
            _record_refusal(application, request, refusal, now)
        raise


def _request_code(application: ApplicationConfiguration, request: CodeRequest, now: datetime) -> str:
    if request.usage == Usage.SIGNUP:
        _check_sign_up(application, request.channel)
    goes_to = request.goes_to or OF_USAGE.get(Usage(request.usage), GoesTo.ANYBODY)
    holder = None if goes_to == GoesTo.ANYBODY else _find_holder(application, request)
    if goes_to == GoesTo.STRANGERS and holder and disclosure.tells_of_addresses(application):
        raise AddressInUse(request.channel)
    if request.channel == Channel.EMAIL:
        addresses.check_deliverable(request.address)
    options = {"language": request.language} | _way(goes_to, holder, request.language)
    send = partial(
        sending.send_code,
        application=application,
        usage=request.usage,
        channel=request.channel,
        address=request.address,
        source=request.source,
        now=now,
        asked_by_id=request.asked_by_id,
        device_id=request.device_id,
        **options,
    )
    try:
        return send(is_public=request.is_public)
    except (SendLimitReached, TooManyCalls):
        if not (request.is_public and _is_of_holder(application, request, now)):
            raise
    return send(is_public=False)  # what strangers used up is no limit of a device that the owner knows


def _is_of_holder(application: ApplicationConfiguration, request: CodeRequest, now: datetime) -> bool:
    """Return whether who asks has logged in on the device as the end user with this address."""
    name = ATTRIBUTES[Channel(request.channel)]
    tenant_id, device_id = application.tenant.id, request.device_id
    return known_devices.is_of_holder(
        tenant_id=tenant_id, name=name, address=request.address, device_id=device_id, now=now
    )


def _way(goes_to: GoesTo, holder: EndUser | None, language: str) -> dict[str, Any]:
    """How it is sent: so that who asks cannot tell, by the answer or by its time, whether somebody has the address.

    Where nothing goes to an address that nobody has, all is handed over after the answer (S-88). A holder who is told,
    is told in his own language.
    """
    if goes_to == GoesTo.HOLDERS:
        return {"is_sent": holder is not None, "hand_over": HandOver.LATER}
    if holder is None:
        return {}
    return {"notice": Usage.KNOWN_ADDRESS, "language": messages.language_of(holder.attributes.get("locale"), language)}


def _check_sign_up(application: ApplicationConfiguration, channel: str) -> None:
    if not application.sign_up.enabled:
        raise SignUpDisabled
    if not application.sign_up.accepts(ATTRIBUTES[Channel(channel)]):
        raise UnconfiguredAttributes


def _find_holder(application: ApplicationConfiguration, request: CodeRequest) -> EndUser | None:
    return end_users.find_proven(application.tenant.id, ATTRIBUTES[Channel(request.channel)], request.address)


def _record_refusal(
    application: ApplicationConfiguration, request: CodeRequest, refusal: Refusal, now: datetime
) -> None:
    """Record it; of an address that may be sent no more for now, an entry of its own in each window.

    There are no more of those than messages were sent: strangers cannot fill the audit log by them.
    """
    about = audit_id(request.address)
    refusals.record(
        "code.request",
        tenant_id=application.tenant.id,
        now=now,
        actor=audit.application_actor(application.client_id),
        subject=addresses.mask(request.address),
        about=about,
        counted_by=about.hex if isinstance(refusal, SendLimitReached) else "",
        detail={"usage": request.usage, "channel": request.channel, "reason": type(refusal).__name__},
    )
