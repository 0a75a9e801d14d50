"""Does the time of an answer tell who has an account? `python -m bench.enumeration --help`.

Each row asks for known and for unknown people, one call after the other in random order, and prints the medians and
the AUC: how often a known one took longer. 0.5 tells nothing, 1 tells everything. The server is started here, on
PostgreSQL with a Redis of its own, which it breaks, or with `--sqlite` as a trial has it.
"""

import argparse
import http.client
import json
import os
import random
import signal
import statistics
import sys
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench import processes
from bench.people import BLOCKED, Application, Person, fill

WARM_UP_CALLS = 5  # of each kind
GRANT = "password"
WRONG = {"password": "Not-the-Right-1"}
Answer = tuple[int, dict[str, Any]]


class Caller:
    """One kept connection, and the credentials of one application."""

    def __init__(self, port: int, application: Application) -> None:
        self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.application = application

    def post(self, path: str, body: dict[str, str], **headers: str) -> Answer:
        return self._post(path, json.dumps(body), {"Content-Type": "application/json"} | headers)

    def form(self, path: str, fields: dict[str, str]) -> Answer:
        return self._post(path, urlencode(fields), {"Content-Type": "application/x-www-form-urlencoded"})

    def _post(self, path: str, text: str, headers: dict[str, str]) -> Answer:
        self.http.request("POST", path, text, {"Host": "localhost", "X-Device-Id": "bench"} | headers)
        response = self.http.getresponse()
        body = response.read()
        return response.status, json.loads(body) if body else {}

    def tencent(self, path: str, body: dict[str, str]) -> Answer:
        return self.post(path, body, Authorization=self.application.basic)

    def cloudbase(self, path: str, body: dict[str, str]) -> Answer:
        return self.post(f"/auth/v1/{path}", {"client_id": self.application.client_id} | body)


# What is asked for: each takes the caller and a person, and makes the call that is timed. Some prepare it before.


def send(usage: str, name: str) -> Callable[[Caller, Person], Callable[[], Answer]]:
    def prepare(caller: Caller, person: Person) -> Callable[[], Answer]:
        source = {"auth_source_id": caller.application.sources[name]} if usage == "login" else {}
        return lambda: caller.tencent("/otp/send", {"usage": usage, name: getattr(person, name), **source})

    return prepare


def verification(target: str) -> Callable[[Caller, Person], Callable[[], Answer]]:
    def prepare(caller: Caller, person: Person) -> Callable[[], Answer]:
        return lambda: caller.cloudbase("verification", {"email": person.email, "target": target})

    return prepare


def sign_up(caller: Caller, person: Person) -> Callable[[], Answer]:
    _, sent = caller.tencent("/otp/send", {"usage": "signup", "email": person.email})
    proof = {"email": person.email, "email_otp_token": sent["otp_token"], "email_otp": "wrong"}
    return lambda: caller.tencent("/signup", proof)


def log_in(caller: Caller, person: Person) -> Callable[[], Answer]:
    application = caller.application
    client = {"client_id": application.client_id, "client_secret": application.secret}
    body = {"grant_type": GRANT, "username": person.username, "auth_source_id": application.sources[GRANT]}
    return lambda: caller.form("/oauth2/token", client | body | WRONG)


def sign_in(caller: Caller, person: Person) -> Callable[[], Answer]:
    return lambda: caller.cloudbase("signin", {"username": person.username} | WRONG)


@dataclass(frozen=True)
class Row:
    name: str
    prepare: Callable[[Caller, Person], Callable[[], Answer]]
    broken: str = ""  # what is, while the calls are made: redis-hung, redis-down, sender
    private: bool = False
    hashed: str = ""  # how the passwords of the known ones are
    number: int = field(default_factory=count(10).__next__)


ROWS = [
    Row("send reset phone", send("reset_password", "phone_number")),
    Row("send reset mail", send("reset_password", "email")),
    Row("send reset mail, sender hangs", send("reset_password", "email"), broken="sender"),
    Row("send reset mail, Redis hung", send("reset_password", "email"), broken="redis-hung"),
    Row("CloudBase USER, private", verification("USER"), private=True),
    Row("CloudBase USER, private, Redis hung", verification("USER"), private=True, broken="redis-hung"),
    Row("CloudBase NOT_USER, private", verification("NOT_USER"), private=True),
    Row("send login", send("login", "email")),
    Row("send signup, private", send("signup", "email"), private=True),
    Row("signup, wrong code, private", sign_up, private=True),
    Row("password", log_in, hashed="argon2"),
    Row("password, CloudBase", sign_in, hashed="argon2"),
    Row("password, bcrypt 10", log_in, hashed="bcrypt 10"),
    Row("password, pbkdf2 10,000", log_in, hashed="pbkdf2 10,000"),
    Row("password, bcrypt 4", log_in, hashed="bcrypt 4"),
    Row("password, blocked user", log_in, hashed=BLOCKED),
    Row("password, user without one", log_in),
    Row("send reset mail, Redis down", send("reset_password", "email"), broken="redis-down"),  # it stays down
]


