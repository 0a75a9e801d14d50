"""What an administrator does to an end user: block, freeze, let in again."""

from datetime import datetime

from django.db import transaction

from accounts.models import EndUser
from tenants import audit


def set_status(end_user: EndUser, status: str, now: datetime) -> bool:
    """Change the status, and end the sessions of who is not normal any more; whether there was anything to change."""
    values = {"status": status} | ({"sessions_valid_from": now} if status != EndUser.Status.NORMAL else {})
    with transaction.atomic():
        before = EndUser.objects.select_for_update(no_key=True).values_list("status", flat=True).get(pk=end_user.pk)
        if before == status:
            return False
        EndUser.objects.filter(pk=end_user.pk).update(**values)
        audit.record(
            "end_user.status",
            tenant_id=end_user.tenant_id,
            now=now,
            subject=f"end user {end_user.sub}",
            about=end_user.pk,
            detail={"before": {"status": before}, "after": {"status": status}},
        )
    return True
