"""The RSGI application that Granian runs: it reads a whole request, then runs the WSGI application in a thread.

No thread is taken before the body is there, so a slow client holds none. A body that is too large or too slow goes on
without its bytes; `ciam.middleware.refuse_body` answers it, so that it is logged and counted like any other request.
"""

import asyncio
import io
import logging
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from queue import SimpleQueue
from threading import Semaphore, Thread
from typing import Any
from wsgiref.util import FileWrapper

from django.conf import settings
from granian._granian import RSGIHTTPProtocol, RSGIProtocolClosed  # for type checkers granian.rsgi has neither
from granian.rsgi import Scope
from structlog.contextvars import clear_contextvars

from ciam import answers, headers, listeners
from ciam.json_bodies import REFUSED, BodyTimedOut, BodyTooLarge
from ciam.postgresql import patience
from ciam.wsgi import application as wsgi_application
from otp.delivery.background import BACKGROUND
from tenants import answer_times, request_threads

MAX_BODY_BYTES = (1024 + 128) * 1024  # a logo of 1 MiB, and the rest of its form
BODY_SECONDS = 10
TIMER_SECONDS = 0.002  # what a timer may be late
LARGE_BYTES = 64 * 1024  # what most calls take; bodies up to here are always read
MAX_BYTES_AT_ONCE = 64 * 1024 * 1024  # of all bodies of this process, beyond which no large one is read

Header = tuple[str, str]
Response = tuple[int, list[Header], bytes | Path]
WSGIApplication = Callable[[dict[str, Any], Any], Iterable[bytes]]

SERVER: Header = ("Server", "ciam")  # else Granian's name
CONSTANT: dict[str, Any] = {
    "SCRIPT_NAME": "",
    "CONTENT_TYPE": "",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}
logger = logging.getLogger(__name__)


class Application:
    """Requests become responses; `held` counts the bytes of the bodies of those that are not answered yet."""

    def __init__(self, wsgi: WSGIApplication, threads: int) -> None:
        self.wsgi = wsgi
        self.threads = threads
        self.waiting: SimpleQueue[tuple[dict[str, Any], asyncio.Future[tuple[Response, float]]]] = SimpleQueue()
        self.held = 0
        self._idle = Semaphore(0)  # counts threads that were replaced, and wait to be called
        self._calls = Semaphore(0)

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start the threads; an executor of the standard library costs fifty microseconds more for each request."""
        self.loop = loop
        listeners.bound_silence(loop)
        patience.bound_process()
        BACKGROUND.start()
        from accounts import bulk_jobs  # its models exist once Django is set up, which importing ciam.wsgi did

        bulk_jobs.start_schedule()
        for _ in range(self.threads):
            self._start_thread()

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        BACKGROUND.stop()

    def _start_thread(self) -> None:
        """Let one more thread run requests: one that was replaced before and has nothing to do, or a new one."""
        if self._idle.acquire(blocking=False):
            self._calls.release()
        else:
            Thread(target=self._work, name="request", daemon=True).start()

    def _work(self) -> None:
        while True:
            request_threads.register(self._start_thread)
            while not request_threads.is_replaced():
                environ, response = self.waiting.get()
                answer = respond(self.wsgi, environ)
                self.loop.call_soon_threadsafe(response.set_result, (answer, answer_times.take()))
            request_threads.rest()
            self._idle.release()
            self._calls.acquire()

    async def __rsgi__(self, scope: Scope, protocol: RSGIHTTPProtocol) -> None:
        environ, body = environ_of(scope), Body(self)
        length, coding = environ.pop("HTTP_CONTENT_LENGTH", None), environ.pop("HTTP_TRANSFER_ENCODING", None)
        try:
            if length or coding:
                await body.read(length, protocol)
            environ |= {
                "CONTENT_LENGTH": str(len(body.content)),
                "wsgi.input": io.BytesIO(body.content),
                REFUSED: body.refusal,
            }
            response: asyncio.Future[tuple[Response, float]] = self.loop.create_future()
            self.waiting.put((environ, response))
            (status, fields, content), not_before = await response
            await wait_until(not_before)
            if isinstance(content, Path):
                protocol.response_file(status, [*fields, SERVER], str(content))
            else:
                protocol.response_bytes(status, [*fields, SERVER], content)
        except RSGIProtocolClosed:
            logger.debug("The client left.")
        finally:
            self.held -= body.size


async def wait_until(at: float) -> None:
    """Wait for a time of the monotonic clock.

    A timer of an event loop rounds what is left to whole milliseconds, and would so tell when it was started.
    """
    while (left := at - time.monotonic()) > 0:
        await asyncio.sleep(left - TIMER_SECONDS if left > TIMER_SECONDS else 0)


class File(FileWrapper):
    """A file as WSGI applications answer with one; `path` is that of a whole one, which need not be read here."""

    def __init__(self, filelike: Any, blksize: int = 64 * 1024) -> None:
        super().__init__(filelike, blksize)
        self.path = Path(filelike.name) if isinstance(filelike, io.BufferedReader) else None


class Body:
    """The body of one request: its bytes, or why they were not read."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.size = 0
        self.content = b""
        self.refusal: type[Exception] | None = None

    async def read(self, length: str | None, protocol: RSGIHTTPProtocol) -> None:
        """Raises RSGIProtocolClosed if the client ends before its body does."""
        try:
            async with asyncio.timeout(BODY_SECONDS):
                if length is None:
                    self.content = await self._read_chunks(protocol)
                else:
                    self._admit(int(length))
                    self.content = await protocol()
        except TimeoutError:
            self.refusal = BodyTimedOut
        except BodyTooLarge:
            self.refusal = BodyTooLarge

    async def _read_chunks(self, protocol: RSGIHTTPProtocol) -> bytes:
        chunks = []
        async for chunk in protocol:  # Granian does not tell a cut body from one that has ended
            self._admit(len(chunk))
            chunks.append(chunk)
        return b"".join(chunks)

    def _admit(self, size: int) -> None:
        """Count bytes that are about to be kept; raises BodyTooLarge instead if they would be too many."""
        total, held = self.size + size, self.application.held + size
        if total > MAX_BODY_BYTES or (total > LARGE_BYTES and held > MAX_BYTES_AT_ONCE):
            raise BodyTooLarge
        self.size, self.application.held = total, held


