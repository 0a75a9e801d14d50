"""The programs under load: a scratch database, the real web and worker, and what they cost by the kernel's account."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import IO

import psycopg
import redis
from nacl.pwhash import argon2id

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
UP_WITHIN_SECONDS = 30
END_WITHIN_SECONDS = 12
SHARED_BY_ALL_DATABASES = ("checkpointer", "background writer", "walwriter")
ARGON2_PASSES, ARGON2_MEMORY_BYTES = 2, 19 * 1024 * 1024  # those of a sign-up
YARDSTICK_HASHES = 20
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@contextmanager
def scratch_database(server: str) -> Iterator[str]:
    """The URL of an empty database on the server, dropped at the end."""
    name = f"ciam_bench_{os.getpid()}"
    with psycopg.connect(server, autocommit=True, connect_timeout=3) as connection:
        if connection.info.host not in LOOPBACK:
            raise SystemExit("This bench is for a PostgreSQL on this machine.")
        login = f"{connection.info.user}@{connection.info.host}:{connection.info.port}"
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield f"postgresql://{login}/{name}"
    finally:
        with psycopg.connect(server, autocommit=True, connect_timeout=3) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def scratch_redis(url: str) -> Iterator["redis.Redis"]:
    """A client of the numbered Redis database, which must be empty and is emptied at the end."""
    with redis.Redis.from_url(url, socket_timeout=3, socket_connect_timeout=3) as client:
        if client.connection_pool.connection_kwargs.get("host") not in LOOPBACK:
            raise SystemExit("This bench is for a Redis on this machine.")
        if client.dbsize():
            raise SystemExit(f"{url} is not empty; name another database with --redis.")
        try:
            yield client
        finally:
            client.flushdb()


@contextmanager
def scratch_directory() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ciam-bench-") as directory:
        yield Path(directory)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def running(command: list[str], errors: IO[bytes]) -> Iterator[int]:
    """The command in a session of its own, so that Ctrl-C ends it here and in order; its process id."""
    child = subprocess.Popen(  # noqa: S603 - our own programs
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True
    )
    try:
        yield child.pid
    finally:
        child.terminate()
        with suppress(subprocess.TimeoutExpired):
            child.wait(END_WITHIN_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait(END_WITHIN_SECONDS)


@contextmanager
def own_redis(directory: Path) -> Iterator[tuple[int, str]]:
    """Process id and URL of one that nobody else uses."""
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(directory)]
    with (
        (directory / "redis.log").open("wb") as log,
        running([shutil.which("redis-server") or "redis-server", *options], log) as pid,
    ):
        yield pid, f"redis://127.0.0.1:{port}/0"


@contextmanager
def silent_gateway() -> Iterator[str]:
    """The address of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"


def seconds_until_answer(url: str, *, pause_seconds: float) -> float:
    """How long it takes until the URL answers 200; raises SystemExit when that is too long."""
    started = time.monotonic()
    while time.monotonic() < started + UP_WITHIN_SECONDS:
        with suppress(urllib.error.URLError, OSError), urllib.request.urlopen(url, timeout=3):  # noqa: S310 - http
            return time.monotonic() - started
        time.sleep(pause_seconds)
    raise SystemExit(f"{url} does not answer.")


class Processes:
    """What we started and what we use, by the names under which their cost is reported."""

    def __init__(self, *, web: int, worker: int, database_url: str, redis_client: "redis.Redis") -> None:
        self.roots = {"web": web, "worker": worker}
        self.database = database_url.rpartition("/")[2]
        self.redis = redis_client

    def cpu_seconds(self, *, reader_backend: int) -> dict[str, float]:
        """Processor seconds so far. The backend that reads codes for the clients counts as theirs."""
        backends = set(self._backends()) - {reader_backend}
        redis_account = self.redis.info("cpu")
        busy, stolen = _machine_seconds()
        return {
            "web": sum(map(_cpu_seconds, _family(self.roots["web"]))),
            "worker": sum(map(_cpu_seconds, _family(self.roots["worker"]))),
            "postgres": sum(map(_cpu_seconds, backends)),
            "redis": redis_account["used_cpu_user"] + redis_account["used_cpu_sys"],
            "clients": time.process_time() + _cpu_seconds(reader_backend),
            "machine": busy,
            "stolen": stolen,
        }

    def memory_mib(self, kind: str) -> dict[str, float]:
        """Memory of each with its children: by `Rss` what they share is counted in each, by `Pss` once."""
        return {name: memory_mib(root, kind) for name, root in self.roots.items()}

    def _backends(self) -> Iterator[int]:
        """Our database's processes by their titles, and those that write for all databases."""
        for pid in _all_pids():
            with suppress(OSError):
                title = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
                if title.startswith("postgres: ") and any(
                    n in title for n in (self.database, *SHARED_BY_ALL_DATABASES)
                ):
                    yield pid


def memory_mib(root: int, kind: str = "Pss") -> float:
    """Of a process and its children."""
    return sum(_memory_mib(pid, kind) for pid in _family(root))


def _all_pids() -> Iterator[int]:
    return (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal())


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat from the third on (state is 0, parent 1); zeros for a process that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return ["0"] * 50


def _family(root: int) -> list[int]:
    parents = {pid: int(_stat(pid)[1]) for pid in _all_pids()}
    family = [root]
    for member in family:  # grows while it is read: children of children too
        family += [pid for pid, parent in parents.items() if parent == member]
    return family


def _cpu_seconds(pid: int) -> float:
    user, system = _stat(pid)[11:13]
    return (int(user) + int(system)) / TICKS_A_SECOND


def _memory_mib(pid: int, kind: str) -> float:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith(f"{kind}:"):
                return int(line.split()[1]) / 1024
    return 0.0


def _machine_seconds() -> tuple[float, float]:
    """Seconds that all processors were busy here, and those that the host took away while they wanted to be."""
    user, nice, system, _, _, irq, softirq, stolen = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + softirq) / TICKS_A_SECOND, stolen / TICKS_A_SECOND


def hash_milliseconds() -> float:
    """How fast this machine is just now: the processor time of one hash."""
    started = time.process_time()
    for _ in range(YARDSTICK_HASHES):
        _hash()
    return (time.process_time() - started) * 1000 / YARDSTICK_HASHES


def hashes_a_second(*, threads: int, seconds: float) -> float:
    """Bare argon2id by libsodium in so many threads."""
    started, counts = time.monotonic(), [0] * threads

    def work(position: int) -> None:
        while time.monotonic() < started + seconds:
            _hash()
            counts[position] += 1

    workers = [Thread(target=work, args=(position,)) for position in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(counts) / (time.monotonic() - started)


def _hash() -> None:
    argon2id.str(b"Quiet-Harbour-1", opslimit=ARGON2_PASSES, memlimit=ARGON2_MEMORY_BYTES)
