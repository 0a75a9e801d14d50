"""Asking for a code whose use is told later: to whom it may go, before `otp` sends."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from accounts import disclosure, end_users
from accounts.codes import ATTRIBUTES, CodeRequest, GoesTo, request_code
from accounts.errors import AddressInUse, EndUserNotFound
from accounts.models import EndUser
from otp.models import Usage
from tenants.configuration import ApplicationConfiguration
from tenants.models import Channel


class Target(StrEnum):
    """Whose address it must be."""

    ANY = "ANY"
    USER = "USER"
    NOT_USER = "NOT_USER"
    CURRENT_USER = "CUR_USER"


GOES_TO = {Target.USER: GoesTo.HOLDERS, Target.NOT_USER: GoesTo.STRANGERS}


@dataclass(frozen=True, slots=True)
class VerificationRequest:
    """A code over the channel to a canonical address; `asked_by` is the end user who is signed in, if one is."""

    channel: Channel
    address: str
    target: Target
    language: str
    is_public: bool
    device_id: str = ""
    asked_by: EndUser | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """The token with which the code is to be returned, and whether an end user has proven the address before."""

    token: str
    is_user: bool


def request_verification(
    *, application: ApplicationConfiguration, request: VerificationRequest, now: datetime
) -> Verification:
    """Send the code; raises EndUserNotFound, AddressInUse, and what `accounts.codes.request_code` raises.

    Where the application tells nobody who has an account, the answer is what the caller takes for granted.
    """
    name, is_told = ATTRIBUTES[request.channel], disclosure.tells_of_addresses(application)
    if not is_told and request.target != Target.CURRENT_USER:
        is_user = request.target == Target.USER
    else:
        is_user = end_users.find_proven(application.tenant.id, name, request.address) is not None
        _check_target(request, is_user)
    code_request = CodeRequest(
        usage=Usage.VERIFICATION,
        channel=request.channel,
        address=request.address,
        language=request.language,
        is_public=request.is_public and not _is_own(request),
        asked_by_id=request.asked_by.id if request.asked_by else None,
        goes_to=None if is_told else GOES_TO.get(request.target),
        device_id=request.device_id,
    )
    return Verification(request_code(application=application, request=code_request, now=now), is_user)


def _is_own(request: VerificationRequest) -> bool:
    """Return whether the signed-in end user has proven the address before."""
    name, end_user = ATTRIBUTES[request.channel], request.asked_by
    return end_user is not None and end_user.is_proven(name, request.address)


def _check_target(request: VerificationRequest, is_user: bool) -> None:
    if request.target == Target.USER and not is_user:
        raise EndUserNotFound
    if request.target == Target.NOT_USER and is_user:
        raise AddressInUse(request.channel)
    if request.target == Target.CURRENT_USER:
        own = getattr(request.asked_by, ATTRIBUTES[request.channel], None)
        if own != request.address:
            raise EndUserNotFound
