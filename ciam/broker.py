"""Redis as the broker: workers survive its loss, and whatever is put into it by others (S-95, S-103)."""

# mypy: allow-untyped-calls
# Kombu has few types.

import base64
import json
import logging
from datetime import datetime
from queue import Empty
from typing import Any

from celery import current_app
from celery.app.amqp import AMQP
from kombu import connection
from kombu.transport import redis
from redis import ResponseError

logger = logging.getLogger(__name__)


class ForeignMessage(Exception):
    """Nobody of ours publishes such a message."""


def genuine(message: Any) -> dict[str, Any]:
    """The message with nothing in it but a task of ours, its named arguments, and its expiry.

    Celery trusts the rest, and a worker ends over much of it, again after each restart. Raises ForeignMessage.
    """
    try:
        headers, properties = message["headers"], message["properties"]
        task, task_id, tag, expires = headers["task"], headers["id"], properties["delivery_tag"], headers.get("expires")
        args, kwargs, _ = json.loads(base64.b64decode(message["body"], validate=True))
        names = [task, task_id, tag, *kwargs]
        is_known = task in current_app.tasks and not task.startswith("celery.")
        if not is_known or args != [] or not isinstance(kwargs, dict) or not all(isinstance(one, str) for one in names):
            raise ForeignMessage
        if expires is not None:
            datetime.fromisoformat(expires)
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError):
        raise ForeignMessage from None
    return {
        "body": base64.b64encode(json.dumps([args, kwargs, {}]).encode()).decode(),
        "content-type": "application/json",
        "content-encoding": "utf-8",
        "headers": {"lang": "py", "task": task, "id": task_id, "expires": expires},
        "properties": {
            "correlation_id": task_id,
            "delivery_tag": tag,
            "delivery_info": {"exchange": "", "routing_key": "celery"},
            "body_encoding": "base64",
        },
    }


class Channel(redis.Channel):
    """Drops what cannot be read, and knows when its connection is gone, where Kombu's own would end the worker."""

    _kept_client: Any = None

    def __init__(self, *args: Any, **options: Any) -> None:
        """Raise ConnectionError if Redis takes no writes, as a replica: nothing can be read from a queue there."""
        super().__init__(*args, **options)
        try:
            self.client.delete("ciam:is-writable")
        except ResponseError as error:
            self.connection.cycle.discard(self)
            self._disconnect_pools()
            raise ConnectionError("Redis takes no writes.") from error

    def _get_pool(self, asynchronous: bool = False) -> Any:
        if self.connection is None or self.connection.client is None:
            raise ConnectionError("The connection was lost, and closed.")  # that it is misses an attribute in Kombu 5.7
        return super()._get_pool(asynchronous)

    def _create_client(self, asynchronous: bool = False) -> Any:
        """Keep the client of each pool; Kombu makes one for each message, which takes 0.3 ms."""
        if asynchronous:
            return super()._create_client(asynchronous=True)  # it has a connection of its own
        pool = self.pool
        if getattr(self._kept_client, "connection_pool", None) is not pool:
            self._kept_client = super()._create_client()
        return self._kept_client

    def _brpop_read(self, **options: Any) -> Any:
        return self._drop_unless_read(lambda: super(Channel, self)._brpop_read(**options))

    def _receive(self) -> Any:
        return self._drop_unless_read(super()._receive)

    def _drop_unless_read(self, read: Any) -> Any:
        try:
            return read()
        except (Empty, *self.connection_errors):
            raise
        except Exception as error:  # noqa: BLE001 - anybody who reaches Redis can put anything there
            logger.error("dropped a message that is none of ours (%s)", type(error).__name__)  # noqa: TRY400
            return True


class Transport(redis.Transport):
    """Takes an error that Redis answers for a lost connection: it changes its role, loads its data, or is full."""

    Channel = Channel
    connection_errors = (*redis.Transport.connection_errors, ResponseError)

    def _deliver(self, message: Any, queue: str) -> None:
        super()._deliver(genuine(message) if queue == current_app.conf.task_default_queue else message, queue)


class Connection(connection.Connection):
    """A connection whose loss is soon repaired."""

    def get_transport_cls(self) -> Any:
        found = super().get_transport_cls()
        return Transport if found is redis.Transport else found

    def ensure_connection(self, *args: Any, **options: Any) -> Any:
        """Look for Redis every two seconds; Celery's own waits grow to half a minute."""
        return super().ensure_connection(*args, **options, interval_step=0)


class Amqp(AMQP):  # type: ignore[misc]
    Connection = Connection
