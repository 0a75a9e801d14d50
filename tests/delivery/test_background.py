"""What is handed over once a request is answered: no answer waits for it."""

import threading
import time

import pytest

from otp.delivery import background
from otp.delivery.background import Background

pytestmark = pytest.mark.embedded


@pytest.fixture
def started() -> Background:
    found = Background()
    found.start()
    return found


def test_a_process_without_threads_runs_a_job_at_once():
    ran_in: list[threading.Thread] = []

    Background().put(lambda: ran_in.append(threading.current_thread()))

    assert ran_in == [threading.current_thread()]


def test_a_job_runs_after_its_request_in_another_thread(started):
    ran: list[tuple[threading.Thread, float]] = []

    put_at = time.monotonic()
    started.put(lambda: ran.append((threading.current_thread(), time.monotonic())))
    started.stop()

    ((thread, ran_at),) = ran
    assert thread is not threading.current_thread()
    assert ran_at >= put_at + background.DELAY_SECONDS


def test_a_job_that_hangs_keeps_nobody_from_putting_more_and_what_does_not_fit_is_dropped(started, monkeypatch, caplog):
    monkeypatch.setattr(background, "DELAY_SECONDS", 0)
    released = threading.Event()
    ran: list[int] = []

    for _ in range(background.THREADS):
        started.put(lambda: ran.append(released.wait(30)))
    while not started._waiting.empty():
        time.sleep(0.01)
    for _ in range(background.MOST_WAITING + 1):
        started.put(lambda: ran.append(1))
    released.set()
    started.stop()

    assert len(ran) == background.THREADS + background.MOST_WAITING
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_a_job_that_fails_is_logged_and_the_next_one_runs(started, caplog):
    ran: list[int] = []

    for _ in range(background.THREADS):
        started.put(lambda: 1 / 0)
    started.put(lambda: ran.append(1))
    started.stop()

    assert ran == [1]
    assert "ZeroDivisionError" in caplog.text


def test_stopping_waits_no_longer_than_it_may(started, monkeypatch):
    monkeypatch.setattr(background, "STOP_SECONDS", 0)
    released = threading.Event()
    started.put(lambda: released.wait(30) and None)

    started.stop()

    released.set()
