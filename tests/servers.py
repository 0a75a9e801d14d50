"""A whole server as an operator runs it - web and worker processes, PostgreSQL, Redis - that tests may break."""

import base64
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import redis
from django.conf import settings
from django.db import connections

from tenants.models import Application
from tests.clients import basic
from tests.factories import SECRET
from tests.links import Link

BASE_DIR = Path(__file__).resolve().parent.parent
START_SECONDS = 30
HANG_SECONDS = 30  # what a test waits for an answer before it gives up


def require_servers() -> None:
    """Skip the test if there is no PostgreSQL or Redis to use."""
    missing = [name for name in ("DATABASE_URL", "CIAM_TEST_REDIS_URL") if not os.environ.get(name)]
    if not missing and not settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
        missing = ["a DATABASE_URL of PostgreSQL"]
    if not missing and not shutil.which("redis-server"):
        missing = ["redis-server"]
    if missing:
        pytest.skip(f"needs PostgreSQL and Redis: {', '.join(missing)} is missing")


def until(
    condition: Callable[[], Any], *, within: float, every: float = 0.05, else_tell: Callable[[], str] = lambda: ""
) -> float:
    """Wait for the condition; the seconds it took. Fails the test after `within` seconds."""
    started = time.monotonic()
    while not condition():
        if time.monotonic() - started > within:
            pytest.fail(f"not so after {within} seconds\n{else_tell()}")
        time.sleep(every)
    return time.monotonic() - started


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


# Databases


def database_url(name: str, *, role: str = "") -> str:
    """The owner's, or that of a role whose password is its name."""
    url = urlsplit(os.environ["DATABASE_URL"])
    login = f"{role}:{role}@{url.netloc.rpartition('@')[2]}" if role else url.netloc
    return urlunsplit(url._replace(netloc=login, path=f"/{name}"))


def create_database(name: str) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')  # type: ignore[arg-type]
        server.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]


def drop_database(name: str, *, role: str = "") -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')  # type: ignore[arg-type]
        if role:
            server.execute(f'DROP ROLE IF EXISTS "{role}"')  # type: ignore[arg-type]


@contextmanager
def orm_on(name: str, *, as_owner: bool = False) -> Iterator[None]:
    """This thread's models are those of another database for a while."""
    usual = connections["default"]
    options = {key: value for key, value in usual.settings_dict["OPTIONS"].items() if key != "pool"}
    if as_owner:
        options.pop("options", None)
    connections["default"] = type(usual)({**usual.settings_dict, "NAME": name, "OPTIONS": options}, "default")
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = usual


# Processes


@dataclass
class Process:
    """One program and its children, with its output in a file."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path
    running: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.running = subprocess.Popen(
                self.command,
                cwd=BASE_DIR,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def signal(self, number: signal.Signals) -> None:
        """To the program and all its children; returns when it has had its effect."""
        if self.running and self.running.poll() is None:
            os.killpg(self.running.pid, number)
            if number == signal.SIGKILL:
                self.running.wait(HANG_SECONDS)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end, as an operator does."""
        if self.running and self.running.poll() is None:
            self.running.send_signal(signal.SIGTERM)
            self.running.wait(HANG_SECONDS)

    @property
    def pid(self) -> int:
        assert self.running is not None
        return self.running.pid

    def is_alive(self) -> bool:
        return self.running is not None and self.running.poll() is None

    def output(self) -> str:
        return self.log.read_text("utf-8", errors="replace") if self.log.exists() else ""


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    seconds: float


