import os
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from otp.models import Challenge
from tenants import callers, clock
from tests.clients import TencentClient
from tests.factories import SECRET, make_application

pytestmark = pytest.mark.django_db


def database_time() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {clock.expression()}", ())
        return clock.stored(cursor.fetchone()[0])


def test_now_is_the_databases_time_in_utc():
    """S-29, S-100."""
    before, now, after = database_time(), clock.now(), database_time()

    assert before <= now <= after
    assert now.utcoffset() == timedelta()
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_time_zone_of_the_host_changes_nothing(zone):
    """S-100."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone
    time.tzset()
    try:
        assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    finally:
        os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
        time.tzset()


def test_now_goes_on_within_a_transaction():
    """S-100."""
    first = clock.now()
    time.sleep(0.02)

    assert clock.now() > first


def test_a_caller_is_read_with_the_time_of_that_read(pass_time):
    """S-29."""
    application = make_application()
    pass_time(3_600)
    before = clock.now()

    caller = callers.authenticate(
        client_id=application.client_id, client_secret=SECRET, tenant_id=None, source="192.0.2.7"
    )

    assert before <= caller.now <= clock.now()


def test_a_request_has_one_time(pass_time):
    """S-29."""
    pass_time(-86_400)
    before = clock.now()

    TencentClient(make_application()).send(usage="signup", phone_number="13612345678")

    challenge = Challenge.objects.get()
    assert before <= challenge.created_at <= clock.now()
    assert challenge.code_expires_at == challenge.created_at + timedelta(seconds=60)
    assert challenge.token_expires_at == challenge.created_at + timedelta(seconds=300)


def test_tests_move_time_on_from_where_it_is(pass_time):
    start = clock.now()

    pass_time(61)
    pass_time(239)

    assert timedelta(seconds=300) <= clock.now() - start < timedelta(seconds=305)


@pytest.mark.parametrize(
    "value",
    [
        "2024-02-29 23:59:59.123",
        "2024-02-29T23:59:59.123+00:00",
        "2024-03-01 07:59:59.123+08:00",
        datetime(2024, 2, 29, 23, 59, 59, 123_000),  # noqa: DTZ001 - as SQLite's adapter returns it
        datetime(2024, 2, 29, 23, 59, 59, 123_000, tzinfo=UTC),
    ],
    ids=str,
)
def test_stored_times_are_utc_unless_they_say_otherwise(value):
    assert clock.stored(value) == datetime(2024, 2, 29, 23, 59, 59, 123_000, tzinfo=UTC)
    assert clock.stored(value).tzinfo is not None
