"""S-103: whatever others put into the broker is dropped, and the worker goes on."""

import base64
import copy
import json
import pickle
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from celery import Celery

from ciam import broker
from ciam.broker import ForeignMessage
from otp.delivery import tasks
from otp.delivery.models import Delivery
from tests.delivery.senders import make_delivery, make_gateway_sender, make_limited_tenant
from tests.factories import make_application
from tests.servers import until

DELIVERY = uuid4().hex
REMOVED = object()


def encoded(body: Any) -> str:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return base64.b64encode(raw).decode()


def make_message(*, body: Any = None, headers: Any = None, properties: Any = None, **outer: Any) -> dict[str, Any]:
    """A message as Celery publishes it; a dict changes entries of its part, anything else replaces the part."""
    task_id = str(uuid4())
    message: dict[str, Any] = {
        "body": encoded([[], {"delivery_id": DELIVERY}, {"callbacks": None, "errbacks": None, "chain": None}]),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {
            "lang": "py",
            "task": tasks.deliver.name,
            "id": task_id,
            "eta": None,
            "expires": None,
            "retries": 0,
            "timelimit": [None, None],
            "root_id": task_id,
        },
        "properties": {
            "correlation_id": task_id,
            "delivery_mode": 2,
            "delivery_info": {"exchange": "", "routing_key": "celery"},
            "priority": 0,
            "body_encoding": "base64",
            "delivery_tag": str(uuid4()),
        },
    }
    for part, change in (("headers", headers), ("properties", properties)):
        if isinstance(change, dict):
            message[part] |= change
        elif change is not None:
            message[part] = None if change is REMOVED else change
    if body is not None:
        message["body"] = body
    return message | outer


