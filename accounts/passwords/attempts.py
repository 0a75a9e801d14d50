"""Wrong passwords since the last right one, as the user's own document tells of them (contract plusauth §4)."""

from uuid import UUID

from django.db.models import F

from accounts.models import EndUser

MOST = 20_000


def count_wrong(end_user_id: UUID) -> None:
    EndUser.objects.filter(pk=end_user_id, login_attempts__lt=MOST).update(login_attempts=F("login_attempts") + 1)


def forget(end_user_id: UUID) -> None:
    EndUser.objects.filter(pk=end_user_id, login_attempts__gt=0).update(login_attempts=0)
