"""Whole sign-ups by code while one part after the other breaks: nothing acknowledged is lost, nothing happens twice.

A short run of some faults; all of them, each for as long as it says: `CIAM_FAULTS=all CIAM_FAULT_SECONDS=9 make
acceptance TESTS=tests/operations/test_faults.py`. It prints what callers saw (`-s`).
"""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from threading import Event
from typing import Any

import pytest

from accounts.models import EndUser
from otp.models import QuotaUse
from tenants.models import Application
from tests.delivery.gateways import Gateway
from tests.delivery.senders import make_gateway_sender, make_limited_tenant
from tests.factories import make_application
from tests.servers import Rig, until

pytestmark = pytest.mark.servers

CALLERS = 12
SECONDS = float(os.environ.get("CIAM_FAULT_SECONDS", "2"))
HEALED_WITHIN_SECONDS = 10
CODE_WITHIN_SECONDS = 25  # a worker that was killed leaves its message to the schedule
QUOTA = 100_000

Fault = Callable[[Rig, Gateway], None]


def children_of_web(rig: Rig, number: signal.Signals) -> None:
    with open(f"/proc/{rig.web.pid}/task/{rig.web.pid}/children") as children:
        os.kill(int(children.read().split()[0]), number)


def restart_worker(rig: Rig) -> None:
    if not rig.worker.is_alive():
        rig.worker.start()


def order(*command: str) -> Fault:
    def run(rig: Rig, gateway: Gateway) -> None:
        with rig.broker() as redis:
            redis.execute_command(*command)

    return run


def behave(**attributes: Any) -> Fault:
    def run(rig: Rig, gateway: Gateway) -> None:
        for name, value in attributes.items():
            setattr(gateway, name, getattr(gateway, value) if isinstance(value, str) else value)

    return run


FAULTS: dict[str, tuple[Fault, Fault]] = {
    "database silent": (lambda rig, _: rig.link.silence(), lambda rig, _: rig.link.mend()),
    "database cut off": (lambda rig, _: rig.link.cut(), lambda rig, _: rig.link.mend()),
    "connections ended": (lambda rig, _: rig.link.end_connections(), lambda *_: None),
    "redis killed": (lambda rig, _: rig.redis.kill(), lambda rig, _: rig.start_redis()),
    "redis hung": (lambda rig, _: rig.redis.signal(signal.SIGSTOP), lambda rig, _: rig.redis.signal(signal.SIGCONT)),
    "redis flushed": (order("FLUSHALL"), order("FLUSHALL")),
    "redis full": (order("CONFIG", "SET", "maxmemory", "1"), order("CONFIG", "SET", "maxmemory", "0")),
    "redis a replica": (order("REPLICAOF", "127.0.0.1", "1"), order("REPLICAOF", "NO", "ONE")),
    "web process killed": (lambda rig, _: children_of_web(rig, signal.SIGKILL), lambda *_: None),
    "worker killed": (lambda rig, _: rig.worker.kill(), lambda rig, _: restart_worker(rig)),
    "worker stopped": (lambda rig, _: rig.worker.stop(), lambda rig, _: restart_worker(rig)),
    "gateway refuses": (behave(status=500), behave(status=200)),
    "gateway hangs": (behave(behave="hang"), behave(behave=None)),
    "gateway resets": (behave(behave="reset"), behave(behave=None)),
}
SOME = ("database silent", "redis killed", "web process killed", "worker killed", "gateway refuses")


@dataclass
class Load:
    """Callers who sign up, one after the other, until they are stopped."""

    rig: Rig
    application: Application
    gateway: Gateway
    stopped: Event = field(default_factory=Event)
    numbers: "count[int]" = field(default_factory=count)
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    slowest: float = 0.0
    acknowledged: set[str] = field(default_factory=set)
    twice: int = 0

    def go_on(self) -> None:
        while not self.stopped.is_set():
            self.sign_up(f"137{next(self.numbers):08d}")

    def sign_up(self, number: str) -> None:
        sent = self._post("/otp/send", {"usage": "signup", "phone_number": number})
        code = self._code(number) if sent.status == 200 else None
        if code is None:
            return
        body = {"phone_number": number, "phone_number_otp_token": sent.body["otp_token"], "phone_number_otp": code}
        if self._post("/signup", body).status == 200:
            self.acknowledged.add(f"+86{number}")
            self.twice += self._post("/signup", body).status == 200

    def _post(self, path: str, body: Any) -> Any:
        answer = self.rig.post(self.application, path, body)
        self.answers[path, answer.status] += 1
        self.slowest = max(self.slowest, answer.seconds)
        return answer

    def _code(self, number: str) -> str | None:
        """Return the code that arrived; None if the load was stopped before one did."""
        end = time.monotonic() + CODE_WITHIN_SECONDS
        while time.monotonic() < end:
            if codes := self.gateway.codes(f"+86{number}"):
                return str(codes[-1])
            time.sleep(0.02)
        return None


@pytest.mark.parametrize("name", FAULTS if os.environ.get("CIAM_FAULTS") == "all" else SOME)
def test_sign_ups_survive(rig, gateway, name):
    tenant = make_limited_tenant(sms_quota=QUOTA)
    make_gateway_sender(tenant, gateway.url)
    load = Load(rig, make_application(tenant), gateway)
    break_it, mend = FAULTS[name]

    with ThreadPoolExecutor(CALLERS) as callers:
        running = [callers.submit(load.go_on) for _ in range(CALLERS)]
        time.sleep(1)
        break_it(rig, gateway)
        time.sleep(SECONDS)
        mend(rig, gateway)
        mended_at, before = time.monotonic(), len(load.acknowledged)
        until(lambda: len(load.acknowledged) > before, within=HEALED_WITHIN_SECONDS, else_tell=rig.state)
        healed = time.monotonic() - mended_at
        load.stopped.set()
        for caller in running:
            caller.result()

    print(f"\n{name}: {dict(load.answers)}, slowest {load.slowest:.1f} s, first sign-up after {healed:.1f} s")
    assert {status for _, status in load.answers} <= {0, 200, 400, 503}
    assert load.twice == 0
    assert set(EndUser.objects.filter(tenant=tenant).values_list("phone_number", flat=True)) >= load.acknowledged
    assert len({(one.body["to"], one.body["code"]) for one in gateway.received}) == len(
        {one.body["to"] for one in gateway.received}
    )
    delivered = len({one.body["id"] for one in gateway.received})
    until(lambda: QuotaUse.objects.get(tenant=tenant).used <= delivered, within=20)
