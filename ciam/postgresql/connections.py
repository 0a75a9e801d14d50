"""Connections to PostgreSQL that notice a server which is silent, gone or read-only."""

import select
import time
from typing import Any, ClassVar

import psycopg
from psycopg import errors

from ciam.postgresql import patience
from tenants import isolation

OUTAGE_SECONDS = 1.0


class Outage:
    """The last failure to reach the server, known to all threads of the process."""

    _until: ClassVar[float] = 0.0  # of the monotonic clock

    @classmethod
    def begin(cls) -> None:
        """Let others fail at once for a second, so that no queue forms behind those that wait."""
        cls._until = time.monotonic() + OUTAGE_SECONDS

    @classmethod
    def is_known(cls) -> bool:
        return time.monotonic() < cls._until


class Connection(psycopg.Connection[Any]):
    """A connection that closes itself if the server is silent for too long, and its pool's idle ones with it.

    `statement_timeout` is kept by the server, so it does not help where the server hangs or the network is cut.
    `reach` is what its transaction was told of whose rows it may reach; None if that is not known.
    """

    reach: str | None = isolation.NO_TENANT

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """As psycopg's; raises OperationalError also for a server that is read-only: a failover leaves such ones."""
        try:
            return super().wait(gen, interval, timeout or patience.seconds())
        except errors._WaitTimeout:  # psycopg asks callers to convert it
            self.pgconn.finish()
            Outage.begin()
            pool = getattr(self, "_pool", None)
            if pool is not None:
                pool.drain()
            raise psycopg.OperationalError("The database was silent for too long.") from None
        except errors.ReadOnlySqlTransaction as error:
            raise psycopg.OperationalError("The database is read-only.") from error


def is_stale(connection: psycopg.Connection[Any]) -> bool:
    """Return whether the server has closed an idle connection: a live one has nothing to read."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
