"""Load on the real web and worker, over PostgreSQL and Redis on this machine: `python -m bench.load --help`.

Everything it makes - a database, keys in an empty Redis database, processes, a directory - is gone when it ends.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from bench import clients, processes

DRAIN_WITHIN_SECONDS = 60
WARM_UP_SECONDS = 2
HASHING_SECONDS = 4  # before the flow, and again after it
SENDING_TO_NOBODY, SIGNING_UP = "bench-null", "bench-shop"
UNFINISHED = "SELECT count(*) FROM delivery_delivery WHERE status IN ('pending', 'claimed')"
COSTS = ("web", "worker", "postgres", "redis", "clients")


@dataclass
class Server:
    port: int
    secret: str
    database_url: str
    log: Path
    processes: processes.Processes
    first_answer_seconds: float


def main() -> int:
    arguments = _arguments()
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.default_int_handler)  # also where a shell has us ignore Ctrl-C
    load_before, hash_ms = os.getloadavg()[0], processes.hash_milliseconds()
    try:
        with ExitStack() as stack:
            server = _start(stack, arguments)
            flows = list(clients.FLOWS) if arguments.flow == "all" else [arguments.flow]
            rows = [asyncio.run(_measure(name, server, arguments)) for name in flows]
            errors = server.log.read_text(errors="replace")
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    report = {
        "load_before": load_before,
        "hash_ms": hash_ms,
        "first_answer_seconds": server.first_answer_seconds,
        "rows": rows,
    }
    print(json.dumps(report, indent=2) if arguments.json else _table(report))
    if errors:
        print(f"The programs said:\n{errors[:2000]}", file=sys.stderr)
    return 1 if any(row["errors"] for row in rows) else 0


def _arguments() -> argparse.Namespace:
    def bounded(highest: int) -> Any:
        return lambda text: max(1, min(highest, int(text)))

    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    parser.add_argument("--flow", choices=[*clients.FLOWS, "all"], default="all")
    parser.add_argument("--clients", type=bounded(256), default=32)
    parser.add_argument("--seconds", type=bounded(300), default=20, help="of each flow")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--postgres", default="postgresql://127.0.0.1:5432/postgres")
    parser.add_argument("--redis", default="redis://127.0.0.1:6379/13", help="an empty database of a Redis")
    return parser.parse_args()


def _start(stack: ExitStack, arguments: argparse.Namespace) -> Server:
    """Web and worker, ready; they end with the stack."""
    directory = stack.enter_context(processes.scratch_directory())
    redis_client = stack.enter_context(processes.scratch_redis(arguments.redis))
    database_url = stack.enter_context(processes.scratch_database(arguments.postgres))
    port = processes.free_port()
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "ciam.settings",
        "CIAM_MODE": "trial",
        "CIAM_RATE_LIMITS": "off",
        "CIAM_DATA_DIR": str(directory),
        "DATABASE_URL": database_url,
        "REDIS_URL": arguments.redis,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "PUBLIC_URL": f"http://localhost:{port}",
        "SECRET_KEY": "only-for-a-bench-only-for-a-bench-only-for-a-bench",
    }
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # a start that compiles everything anew is not what users see
    secret = _fill_database()

    from ciam.serve import environment, web_command, worker_command  # needs the settings above

    os.environ |= environment()

    log = directory / "errors.log"
    stream = stack.enter_context(log.open("wb"))
    web = stack.enter_context(processes.running(web_command(), stream))
    first_answer = processes.seconds_until_answer(f"http://127.0.0.1:{port}/healthz", pause_seconds=0.005)
    with_null_sender = [part if part != "ciam" else "bench.null_sender" for part in worker_command()]
    worker = stack.enter_context(processes.running(with_null_sender, stream))
    processes.seconds_until_answer(f"http://127.0.0.1:{port}/readyz", pause_seconds=0.2)
    counted = processes.Processes(web=web, worker=worker, database_url=database_url, redis_client=redis_client)
    for stop in (signal.SIGINT, signal.SIGTERM):  # a second one must not stop the tidying up
        stack.callback(signal.signal, stop, signal.SIG_IGN)
    return Server(port, secret, database_url, log, counted, first_answer)


def _fill_database() -> str:
    """One tenant whose codes can be read again, one whose codes go nowhere; the secret of both applications."""
    import django

    django.setup()

    from django.core.management import call_command
    from django.db import connection

    from tenants.models import Sender
    from tests import factories

    call_command("migrate", verbosity=0)
    names = {"authentication": ("phone_number", "username"), "any_of": True, "password_source": {}}
    factories.make_application(client_id=SIGNING_UP, **names)
    nobody = factories.make_application(client_id=SENDING_TO_NOBODY, **names)
    Sender.objects.create(tenant=nobody.tenant, key="nobody", channel="sms", vendor="null")
    connection.close()
    connection.close_pool()
    return factories.SECRET


async def _measure(name: str, server: Server, arguments: argparse.Namespace) -> dict[str, Any]:
    """One flow's row, beside the bare hash rate where the flow hashes."""
    bare = _bare_hashes(name)
    async with await psycopg.AsyncConnection.connect(server.database_url, autocommit=True) as connection:
        outbox = clients.Outbox(connection)
        reading = asyncio.create_task(outbox.read())
        row = await _load(name, server, arguments, outbox, connection)
        reading.cancel()  # and if it has failed by itself, say so
        await asyncio.gather(reading, return_exceptions=not reading.done())
    bare += _bare_hashes(name)
    return row | {"bare_hashes_per_second": sum(bare) / len(bare) if bare else None}


