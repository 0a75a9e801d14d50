"""What the signed-in user sends, into our words."""

from datetime import datetime
from typing import Any

from accounts import usernames
from accounts.models import EndUser
from accounts.self_service import profile
from accounts.self_service.basics import Changes
from accounts.self_service.contact import NewContact
from ciam.dialects.cloudbase import fields
from ciam.dialects.cloudbase.errors import InvalidArgument
from otp import verifications
from tenants.characters import UNFIT_FOR_TEXT
from tenants.configuration import ApplicationConfiguration
from tenants.models import Channel

CREDENTIALS = frozenset({"client_id", "client_secret"})  # read by `callers`
CLAIM_OF = {"nickname": "name", "description": "description", "avatar_url": "picture", "gender": "gender"}
SHORTEST_NAME, LONGEST_NAME = 2, 48
# What the sources of these fields say of passwords: they are changed elsewhere, behind a sudo token.
ELSEWHERE = ("password", "new_password", "encrypt_password", "encrypt_new_password", "public_key_thumbprint")


def read_profile(body: dict[str, Any], application: ApplicationConfiguration) -> dict[str, Any]:
    """Claims and attributes that the user may set himself; raises InvalidArgument for any other field (S-35)."""
    values = {name: value for name, value in body.items() if name not in CREDENTIALS and value is not None}
    for name, value in values.items():
        if not profile.may_change(application, name):
            raise InvalidArgument(f"{name} cannot be changed here.")
        if isinstance(value, str) and UNFIT_FOR_TEXT.search(value):
            raise InvalidArgument(f"{name} is malformed.")
    return values


def read_basics(
    body: dict[str, Any], application: ApplicationConfiguration, end_user: EndUser, now: datetime
) -> Changes:
    """Raises InvalidArgument, InvalidUsername, MalformedAddress, and BadVerificationToken for an unproven address."""
    if any(body.get(name) for name in ELSEWHERE):
        raise InvalidArgument("Passwords are changed at user/password.")
    if fields.text(body, "user_id", required=False) not in ("", end_user.sub):
        raise InvalidArgument("user_id is not that of the signed-in user.")
    return Changes(_claims(body), _username(body, end_user), _contacts(body, application, end_user, now))


def _claims(body: dict[str, Any]) -> dict[str, str]:
    """An empty text takes a claim back, but for the name."""
    named = [name for name in CLAIM_OF if body.get(name) is not None]
    longest = profile.PICTURE_LENGTH  # the others are bounded by `profile`
    claims = {CLAIM_OF[name]: fields.text(body, name, required=name == "nickname", longest=longest) for name in named}
    if "name" in claims and not SHORTEST_NAME <= len(claims["name"]) <= LONGEST_NAME:
        raise InvalidArgument("nickname has a wrong length.")
    return claims


def _username(body: dict[str, Any], end_user: EndUser) -> tuple[str, str] | None:
    typed = fields.text(body, "username", required=False)
    if not typed or typed == end_user.username_typed:
        return None
    return usernames.canonical_username(typed, usernames.WIDE), typed


def _contacts(
    body: dict[str, Any], application: ApplicationConfiguration, end_user: EndUser, now: datetime
) -> list[NewContact]:
    """The addresses that are new, each with the code that this user asked for."""
    number, mail = fields.text(body, "phone", required=False), fields.text(body, "email", required=False, longest=320)
    wanted: list[tuple[Channel, str, str]] = []
    if number:
        wanted.append((Channel.SMS, fields.phone(number, application.tenant), number))
    if mail:
        wanted.append((Channel.EMAIL, fields.email(mail), mail))
    own = {end_user.phone_number if end_user.phone_number_verified else None}
    own.add(end_user.email if end_user.email_verified else None)
    return [
        NewContact(
            verifications.find_asked_by(
                application=application, end_user_id=end_user.id, channel=channel, address=address, now=now
            ),
            typed,
        )
        for channel, address, typed in wanted
        if address not in own
    ]
