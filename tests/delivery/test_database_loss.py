"""S-97: PostgreSQL ends connections while users sign up; what was answered 200 is there, and all is well soon."""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from accounts.models import EndUser
from otp.delivery.models import Delivery
from tests.delivery.senders import make_gateway_sender
from tests.factories import make_application
from tests.servers import Rig, until

pytestmark = pytest.mark.servers

SIGN_UPS, CALLERS, ENDS = 300, 8, 20


def end_connections(rig: Rig) -> None:
    """Those of web and worker, as a restart of PostgreSQL does."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            [rig.database],
        )


def test_what_was_acknowledged_is_whole_and_nothing_is_half(rig):
    application = make_application(authentication=("username",), password_source={"strength": "low"})

    def sign_up(number: int):
        return rig.post(application, "/signup", {"username": f"user{number}", "password": "tqzvkwpx"})

    with ThreadPoolExecutor(CALLERS) as callers:
        asked = [callers.submit(sign_up, number) for number in range(SIGN_UPS)]
        for _ in range(ENDS):
            end_connections(rig)
            time.sleep(0.1)
        answers = [one.result() for one in asked]

    statuses = Counter(answer.status for answer in answers)
    assert set(statuses) == {200, 503}, statuses
    assert {answer.body["error"] for answer in answers if answer.status == 503} == {"temporarily_unavailable"}
    users = EndUser.objects.filter(tenant=application.tenant)
    assert {answer.body["sub"] for answer in answers if answer.status == 200} <= {user.sub for user in users}
    assert all(user.password and user.password_history.count() == 1 for user in users)
    until(lambda: sign_up(SIGN_UPS).status in (200, 400), within=10)
    assert rig.get("/readyz").status == 200


def test_worker_that_loses_the_database_in_the_middle_of_a_delivery_goes_on(rig, gateway):
    """It does not wait for the schedule, which would find the delivery after ten seconds, and sends no second copy."""
    application = make_application()
    make_gateway_sender(application.tenant, gateway.url)

    def lose_database(connection) -> None:
        rig.link.cut()
        threading.Timer(0.5, rig.link.mend).start()
        gateway.behave = None
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    gateway.behave = lose_database
    answer = rig.post(application, "/otp/send", {"usage": "signup", "phone_number": "13612345678"})

    seconds = until(lambda: Delivery.objects.filter(tenant=application.tenant, status="sent").exists(), within=5)
    assert answer.status == 200
    assert seconds < 3
    assert len(gateway.received) == 1