def environ_of(scope: Scope) -> dict[str, Any]:
    """The WSGI environment before its body is read; nothing of the process's own environment is in it."""
    server, _, port = scope.server.rpartition(":")
    environ = CONSTANT | {
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": _wsgi_text(scope.path),
        "QUERY_STRING": _wsgi_text(scope.query_string),
        "SERVER_NAME": server,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.file_wrapper": File,
    }
    for name, value in scope.headers.items():
        if "_" in name:
            continue  # WSGI could not tell X_Forwarded_For from X-Forwarded-For
        key = "CONTENT_TYPE" if name == "content-type" else f"HTTP_{name.upper().replace('-', '_')}"
        before = environ.get(key)
        environ[key] = f"{before}{';' if name == 'cookie' else ','}{value}" if before else value
    if scope.authority not in (None, environ.get("HTTP_HOST")):
        environ["HTTP_HOST"] = f"{environ.get('HTTP_HOST', '')},{scope.authority}"  # two names: ciam.middleware refuses
    return environ


def respond(wsgi: WSGIApplication, environ: dict[str, Any]) -> Response:
    """Runs in a thread; no request leaves anything in it for the next one."""
    try:
        return _run(wsgi, environ)
    except BaseException as error:
        logger.critical("A request failed before Django had it.", exc_info=error)
        refusal = answers.error(500, "server_error")
        security = headers.security(environ["PATH_INFO"])
        return 500, [*refusal.items(), *security.items()], refusal.content
    finally:
        clear_contextvars()


def _run(wsgi: WSGIApplication, environ: dict[str, Any]) -> Response:
    started: list[tuple[str, list[Header]]] = []
    parts = wsgi(environ, lambda *answer: started.append(answer[:2]))
    try:
        body = parts.path if isinstance(parts, File) and parts.path else b"".join(parts)
    finally:
        getattr(parts, "close", lambda: None)()
    status, fields = started[-1]
    return int(status[:3]), fields, body


def _wsgi_text(text: str) -> str:
    """As WSGI has texts: each character one byte."""
    return text.encode().decode("latin-1")


application = Application(wsgi_application, settings.WEB_THREADS)
