"""Sessions go a day after their end, with their tokens; those that live stay."""

import pytest
from django.core.management import call_command

from tests.factories import make_application
from tests.tokens.test_sessions import make_user, renew, sign_in
from tokens.models import RefreshToken, Session

pytestmark = pytest.mark.django_db


def test_what_ended_a_day_ago_goes_and_what_lives_stays(pass_time, capsys):
    application = make_application(refresh_ttl_seconds=100_000)
    end_user = make_user(application)
    sign_in(application, end_user, "old")
    pass_time(100_000 + 86_000)
    call_command("prune")
    assert Session.objects.count() == 1
    living = sign_in(application, end_user, "new")

    pass_time(401)
    call_command("prune")

    assert list(Session.objects.values_list("device_id", flat=True)) == ["new"]
    assert RefreshToken.objects.count() == 1
    assert renew(application, living.refresh_token, "new")
    assert "rows deleted." in capsys.readouterr().out
