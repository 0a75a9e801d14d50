"""Clients that cost little: one event loop, one socket a client, HTTP/1.1 written by hand, codes read in batches."""

import asyncio
import base64
import itertools
import json
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg

CODE_WITHIN_SECONDS = 15
READER_PAUSE_SECONDS = 0.004
LATE_SECONDS = 20  # for what is under way when the time is over
MOST_FLOWS = 1_000_000
BODIES_KEPT = 5
CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
MOBILES = 13_000_000_000
CODES = "SELECT destination, code FROM delivery_outboxmessage WHERE destination = ANY(%s)"

_numbers = itertools.count(1)  # over all runs: nobody signs up twice


class Failed(Exception):
    """An answer that is not 200, or a code that did not come."""


class Connection(asyncio.Protocol):
    """One keep-alive connection with at most one request under way."""

    def __init__(self, headers: bytes) -> None:
        self._headers = headers
        self._received = b""
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, blank, rest = self._received.partition(b"\r\n\r\n")
        body = _whole_body(head, rest) if blank else None
        if body is not None and self._answer and not self._answer.done():
            self._received = b""
            self._answer.set_result((int(head[9:12]), body))

    def connection_lost(self, error: Exception | None) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_exception(Failed("The connection was closed."))

    @property
    def is_closed(self) -> bool:
        closing: bool = self._transport.is_closing()
        return closing

    async def post(self, path: bytes, values: dict[str, str]) -> dict[str, str]:
        """The body of a 200; raises Failed with the body of anything else."""
        body = json.dumps(values).encode()
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(
            b"POST %b HTTP/1.1\r\n%bContent-Length: %d\r\n\r\n%b" % (path, self._headers, len(body), body)
        )
        status, answer = await self._answer
        if status != 200:
            raise Failed(f"{status} {answer[:200].decode(errors='replace')}")
        found: dict[str, str] = json.loads(answer)
        return found


class Outbox:
    """Reads the codes for all clients that wait for one, with one statement at a time over one kept connection."""

    def __init__(self, connection: "psycopg.AsyncConnection[tuple[str, str]]") -> None:
        self._connection = connection
        self._waiting: dict[str, asyncio.Future[str]] = {}
        self._wanted = asyncio.Event()

    async def code_for(self, destination: str) -> str:
        """The code that was sent there; raises Failed when it does not come."""
        future = self._waiting[destination] = asyncio.get_running_loop().create_future()
        self._wanted.set()
        try:
            async with asyncio.timeout(CODE_WITHIN_SECONDS):
                return await future
        except TimeoutError:
            raise Failed("The code did not come.") from None
        finally:
            self._waiting.pop(destination, None)

    async def read(self) -> None:
        """Until cancelled."""
        while True:
            await self._wanted.wait()
            rows = await (await self._connection.execute(CODES, [list(self._waiting)])).fetchall()
            for destination, code in rows:
                future = self._waiting.pop(destination, None)
                if future and not future.done():
                    future.set_result(code)
            if not self._waiting:
                self._wanted.clear()
            await asyncio.sleep(READER_PAUSE_SECONDS)


async def send(http: Connection, outbox: Outbox) -> None:
    await http.post(b"/otp/send", {"usage": "signup", "phone_number": _new_number()})


async def sign_up_by_code(http: Connection, outbox: Outbox) -> None:
    number = _new_number()
    sent = await http.post(b"/otp/send", {"usage": "signup", "phone_number": number})
    code = await outbox.code_for(f"+86{number}")
    proof = {"phone_number": number, "phone_number_otp_token": sent["otp_token"], "phone_number_otp": code}
    await http.post(b"/signup", proof)


async def sign_up_by_password(http: Connection, outbox: Outbox) -> None:
    number = next(_numbers)
    await http.post(b"/signup", {"username": f"person{number}", "password": f"Quiet-Harbour-{number}"})


Flow = Callable[[Connection, Outbox], Awaitable[None]]
FLOWS: dict[str, Flow] = {"code": sign_up_by_code, "password": sign_up_by_password, "send": send}


@dataclass
class Run:
    """What the clients saw: milliseconds of each flow that ended well, and what the others were told."""

    seconds: float = 0
    milliseconds: list[float] = field(default_factory=list)
    errors: int = 0
    first_errors: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.milliseconds) + self.errors

    def percentile(self, share: float) -> float:
        ranked = sorted(self.milliseconds)
        return ranked[min(len(ranked) - 1, int(len(ranked) * share))] if ranked else 0.0


def request_headers(client_id: str, client_secret: str) -> bytes:
    pair = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
    lines = ("Host: localhost", f"Authorization: Basic {pair}", "Content-Type: application/json")
    return "".join(f"{line}\r\n" for line in lines).encode()


async def drive(flow: Flow, clients: int, *, seconds: float, port: int, headers: bytes, outbox: Outbox) -> Run:
    """That many clients, each one flow after the other until the time is over."""
    run = Run()
    started = time.monotonic()
    tasks = [asyncio.create_task(_client(flow, started + seconds, port, headers, outbox, run)) for _ in range(clients)]
    _, late = await asyncio.wait(tasks, timeout=seconds + LATE_SECONDS)
    run.seconds = time.monotonic() - started
    for task in late:
        task.cancel()
        _failed(run, "No answer in time.")
    for one in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(one, Exception):
            raise one
    return run


async def _client(flow: Flow, until: float, port: int, headers: bytes, outbox: Outbox, run: Run) -> None:
    http = await _connect(port, headers)
    while time.monotonic() < until and run.count < MOST_FLOWS:
        if http.is_closed:
            http = await _connect(port, headers)
        begun = time.perf_counter()
        try:
            await flow(http, outbox)
        except Failed as failure:
            _failed(run, str(failure))
            await asyncio.sleep(0.01)
        else:
            run.milliseconds.append((time.perf_counter() - begun) * 1000)


async def _connect(port: int, headers: bytes) -> Connection:
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(lambda: Connection(headers), "127.0.0.1", port)
    return connection


def _whole_body(head: bytes, rest: bytes) -> bytes | None:
    """The body, when all of it has arrived: with its length in advance, or in chunks."""
    length = CONTENT_LENGTH.search(head)
    if length:
        return rest if len(rest) >= int(length[1]) else None
    if not rest.endswith(b"0\r\n\r\n"):
        return None
    body = b""
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        body, rest = body + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
    return body


def _failed(run: Run, reason: str) -> None:
    run.errors += 1
    if len(run.first_errors) < BODIES_KEPT:
        run.first_errors.append(reason)


def _new_number() -> str:
    return str(MOBILES + next(_numbers))
