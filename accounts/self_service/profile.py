"""What an end user says of himself: name, picture and the like, and the user name."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction

from accounts import attributes, notices
from accounts.attributes import TEXT_LENGTH
from accounts.errors import DuplicateUsername, EndUserGone, IllegalAttributeValue
from accounts.models import EndUser
from accounts.self_service import trail
from otp.models import Usage
from tenants.configuration import ApplicationConfiguration

PICTURE_LENGTH = 2048
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def _is_short(value: str) -> bool:
    return len(value) <= TEXT_LENGTH


def _is_picture(value: str) -> bool:
    """A web address, or nothing."""
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    is_address = parts.scheme in ("http", "https") and bool(parts.netloc)
    return not value or (is_address and value.isprintable() and len(value) <= PICTURE_LENGTH)


def _is_gender(value: str) -> bool:
    return value in ("", "MALE", "FEMALE")


def _is_day(value: str) -> bool:
    try:
        return not value or bool(DAY.fullmatch(value) and date.fromisoformat(value))
    except ValueError:
        return False


def _is_locale(value: str) -> bool:
    return not value or bool(attributes.LOCALE.fullmatch(value))


def _is_zone(value: str) -> bool:
    return not value or attributes.is_zone(value)


# Claims that every end user may have, whatever attributes the tenant has made.
STANDARD: dict[str, Callable[[str], bool]] = {
    "name": _is_short,
    "picture": _is_picture,
    "gender": _is_gender,
    "birthdate": _is_day,
    "description": _is_short,
    "locale": _is_locale,
    "zoneinfo": _is_zone,
}


def may_change(application: ApplicationConfiguration, identifier: str) -> bool:
    """Whether an end user may set it: a standard claim, or what the application asks for at sign-up."""
    rule = application.attributes.get(identifier)
    is_general = rule is not None and rule.identifier not in ("username", "phone_number", "email")
    return identifier in STANDARD or (is_general and application.sign_up.accepts(identifier))


def check(application: ApplicationConfiguration, identifier: str, value: Any) -> None:
    """Raises IllegalAttributeValue for a value of the wrong type, form or length."""
    rule = application.attributes.get(identifier)
    if rule is None or (identifier in STANDARD and value == ""):
        is_legal = isinstance(value, str) and STANDARD[identifier](value)
    else:
        is_legal = attributes.has_type(rule, value)
    if not is_legal:
        raise IllegalAttributeValue(f"The value of {identifier} is not allowed.")
    if rule is not None and value != "":
        attributes.check(rule, value)


def change(
    *, application: ApplicationConfiguration, end_user: EndUser, values: Mapping[str, Any], now: datetime
) -> EndUser:
    """Set attributes; the end user as it is then. Raises what `replace` raises."""
    return replace(application=application, end_user=end_user, values=values, username=None, now=now)


def replace(
    *,
    application: ApplicationConfiguration,
    end_user: EndUser,
    values: Mapping[str, Any],
    username: tuple[str, str] | None,
    now: datetime,
) -> EndUser:
    """As `change`; also the user name where one is given, canonical and as typed, by who has proven to be there.

    Raises IllegalAttributeValue, DuplicateUsername or EndUserGone; then nothing is changed.
    """
    for identifier, value in values.items():
        check(application, identifier, value)
    try:
        with transaction.atomic():
            changed = _change(end_user, values, username, now)
            if username:
                notices.tell(application=application, before=end_user, usage=Usage.USERNAME_CHANGED, now=now)
            return changed
    except IntegrityError:
        raise DuplicateUsername from None


def _change(end_user: EndUser, values: Mapping[str, Any], username: tuple[str, str] | None, now: datetime) -> EndUser:
    row = EndUser.objects.select_for_update(no_key=username is None).filter(pk=end_user.pk).first()
    if row is None:
        raise EndUserGone
    row.attributes = row.attributes | dict(values)
    row.updated_at = now
    if username is not None:
        row.username, row.username_typed = username
    row.save(update_fields=["attributes", "updated_at", "username", "username_typed"])
    changed = sorted([*values, *(["username"] if username else [])])
    trail.record("end_user.profile", end_user, now, detail={"changed": changed})
    return row
