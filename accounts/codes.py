"""Asking for a code: the rules of each usage, before `otp` sends."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.end_users import find_holders
from accounts.errors import AddressInUse
from otp import addresses, sending
from otp.errors import SendingFailed
from otp.models import Usage
from tenants import audit
from tenants.configuration import ApplicationConfiguration, OtpSource
from tenants.errors import Refusal, SignUpDisabled, UnconfiguredAttributes
from tenants.models import Channel

ATTRIBUTES = {Channel.SMS: "phone_number", Channel.EMAIL: "email"}


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """What the caller asks for: a code over the channel to a canonical address, in a language that has words."""

    usage: str
    channel: str
    address: str
    language: str
    source: OtpSource | None = None  # whose length and lifetime hold
    asked_by_id: UUID | None = None  # the end user who is signed in, for usages that need to know


def request_code(*, application: ApplicationConfiguration, request: CodeRequest, now: datetime) -> str:
    """Send the code, or only count it where the usage says so; the token with which it is to be returned.

    Raises SignUpDisabled, UnconfiguredAttributes, AddressInUse, UndeliverableEmail, and what `otp.sending` raises.
    """
    try:
        return _request_code(application, request, now)
    except Refusal as refusal:
        if not isinstance(refusal, SendingFailed):  # which is recorded where it happens
            _record_refusal(application, request, type(refusal).__name__, now)
        raise


def _request_code(application: ApplicationConfiguration, request: CodeRequest, now: datetime) -> str:
    if request.usage == Usage.SIGNUP:
        _check_sign_up(application, request.channel)
    is_held = _is_held(application, request)
    if request.usage == Usage.SIGNUP and is_held:
        raise AddressInUse(request.channel)
    if request.channel == Channel.EMAIL:
        addresses.check_deliverable(request.address)
    return sending.send_code(
        application=application,
        usage=request.usage,
        channel=request.channel,
        address=request.address,
        source=request.source,
        language=request.language,
        now=now,
        is_sent=request.usage != Usage.RESET_PASSWORD or is_held,
        asked_by_id=request.asked_by_id,
    )


def _check_sign_up(application: ApplicationConfiguration, channel: str) -> None:
    if not application.sign_up.enabled:
        raise SignUpDisabled
    if not application.sign_up.accepts(ATTRIBUTES[Channel(channel)]):
        raise UnconfiguredAttributes


def _is_held(application: ApplicationConfiguration, request: CodeRequest) -> bool:
    """Whether an end user has proven the address, for the usages that depend on it."""
    if request.usage not in (Usage.SIGNUP, Usage.RESET_PASSWORD):
        return False
    identifier = {ATTRIBUTES[Channel(request.channel)]: request.address}
    return bool(find_holders(application.tenant.id, **identifier).taken)


def _record_refusal(application: ApplicationConfiguration, request: CodeRequest, reason: str, now: datetime) -> None:
    audit.record(
        "code.request",
        audit.Outcome.REFUSED,
        tenant_id=application.tenant.id,
        now=now,
        actor=f"application:{application.client_id}",
        subject=addresses.mask(request.address),
        detail={"usage": request.usage, "channel": request.channel, "reason": reason},
    )