async def _load(
    name: str,
    server: Server,
    arguments: argparse.Namespace,
    outbox: clients.Outbox,
    connection: "psycopg.AsyncConnection[Any]",
) -> dict[str, Any]:
    """A short warm-up, the run, and the wait until the worker has done what is left."""
    headers = clients.request_headers(SENDING_TO_NOBODY if name == "send" else SIGNING_UP, server.secret)
    flow = partial(clients.drive, clients.FLOWS[name], arguments.clients, port=server.port, headers=headers)
    await flow(seconds=WARM_UP_SECONDS, outbox=outbox)
    await _drain(connection)
    backend = connection.info.backend_pid
    before, started = server.processes.cpu_seconds(reader_backend=backend), time.monotonic()
    run = await flow(seconds=arguments.seconds, outbox=outbox)
    backlog, drain_seconds = await _drain(connection)
    after, seconds = server.processes.cpu_seconds(reader_backend=backend), time.monotonic() - started
    memory = {kind: server.processes.memory_mib(kind) for kind in ("Rss", "Pss")}
    row = {"flow": name, "clients": arguments.clients, "backlog": backlog, "drain_seconds": drain_seconds}
    return row | _seen(run) | _spent(before, after, seconds, run.count) | {"memory_mib": memory}


def _seen(run: clients.Run) -> dict[str, Any]:
    return {
        "seconds": run.seconds,
        "flows": run.count,
        "per_second": len(run.milliseconds) / run.seconds,
        "p50_ms": run.percentile(0.5),
        "p99_ms": run.percentile(0.99),
        "errors": run.errors,
        "first_errors": run.first_errors,
    }


def _spent(before: dict[str, float], after: dict[str, float], seconds: float, flows: int) -> dict[str, Any]:
    spent = {part: after[part] - before[part] for part in after}
    all_seconds = seconds * (os.cpu_count() or 1)
    return {
        "cpu_ms_per_flow": {part: spent[part] * 1000 / max(1, flows) for part in COSTS},
        "cpu_elsewhere_share": (spent["machine"] - sum(spent[part] for part in COSTS)) / all_seconds,
        "cpu_stolen_share": spent["stolen"] / all_seconds,
    }


def _bare_hashes(flow: str) -> list[float]:
    return [processes.hashes_a_second(threads=2, seconds=HASHING_SECONDS)] if flow == "password" else []


async def _drain(connection: "psycopg.AsyncConnection[Any]") -> tuple[int, float]:
    """How many deliveries the worker still owed, and the seconds until it owed none."""
    started, owed = time.monotonic(), []
    while time.monotonic() < started + DRAIN_WITHIN_SECONDS:
        (count,) = await (await connection.execute(UNFINISHED)).fetchone() or (0,)
        owed.append(count)
        if not count:
            break
        await asyncio.sleep(0.02)
    return owed[0], time.monotonic() - started


def _table(report: dict[str, Any]) -> str:
    titles = ("flow", "clients", "per s", "p50 ms", "p99 ms", "errors", *(f"{part} ms" for part in COSTS), "backlog")
    lines = [" ".join(f"{title:>11}" for title in titles)]
    for row in report["rows"]:
        costs = [f"{row['cpu_ms_per_flow'][part]:.2f}" for part in COSTS]
        figures = [f"{row[key]:.1f}" for key in ("per_second", "p50_ms", "p99_ms")]
        cells = (row["flow"], row["clients"], *figures, row["errors"], *costs, row["backlog"])
        lines.append(" ".join(f"{cell:>11}" for cell in cells))
    lines += [
        "",
        "CPU is in ms a flow; `clients` is this generator with the statements that read its codes.",
        "Memory is resident, all processes added up (in brackets: what they share counted once).",
    ]
    lines += [_words(row) for row in report["rows"]]
    lines.append(
        f"First answer after {report['first_answer_seconds']:.2f} s; load before {report['load_before']:.2f}; "
        f"one argon2id hash takes {report['hash_ms']:.1f} ms of CPU."
    )
    return "\n".join(lines)


def _words(row: dict[str, Any]) -> str:
    resident, shared_once = row["memory_mib"].values()
    memory = ", ".join(f"{name} {mib:.0f} MiB ({shared_once[name]:.0f})" for name, mib in resident.items())
    lost = f"others used {row['cpu_elsewhere_share']:.0%} of the machine, its host {row['cpu_stolen_share']:.0%}"
    words = f"{row['flow']}: {memory}; {lost}"
    words += f"; drained in {row['drain_seconds']:.1f} s" if row["backlog"] else ""
    if bare := row["bare_hashes_per_second"]:
        words += f"; bare hashes {bare:.0f} a second, this is {row['per_second'] / bare:.2f} of them"
    return "\n    ".join([f"{words}.", *row["first_errors"]])


if __name__ == "__main__":
    sys.exit(main())