@dataclass
class Rig:
    """Web, worker and Redis, on a database of their own, which they reach by a link that tests may cut.

    They do not own its tables; who does, `migrate` alone logs in as.
    """

    directory: Path
    database: str  # and the name of the server's role

    def __post_init__(self) -> None:
        self.port, self.redis_port = free_port(), free_port()
        self.redis_url = f"redis://127.0.0.1:{self.redis_port}/0"
        server = urlsplit(database_url(self.database, role=self.database))
        self.link = Link(server.hostname or "127.0.0.1", server.port or 5432)
        user, at, _ = server.netloc.rpartition("@")
        linked = server._replace(netloc=f"{user}{at}127.0.0.1:{self.link.port}")
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.directory),
            "CIAM_MODE": "trial",
            "CIAM_DATA_DIR": str(self.directory),
            "SECRET_KEY": settings.SECRET_KEY,  # what factories seal and hash here is read there
            "DATABASE_URL": urlunsplit(linked),
            "REDIS_URL": self.redis_url,
            "PORT": str(self.port),
            "CIAM_LOG_LEVEL": "DEBUG",
            "PYTHONUNBUFFERED": "1",
        }
        arguments = ["--port", str(self.redis_port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        redis_command = [shutil.which("redis-server") or "", *arguments, "--dir", str(self.directory)]
        self.redis = self.process("redis", redis_command)
        self.web = self.process("web", [sys.executable, "-m", "ciam.serve", "web"])
        self.worker = self.process("worker", [sys.executable, "-m", "ciam.serve", "worker"])

    def process(self, name: str, command: list[str]) -> Process:
        """A further program in the same environment; the test ends it."""
        return Process(name, command, self.environment, self.directory / f"{name}.log")

    @property
    def parts(self) -> tuple[Process, ...]:
        return (self.web, self.worker, self.redis)

    def start(self) -> None:
        self.start_redis()
        self.web.start()
        self.worker.start()
        self.wait_until_ready()

    def start_redis(self) -> None:
        if not self.redis.is_alive():
            self.redis.start()
        until(self._redis_answers, within=START_SECONDS)

    def wait_until_ready(self, within: float = START_SECONDS) -> float:
        return until(lambda: self.get("/readyz").status == 200, within=within, else_tell=self.state)

    def state(self) -> str:
        """What a developer asks for first when a server is not ready."""
        parts = [f"{part.name}: {'runs' if part.is_alive() else 'has ended'}" for part in self.parts]
        return "\n".join([*parts, str(self.get("/readyz")), *self.worker.output().splitlines()[-40:]])

    def repair(self) -> None:
        """Everything runs again, whatever the test before has broken, and nothing is left in Redis."""
        self.link.mend()
        for part in self.parts:
            part.signal(signal.SIGCONT)
        self.start_redis()
        for part in (self.web, self.worker):
            if not part.is_alive():
                part.start()
        self.wait_until_ready()

    def close(self) -> None:
        for part in self.parts:
            part.signal(signal.SIGCONT)
            part.kill()
        self.link.close()

    def pause_worker(self) -> None:
        """Stop the worker, and wait until its last BRPOP has ended: what that took would be in no list."""
        self.worker.signal(signal.SIGSTOP)
        until(lambda: self.broker().info("clients")["blocked_clients"] == 0, within=5)

    def broker(self) -> "redis.Redis":
        return redis.Redis.from_url(self.redis_url, decode_responses=True)

    def _redis_answers(self) -> bool:
        try:
            with self.broker() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def output(self) -> str:
        return "".join(part.output() for part in (self.web, self.worker))

    # HTTP

    def get(self, path: str) -> Answer:
        return self._call(urllib.request.Request(f"http://127.0.0.1:{self.port}{path}"))

    def post(self, application: Application, path: str, body: Any) -> Answer:
        headers = {"Authorization": basic(application.client_id, SECRET), "Content-Type": "application/json"}
        url = f"http://127.0.0.1:{self.port}{path}"
        return self._call(urllib.request.Request(url, json.dumps(body).encode(), headers))

    def _call(self, request: urllib.request.Request) -> Answer:
        started = time.monotonic()
        try:
            with urllib.request.urlopen(request, timeout=HANG_SECONDS) as answer:
                status, body = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, body = error.code, error.read()
        except OSError:
            return Answer(0, None, time.monotonic() - started)
        return Answer(status, json.loads(body) if body else None, time.monotonic() - started)


# What is kept where


def everything_in(client: "redis.Redis") -> str:
    """All keys and values, with the bodies of messages decoded."""
    read = {
        "string": client.get,
        "list": lambda key: client.lrange(key, 0, -1),
        "hash": client.hgetall,
        "set": client.smembers,
        "zset": lambda key: client.zrange(key, 0, -1),
    }
    dump = "\n".join(f"{key} {read[client.type(key)](key)}" for key in client.keys("*"))
    bodies = re.findall(r'"body": "([A-Za-z0-9+/=]+)"', dump)
    return "\n".join([dump, *(base64.b64decode(body).decode() for body in bodies)])


def every_text_in_the_database(*, but_not: str) -> str:
    """All columns that hold text, of all tables but one."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            """SELECT table_name, column_name FROM information_schema.columns
               WHERE table_schema = 'public' AND data_type IN ('text', 'character varying', 'json', 'jsonb')
                 AND table_name <> %s""",
            [but_not],
        )
        texts = []
        for table, column in cursor.fetchall():
            cursor.execute(f'SELECT string_agg("{column}"::text, chr(10)) FROM "{table}"', ())
            texts.append(cursor.fetchone()[0] or "")
    return "\n".join(texts)


# Fixtures: a conftest.py that wants them imports both.


@pytest.fixture(scope="session")
def running_rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """One server for all tests of the session, on a database of its own that is dropped after them."""
    require_servers()
    rig = Rig(tmp_path_factory.mktemp("rig"), f"ciam_rig_{os.getpid()}")
    create_database(rig.database)
    try:
        command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        owner = {"CIAM_OWNER_DATABASE_URL": database_url(rig.database)}
        subprocess.run(command, cwd=BASE_DIR, env=rig.environment | owner, check=True)
        rig.start()
        yield rig
    finally:
        rig.close()
        drop_database(rig.database, role=rig.database)


@pytest.fixture
def rig(running_rig: Rig, django_db_blocker: Any) -> Iterator[Rig]:
    """The server, whole again before each test; the models of the test's own thread are in its database."""
    with django_db_blocker.unblock(), orm_on(running_rig.database, as_owner=True):
        running_rig.repair()
        yield running_rig
