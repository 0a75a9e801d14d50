"""An end user who leaves."""

from datetime import datetime

from django.db import transaction

from accounts.errors import EndUserGone
from accounts.models import EndUser
from accounts.self_service import trail
from accounts.self_service.presence import Presence, demand
from tenants.configuration import ApplicationConfiguration


def delete(*, application: ApplicationConfiguration, end_user: EndUser, presence: Presence, now: datetime) -> None:
    """Delete the end user with sessions, identities and history; the trail keeps that there was one.

    Raises what `presence.demand` raises, and EndUserGone for whoever comes second.
    """
    demand(application=application, end_user=end_user, presence=presence, now=now)
    with transaction.atomic():
        row = EndUser.objects.select_for_update().filter(pk=end_user.pk).first()  # so that no session begins meanwhile
        if row is None:
            raise EndUserGone
        row.delete()
        trail.record("end_user.delete", end_user, now)
