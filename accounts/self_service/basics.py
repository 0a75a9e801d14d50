"""Profile, user name and addresses in one go: all of it is changed, or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import EndUser
from accounts.self_service import contact, profile
from accounts.self_service.contact import NewContact
from accounts.self_service.presence import Presence, demand
from tenants.configuration import ApplicationConfiguration


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be changed; `username` is canonical, then as typed."""

    values: Mapping[str, Any]
    username: tuple[str, str] | None
    contacts: list[NewContact]


def edit(
    *,
    application: ApplicationConfiguration,
    end_user: EndUser,
    changes: Changes,
    presence: Presence,
    now: datetime,
) -> EndUser:
    """Return the end user as it is then.

    A user name or an address needs a proof that the end user is there. Raises what `presence.demand`,
    `contact.replace` and `profile.replace` raise.
    """
    if changes.username or changes.contacts:
        demand(application=application, end_user=end_user, presence=presence, now=now)
    with transaction.atomic():
        contact.replace(application=application, end_user=end_user, contacts=changes.contacts, now=now)
        return profile.replace(
            application=application, end_user=end_user, values=changes.values, username=changes.username, now=now
        )
