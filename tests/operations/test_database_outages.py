"""A database that is silent, cut off, restarted, read-only or locked: callers are answered soon, and all heals soon."""

import os
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import psycopg
import pytest

from tests.factories import make_application
from tests.servers import Answer, Process, Rig, database_url, until

pytestmark = pytest.mark.servers

CALLERS = 24  # three times as many as there are threads
AS_MANY_AS_THREADS = 8
numbers = count()


def send(rig: Rig, application) -> Answer:
    return rig.post(application, "/otp/send", {"usage": "signup", "phone_number": f"137{next(numbers):08d}"})


def call_for(seconds: float, call, callers: int = CALLERS) -> list[Answer]:
    """The answers of many callers, each of whom calls again and again."""
    end = time.monotonic() + seconds

    def go_on(_: int) -> list[Answer]:
        answers = []
        while time.monotonic() < end:
            answers.append(call())
        return answers

    with ThreadPoolExecutor(callers) as pool:
        return [answer for answers in pool.map(go_on, range(callers)) for answer in answers]


@pytest.mark.parametrize("fault", ["silence", "cut"])
def test_every_call_is_answered_in_time_while_the_database_is_away(rig, fault):
    application = make_application()
    call_for(0.5, lambda: send(rig, application))  # connections to lose
    getattr(rig.link, fault)()

    with ThreadPoolExecutor(1) as other:
        health = other.submit(call_for, 6, lambda: rig.get("/healthz"))
        answers = call_for(6, lambda: send(rig, application))
    rig.link.mend()
    until(lambda: send(rig, application).status == 200, within=3)

    assert {(answer.status, answer.body["error"]) for answer in answers} == {(503, "temporarily_unavailable")}
    assert {answer.status for answer in health.result()} == {200}
    assert max(answer.seconds for answer in answers) < 3
    assert max(answer.seconds for answer in health.result()) < 3


def test_connections_that_were_closed_while_idle_cost_nobody_an_error(rig):
    """As after a restart of PostgreSQL: each pooled connection is dead, and the server is back."""
    application = make_application()
    call_for(0.5, lambda: send(rig, application))
    rig.link.end_connections()
    time.sleep(0.5)

    answers = call_for(1, lambda: send(rig, application))

    assert Counter(answer.status for answer in answers) == {200: len(answers)}


def test_read_only_database_is_unavailable(rig):
    """As after a failover to a replica that was not promoted."""
    application = make_application()
    set_read_only(rig, "on")
    try:
        rig.link.end_connections()
        answers = [send(rig, application) for _ in range(3)]
        ready = rig.get("/readyz")
    finally:
        set_read_only(rig, "off")
        rig.link.end_connections()

    assert {(answer.status, answer.body["error"]) for answer in answers} == {(503, "temporarily_unavailable")}
    assert (ready.status, ready.body["database"]) == (503, "unavailable")
    until(lambda: send(rig, application).status == 200, within=3)


def set_read_only(rig: Rig, value: str) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(f'ALTER DATABASE "{rig.database}" SET default_transaction_read_only = {value}')


def test_table_that_somebody_locks_holds_a_call_up_for_a_second(rig):
    application = make_application()
    with psycopg.connect(database_url(rig.database)) as other:
        other.execute("LOCK TABLE otp_challenge")
        answers = call_for(1, lambda: send(rig, application), AS_MANY_AS_THREADS)

    assert {answer.status for answer in answers} == {503}
    assert max(answer.seconds for answer in answers) < 3


def test_killed_web_process_is_replaced_while_the_others_serve_on(rig):
    application = make_application()
    first, *_ = children = children_of(rig.web)

    os.kill(first, signal.SIGKILL)
    answers = call_for(2, lambda: send(rig, application))

    assert rig.web.is_alive()
    lost = [answer for answer in answers if answer.status == 0]
    assert len(lost) <= CALLERS
    assert {answer.status for answer in answers} <= {0, 200}
    until(lambda: len(children_of(rig.web)) == len(children), within=5)


def children_of(process: Process) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def test_web_ends_within_its_grace_while_the_database_is_silent(rig):
    application = make_application()
    rig.link.silence()

    with ThreadPoolExecutor(4) as callers:
        asked = [callers.submit(send, rig, application) for _ in range(4)]
        time.sleep(0.3)
        started = time.monotonic()
        rig.web.stop()
        seconds = time.monotonic() - started

    assert seconds < 10
    assert {one.result().status for one in asked} == {503}
