"""Django's PostgreSQL backend for a server that may restart, be away or hang, or be reached through a pooler.

Django finds the class by the name of this module: the ENGINE of the database is `ciam.postgresql`.
"""

from typing import Any

from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base
from psycopg import OperationalError

from ciam.postgresql.connections import Outage, is_stale
from ciam.postgresql.cursor import Cursor

STATEMENT_MILLISECONDS = 5_000
LOCK_MILLISECONDS = 1_000


class DatabaseWrapper(base.DatabaseWrapper):
    """Hands out pooled connections that are alive, and fails at once while the server is known to be away.

    Their cursors tell the database whose rows a statement may reach.
    """

    def get_connection_params(self) -> dict[str, Any]:
        return super().get_connection_params() | {"cursor_factory": Cursor}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return a connection; raises OperationalError if there is none in time."""
        if Outage.is_known() and not self._has_idle_connection():
            raise OperationalError("The database was away a moment ago.")
        try:
            return self._live_connection(conn_params)
        except OperationalError:
            Outage.begin()
            raise

    def _has_idle_connection(self) -> bool:
        return self.pool is not None and self.pool.get_stats().get("pool_available", 0) > 0

    def _live_connection(self, conn_params: dict[str, Any]) -> Any:
        """Leave out pooled connections that the server has closed meanwhile; the pool replaces them."""
        connection = super().get_new_connection(conn_params)
        while self.pool is not None and is_stale(connection):
            connection.close()
            self.pool.putconn(connection)
            connection = super().get_new_connection(conn_params)
        return connection

    def _configure_connection(self, connection: Any) -> bool:
        """Set the limits of statements and locks, unless a pooler lends its connections to others in between.

        A pooler answers with a process id of its own. Nothing of the session may be relied on behind one: neither
        prepared statements nor limits, which the role has to bring (docs/operations.md).
        """
        is_changed = bool(super()._configure_connection(connection))  # type: ignore[misc] # the stubs have no pool
        if connection.execute("SELECT pg_backend_pid()", prepare=False).fetchone()[0] != connection.info.backend_pid:
            connection.prepare_threshold = None
            return is_changed
        if self.alias == NO_DB_ALIAS:  # for making databases, which takes its time
            return is_changed
        connection.execute(
            f"""SELECT set_config('statement_timeout', '{STATEMENT_MILLISECONDS}', false),
                       set_config('lock_timeout', '{LOCK_MILLISECONDS}', false)""",
            prepare=False,
        )
        return True

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc] # the stubs leave it out
        self.connection.reach = None  # it is what it was at the savepoint
