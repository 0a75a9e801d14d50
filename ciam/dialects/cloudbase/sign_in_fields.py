"""The bodies of signing up and in, into our dataclasses (contract §2, §5)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from accounts import attributes, usernames
from accounts.passwords.checking import Identifiers
from ciam.dialects.cloudbase import fields
from ciam.dialects.cloudbase.errors import InvalidArgument
from otp import codes
from otp.errors import MalformedAddress
from signup.registrations import AddressEntry, Registration
from tenants.configuration import ApplicationConfiguration, TenantSettings
from tenants.models import Channel
from tokens import bearers
from tokens.errors import InvalidToken
from tokens.grants import WAYS
from tokens.scopes import ANONYMOUS

PROFILE = frozenset({"name", "gender", "picture", "locale"})
CREDENTIALS = frozenset({"username", "password", "phone_number", "email"})
FORMS = {Channel.SMS: usernames.WIDE, Channel.EMAIL: usernames.WIDE_BESIDE_EMAIL}


def registration(
    body: dict[str, Any], application: ApplicationConfiguration, device_id: str, now: datetime
) -> tuple[Registration, str]:
    """What somebody signs up with, and the way in which that signs in; raises InvalidArgument, MalformedAddress."""
    given = fields.one_address(body, application.tenant)
    if given is None:
        raise InvalidArgument("phone_number or email is missing: a user name and a password alone are not enough.")
    channel, address = given
    name = {Channel.SMS: "phone_number", Channel.EMAIL: "email"}[channel]
    entry = AddressEntry(
        typed=fields.text(body, name, longest=320),
        address=address,
        verification_token=fields.text(body, "verification_token", longest=1024),
    )
    registration = Registration(
        names=frozenset(),
        username=fields.text(body, "username", required=False) or None,
        password=password(body),
        attributes=general_attributes(body, application),
        username_form=FORMS[channel],
        asks_only_required=True,
        anonymous_id=anonymous_id(body, application, device_id, now),
        phone_number=entry if channel == Channel.SMS else AddressEntry(),
        email=entry if channel == Channel.EMAIL else AddressEntry(),
    )
    return registration, WAYS[channel]


def password(body: dict[str, Any]) -> str | None:
    """As it stands: its characters are the policy's business, and an empty one is refused there."""
    value = body.get("password")
    if value is not None and not isinstance(value, str):
        raise InvalidArgument("password is malformed.")
    return value


def general_attributes(body: dict[str, Any], application: ApplicationConfiguration) -> dict[str, Any]:
    """The profile, as far as the tenant has such attributes, and what the sign-up flow asks for."""
    rules = application.attributes
    asked = {name for name in body if application.sign_up.accepts(name)} - CREDENTIALS
    names = [name for name in body if name in rules and (name in PROFILE or name in asked) and body[name] is not None]
    for name in names:
        if not attributes.has_type(rules[name], body[name]):
            raise InvalidArgument(f"{name} is malformed.")
        if isinstance(body[name], str) and body[name]:
            fields.text(body, name)
    return {name: body[name] for name in names}


def identifiers(typed: str, tenant: TenantSettings) -> Identifiers:
    """What `username` may be: a phone number, an e-mail address, or a user name."""
    phone_number = email = None
    try:
        phone_number = fields.phone(typed, tenant)
    except MalformedAddress:
        try:
            email = fields.email(typed)
        except MalformedAddress:
            return Identifiers(typed, username=usernames.comparable_username(typed))
    return Identifiers(typed, phone_number=phone_number, email=email)


def anonymous_id(
    body: dict[str, Any], application: ApplicationConfiguration, device_id: str, now: datetime
) -> UUID | None:
    """Return the end user without a name whose access token this is; raises InvalidToken.

    The call comes from that user's device, or has its id: whoever has only seen the token does not get the account.
    """
    token = fields.text(body, "anonymous_token", required=False, longest=4096)
    if not token:
        return None
    bearer = bearers.authenticate(token, application=application, tenant_id=None, now=now)
    if bearer.session is None or bearer.session.scope != ANONYMOUS:
        raise InvalidToken
    if bearer.session.device_id != codes.hash_token(device_id):
        raise InvalidToken
    return bearer.end_user.id
