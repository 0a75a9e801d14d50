"""A fault between the end user and the session leaves neither, so that the same call works when it is made again."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection

from accounts.models import EndUser, Identity
from tests.dialects.cloudbase.clients import PHONE, CloudBaseClient
from tests.dialects.cloudbase.signed_in import Stranger
from tests.factories import make_application, make_tenant
from tests.third_party.rows import make_partner_application, make_token

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@contextmanager
def locked(table: str) -> Iterator[None]:
    """Somebody else has locked the table."""
    settings = connection.settings_dict
    server = {"host": settings["HOST"], "port": settings["PORT"], "user": settings["USER"], "dbname": settings["NAME"]}
    with psycopg.connect(**server, password=settings["PASSWORD"]) as other:
        other.execute(f"LOCK TABLE {table}")
        yield


def answers(call) -> tuple[int, int]:
    """The statuses while no session can be stored, and after that."""
    with locked("tokens_session"):
        refused = call()
    return refused.status_code, call().status_code


def test_sign_up_by_a_proven_address():
    client = CloudBaseClient(make_application(password_source={}))
    token = client.verification_token(phone_number=PHONE)

    statuses = answers(lambda: client.post("/signup", phone_number=PHONE, verification_token=token))

    assert statuses == (503, 200)
    assert EndUser.objects.count() == 1


@pytest.mark.parametrize("path", ["signup", "signin/with/provider"])
def test_sign_up_by_an_identity(path):
    application = make_partner_application(make_tenant())
    token = make_token(application)

    statuses = answers(lambda: Stranger(application).post(path, {"provider_token": token}))

    assert statuses == (503, 200)
    assert (EndUser.objects.count(), Identity.objects.count()) == (1, 1)


@pytest.mark.parametrize("path", ["signup", "signin/with/provider"])
def test_end_user_who_has_to_verify_an_address_is_made_without_a_session(path):
    application = make_partner_application(make_tenant(force_email_verification=True), authentication=("email",))
    token = make_token(application, email="mei@example.com")

    refused = Stranger(application).post(path, {"provider_token": token})

    assert (refused.status_code, refused.json()["error"]) == (403, "user_pending")
    assert EndUser.objects.get().email == "mei@example.com"