class Dangerous:
    """Unpickled, it would leave a file behind."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.file,)


# Most of these end a worker of bare Celery 5.7, some of them again after each restart.
FOREIGN: dict[str, Any] = {
    "a number": 42,
    "null": None,
    "a list": [],
    "a text": "x",
    "an empty object": {},
    "no headers": make_message(headers=REMOVED),
    "headers that are a list": make_message(headers=[]),
    "headers that are a text": make_message(headers="x"),
    "no properties": make_message(properties=REMOVED),
    "a tag that is an object": make_message(properties={"delivery_tag": {}}),
    "a body that is no base64": make_message(body="!!!!"),
    "a body that is a number": make_message(body=5),
    "a body that is no JSON": make_message(body=encoded(b"{")),
    "a body that is too deep": make_message(body=encoded(b"[" * 100_000)),
    "a body of another form": make_message(body=encoded({"x": 1})),
    "a body without its third part": make_message(body=encoded([[], {}])),
    "a task that is an object": make_message(headers={"task": {}}),
    "a task that is null": make_message(headers={"task": None}),
    "an id that is an object": make_message(headers={"id": {}}),
    "an expiry that is an object": make_message(headers={"expires": {}}),
    "an expiry that is no time": make_message(headers={"expires": "soon"}),
    "an unknown task": make_message(headers={"task": "os.system"}),
    "a task of Celery's own": make_message(headers={"task": "celery.backend_cleanup"}),
    "positional arguments": make_message(body=encoded([["x"], {}, {}])),
    "arguments that are a list": make_message(body=encoded([[], [], {}])),
    "yaml": make_message(**{"content-type": "application/x-yaml", "body": encoded(b"!!python/object/apply:exit []")}),
    "the first protocol": make_message(headers=[], body=encoded({"task": "otp.deliver", "id": "x", "kwargs": {}})),
}
# What a message says beside its task, arguments and expiry is not looked at, so it can do no harm.
EMBELLISHED: dict[str, Any] = {
    "an encoding that nobody knows": make_message(**{"content-encoding": "x", "content-type": {}}),
    "a compression": make_message(headers={"compression": "application/x-bz2"}),
    "limits that are a number": make_message(headers={"timelimit": 5}),
    "stamps that are a number": make_message(headers={"stamps": 5, "stamped_headers": 7}),
    "a time in a thousand years": make_message(headers={"eta": "3000-01-01T00:00:00"}),
    "retries that are a text": make_message(headers={"retries": "x", "group": "x"}),
    "an answer to nobody": make_message(properties={"reply_to": {}, "correlation_id": []}),
    "a route to nowhere": make_message(properties={"delivery_info": {"exchange": {}, "routing_key": []}}),
    "a second task to run": make_message(
        body=encoded([[], {"delivery_id": DELIVERY}, {"callbacks": [{"task": "otp.prune"}], "errbacks": 5}])
    ),
}
# Ours in form, but for nothing that there is.
POINTLESS: dict[str, Any] = {
    "a delivery that is none": make_message(),
    "an id that is none": make_message(body=encoded([[], {"delivery_id": "x'; DROP TABLE"}, {}])),
    "an id that is a number": make_message(body=encoded([[], {"delivery_id": 5}, {}])),
    "no id": make_message(body=encoded([[], {}, {}])),
    "something long past": make_message(headers={"expires": "2000-01-01T00:00:00+00:00"}),
}


@pytest.mark.parametrize("message", FOREIGN.values(), ids=FOREIGN)
def test_foreign_message_is_refused(message):
    with pytest.raises(ForeignMessage):
        broker.genuine(copy.deepcopy(message))


@pytest.mark.parametrize("message", EMBELLISHED.values(), ids=EMBELLISHED)
def test_only_task_arguments_and_expiry_are_taken(message):
    taken = broker.genuine(message)

    args, kwargs, embedded = json.loads(base64.b64decode(taken["body"]))
    assert (args, kwargs, embedded) == ([], {"delivery_id": DELIVERY}, {})
    assert set(taken["headers"]) == {"lang", "task", "id", "expires"}
    assert (taken["content-type"], taken["content-encoding"]) == ("application/json", "utf-8")


def test_own_message_is_taken():
    message = make_message(headers={"task": tasks.redrive.name, "expires": "2026-01-01T00:00:00+00:00"})

    taken = broker.genuine(message)

    assert taken["headers"]["task"] == tasks.redrive.name
    assert taken["headers"]["expires"] == "2026-01-01T00:00:00+00:00"
    assert taken["properties"]["delivery_tag"] == message["properties"]["delivery_tag"]


def assert_worker_is_well(rig, gateway) -> None:
    """The same process as before delivers the next code, and has put nothing aside to choke on later."""
    application = make_application()
    make_gateway_sender(application.tenant, gateway.url)
    answer = rig.post(application, "/otp/send", {"usage": "signup", "phone_number": "13612345678"})

    assert answer.status == 200
    until(lambda: len(gateway.received) == 1, within=5)
    assert rig.worker.is_alive()
    until(lambda: not rig.broker().exists("celery", "unacked"), within=5)
    assert rig.get("/readyz").status == 200


@pytest.mark.servers
def test_worker_outlives_everything_that_is_pushed(rig, gateway, tmp_path):
    worker = rig.worker.running.pid
    unpickled = encoded(pickle.dumps(([Dangerous(tmp_path / "unpickled")], {}, {})))
    pickled = make_message(**{"content-type": "application/x-python-serialize", "body": unpickled})
    messages = [pickled, *FOREIGN.values(), *EMBELLISHED.values(), *POINTLESS.values()]

    for raw in ("", "garbage", b"\xff\xfe\x00", "[" * 100_000, *map(json.dumps, messages)):
        rig.broker().lpush("celery", raw)

    assert_worker_is_well(rig, gateway)
    assert rig.worker.running.pid == worker
    assert list(tmp_path.iterdir()) == []


@pytest.mark.servers
def test_forged_id_of_a_finished_delivery_sends_nothing(rig, gateway):
    application = make_application(make_limited_tenant())
    make_gateway_sender(application.tenant, gateway.url)
    sent = make_delivery(application, status=Delivery.Status.SENT).delivery
    forged = make_message(body=encoded([[], {"delivery_id": sent.id.hex, "code": "000000", "to": "+861"}, {}]))

    for _ in range(5):
        rig.broker().lpush("celery", json.dumps(forged))

    until(lambda: not rig.broker().exists("celery", "unacked"), within=5)
    assert gateway.received == []


@pytest.mark.servers
def test_worker_is_not_commanded(rig, gateway):
    """Celery's remote control, but for the ping of /readyz: stopping, limiting, or revoking would stop the codes."""
    worker = rig.worker.running.pid
    intruder = Celery("intruder", broker=rig.redis_url, set_as_current=False)

    intruder.control.shutdown()
    intruder.control.rate_limit("otp.deliver", "1/h")
    intruder.control.cancel_consumer("celery")
    intruder.control.broadcast("pool_shrink", arguments={"n": 16})
    for raw in ("garbage", "null", "{}", '{"body": 5, "properties": {}}', '{"method": "shutdown"}'):
        rig.broker().publish("/0.celery.pidbox", raw)

    rig.wait_until_ready(within=10)
    assert_worker_is_well(rig, gateway)
    assert rig.worker.running.pid == worker
