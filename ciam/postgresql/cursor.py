"""A cursor that tells the database whose rows a statement may reach, in the same transaction and round trip.

A pipeline of psycopg's own does so as well, but writes to the socket three times and costs 35 microseconds a
statement; this costs 6. It relies on the inside of the psycopg version that is locked: tests/tenants/test_reach.py.
"""

from collections.abc import Generator, Iterator
from typing import Any

from psycopg import Cursor as PsycopgCursor
from psycopg import OperationalError
from psycopg._preparing import Key, Prepare
from psycopg._queries import PostgresQuery
from psycopg.generators import fetch_many, send
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

from tenants import isolation

SETTING = "SELECT set_config('ciam.tenant', %s, true)"
Steps = Generator[Any, Any, Any]
Message = tuple[Key | None, Prepare, bytes]  # the key where the cache of prepared statements waits for the result


class Cursor(PsycopgCursor[Any]):
    """`reach`, an attribute of the connection, is what its transaction has been told; None if that is not known."""

    _conn: Any

    def _start_query(self, query: Any = None) -> Steps:
        if self._pgconn.transaction_status == TransactionStatus.IDLE:
            self._conn.reach = isolation.NO_TENANT
        yield from super()._start_query(query)

    def _maybe_prepare_gen(
        self, pgq: PostgresQuery, *, prepare: bool | None = None, binary: bool | None = None
    ) -> Steps:
        reach = isolation.current()
        is_aborted = self._pgconn.transaction_status == TransactionStatus.INERROR
        if reach == self._conn.reach or is_aborted or self._conn._pipeline:
            yield from super()._maybe_prepare_gen(pgq, prepare=prepare, binary=binary)
            return
        self._pgconn.enter_pipeline_mode()
        try:
            setting = self._send(self._convert_query(SETTING, (reach,)), prepare=True, binary=None)
            sent = [*setting, *self._send(pgq, prepare=prepare, binary=binary)]
            self._pgconn.pipeline_sync()
            yield from send(self._pgconn)
            results = yield from self._fetch(sent)
        finally:
            if self._pgconn.status != ConnStatus.BAD:
                self._pgconn.exit_pipeline_mode()
        self._conn.reach = reach
        self._set_results(results)

    def _send(self, query: PostgresQuery, *, prepare: bool | None, binary: bool | None) -> Iterator[Message]:
        """Send a statement, and before it, where that is due, what prepares it."""
        prepared = self._conn._prepared
        prep, name = self._get_prepared(query, prepare)
        if prep is Prepare.SHOULD:
            self._send_prepare(name, query)
            yield prepared.key(query), prep, name
        if prep is Prepare.NO:
            self._execute_send(query, force_extended=True, binary=binary)
        else:
            self._send_query_prepared(name, query, binary=binary)
        key = prepared.maybe_add_to_cache(query, prep, name)
        yield None if prep is Prepare.SHOULD else key, prep, name

    def _fetch(self, messages: list[Message]) -> Generator[Any, Any, list[PGresult]]:
        """Fetch what came of each message, up to the end of the pipeline, and return the results of the last."""
        fetched: list[list[PGresult]] = []
        while (results := (yield from fetch_many(self._pgconn))) and results[0].status != ExecStatus.PIPELINE_SYNC:
            fetched.append(results)
        for (key, prep, name), results in zip(messages, fetched, strict=False):
            if key is not None:
                self._conn._prepared.validate(key, prep, name, results)
        for results in fetched:
            self._check_results(results)
        if len(fetched) < len(messages):
            raise OperationalError("The connection was lost.")
        return fetched[-1]
