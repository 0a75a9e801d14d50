"""An end user's sessions on their page, and their end."""

import pytest

from tenants import clock
from tenants.models import AuditEntry
from tests.administration.pages import StaffBrowser, address_of
from tests.factories import configuration_of, make_application
from tokens import sessions
from tokens.errors import InvalidGrant

pytestmark = pytest.mark.django_db


def test_sessions_are_listed_and_ended(pass_time):
    application, browser = make_application(), StaffBrowser()
    configuration = configuration_of(application)
    end_user = application.tenant.end_users.create(username="mei", username_typed="mei")
    tokens = sessions.sign_in(
        application=configuration,
        end_user=end_user,
        device_id="the-telephone-of-mei",
        scope="user",
        provider_type="",
        client_authenticated=False,
        now=clock.now(),
    )
    assert "the-telephone-of-mei" in browser.get(address_of(end_user)).content.decode()

    assert browser.post(address_of(end_user, "status"), {"verb": "sign_out"}).status_code == 302

    with pytest.raises(InvalidGrant):
        sessions.renew(
            application=configuration,
            token=tokens.refresh_token,
            device_id="the-telephone-of-mei",
            client_authenticated=False,
            now=clock.now(),
        )
    assert "Nowhere signed in" in browser.get(address_of(end_user)).content.decode()
    assert AuditEntry.objects.get(event="session.end_all").actor == "staff:root"