def main() -> int:
    arguments = _arguments()
    rows = [row for row in ROWS if any(part in row.name for part in arguments.rows.split(";"))]
    if arguments.sqlite:
        rows = [row for row in rows if not row.broken.startswith("redis")]
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.default_int_handler)  # also where a shell has us ignore Ctrl-C
    print(f"{arguments.calls} + {arguments.calls} calls a row; load {os.getloadavg()[0]:.1f}; medians in ms\n")
    print(f"{'':<37}{'known':>9}{'unknown':>9}{'AUC':>7}  answers")
    try:
        with ExitStack() as stack:
            server = Server(stack, arguments, rows)
            for row in rows:
                print(_measure(server, row, arguments.calls), flush=True)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    print(f"\nload {os.getloadavg()[0]:.1f}; one argon2id hash takes {processes.hash_milliseconds():.1f} ms of CPU")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.enumeration", description=__doc__)
    parser.add_argument("--calls", type=lambda text: max(1, min(5_000, int(text))), default=300, help="of each kind")
    parser.add_argument("--rows", default="", help="those whose names have one of these in them: 'reset;bcrypt'")
    parser.add_argument("--sqlite", action="store_true", help="without PostgreSQL and Redis; the jobs run in the web")
    parser.add_argument("--postgres", default="postgresql://127.0.0.1:5432/postgres")
    return parser.parse_args()


class Server:
    """Web, and worker and Redis if they are wanted, with a tenant and people for each row; they end with the stack."""

    def __init__(self, stack: ExitStack, arguments: argparse.Namespace, rows: list[Row]) -> None:
        directory = stack.enter_context(processes.scratch_directory())
        self.port = processes.free_port()
        self.silent = stack.enter_context(processes.silent_gateway())
        databases = f"sqlite:///{directory}/ciam.sqlite3", ""
        self.redis = 0
        if not arguments.sqlite:
            self.redis, redis_url = stack.enter_context(processes.own_redis(directory))
            databases = stack.enter_context(processes.scratch_database(arguments.postgres)), redis_url
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "ciam.settings",
            "CIAM_MODE": "trial",
            "CIAM_RATE_LIMITS": "off",
            "CIAM_DATA_DIR": str(directory),
            "DATABASE_URL": databases[0],
            "REDIS_URL": databases[1],
            "PORT": str(self.port),
            "SECRET_KEY": "only-for-a-bench-only-for-a-bench-only-for-a-bench",
        }
        self.applications = fill(rows, arguments.calls + WARM_UP_CALLS, self.silent, directory)
        self._start(stack, directory)

    def _start(self, stack: ExitStack, directory: Path) -> None:
        from ciam.serve import environment, web_command, worker_command  # needs the settings

        os.environ |= environment()
        log = stack.enter_context((directory / "errors.log").open("wb"))
        stack.enter_context(processes.running(web_command(), log))
        if self.redis:
            stack.enter_context(processes.running(worker_command(), log))
            stack.callback(self.signal_redis, signal.SIGCONT)
        processes.seconds_until_answer(f"http://127.0.0.1:{self.port}/readyz", pause_seconds=0.2)

    def signal_redis(self, number: signal.Signals) -> None:
        os.kill(self.redis, number)

    @contextmanager
    def broken(self, row: Row) -> Iterator[None]:
        if row.broken == "redis-down":
            self.signal_redis(signal.SIGKILL)
        if row.broken == "redis-hung":
            self.signal_redis(signal.SIGSTOP)
        yield
        if row.broken == "redis-hung":
            self.signal_redis(signal.SIGCONT)
            time.sleep(8)  # until the worker has found it again


def _measure(server: Server, row: Row, calls: int) -> str:
    """The row of the table: medians, AUC, and whether the answers were alike."""
    caller = Caller(server.port, server.applications[row.number])
    for number in range(calls, calls + WARM_UP_CALLS):
        for is_known in {False, row.broken != "sender"}:  # a sender that has failed five times would rest
            row.prepare(caller, Person(row.number, number, is_known))()
    people = [Person(row.number, number, is_known) for number in range(calls) for is_known in (True, False)]
    random.shuffle(people)
    seconds: dict[bool, list[float]] = {True: [], False: []}
    answers: dict[bool, set[str]] = {True: set(), False: set()}
    with server.broken(row):
        for person in people:
            call = row.prepare(caller, person)
            started = time.perf_counter()
            status, body = call()
            seconds[person.is_known].append(time.perf_counter() - started)
            answers[person.is_known].add(f"{status} {body.get('error') or ' '.join(body)}")
    known, unknown = (statistics.median(seconds[is_known]) * 1000 for is_known in (True, False))
    note = ", ".join(sorted(answers[True]))
    if answers[True] != answers[False]:
        note = f"NOT ALIKE: {note}; unknown: {', '.join(sorted(answers[False]))}"
    return f"{row.name:<37}{known:>9.2f}{unknown:>9.2f}{_auc(seconds[True], seconds[False]):>7.3f}  {note}"


def _auc(known: list[float], unknown: list[float]) -> float:
    """How often one of the known takes longer than one of the unknown; the same time counts half."""
    ranked = sorted(unknown)
    below = sum(bisect_left(ranked, one) + bisect_right(ranked, one) for one in known)
    return below / 2 / len(known) / len(unknown)


if __name__ == "__main__":
    sys.exit(main())
