"""Profile, user name and addresses in one go: all of it is changed, or nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import EndUser
from accounts.self_service import contact, profile
from accounts.self_service.contact import NewContact
from tenants.configuration import ApplicationConfiguration


@transaction.atomic
def edit(
    *,
    application: ApplicationConfiguration,
    end_user: EndUser,
    values: Mapping[str, Any],
    username: tuple[str, str] | None,
    contacts: list[NewContact],
    now: datetime,
) -> EndUser:
    """The end user as it is then; raises what `profile.change` and `contact.change` raise."""
    contact.change(end_user=end_user, contacts=contacts, now=now)
    return profile.change(application=application, end_user=end_user, values=values, username=username, now=now)
