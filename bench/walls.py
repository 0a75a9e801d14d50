"""What row-level security costs, on a PostgreSQL on this machine: `python -m bench.walls --help`.

The same statements and the same requests, in this process, once as the owner of the tables by a cursor that tells the
database nothing, and once as the server's role, for which policies hold. Both take turns, and the least of all rounds
counts: other work on the machine only adds to it. Nothing is left when it ends.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from bench.processes import _cpu_seconds, scratch_database, scratch_directory

ROLE = f"ciam_bench_{os.getpid()}_app"


def main() -> int:
    arguments = _arguments()
    with scratch_directory() as directory, scratch_database(arguments.postgres) as url:
        _configure(url, directory)
        work = _prepare()
        try:
            for name, (call, times) in work.items():
                if arguments.only not in name:
                    continue
                print(f"{name}: tells the database {_times_told(call)} times")
                _report(_measure(call, times * arguments.requests // 100, arguments.rounds))
        finally:
            _drop_role(url)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.walls", description=__doc__)
    parser.add_argument("--requests", type=int, default=300, help="of each kind and round")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", default="", help="what has this text in its name")
    parser.add_argument("--postgres", default="postgresql://127.0.0.1:5432/postgres")
    return parser.parse_args()


def _configure(url: str, directory: Path) -> None:
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "ciam.settings",
        "CIAM_MODE": "trial",
        "CIAM_RATE_LIMITS": "off",
        "CIAM_LOG_LEVEL": "ERROR",
        "CIAM_DATA_DIR": str(directory),
        "DATABASE_URL": url,
        "SECRET_KEY": "only-for-a-bench-only-for-a-bench-only-for-a-bench",
    }
    os.environ.pop("REDIS_URL", None)
    import django

    django.setup()


def _prepare() -> dict[str, tuple[Callable[[], Any], int]]:
    """Fill the database; what is measured, by name, each with how often it runs for a hundred requests."""
    from django.core.management import call_command
    from django.db import connection

    from tenants import isolation, row_security
    from tests.dialects.tencent import logins
    from tests.factories import make_tenant

    call_command("migrate", verbosity=0)
    row_security.admit(connection, role=ROLE, password=ROLE)
    with isolation.across_tenants():
        tenant = make_tenant(sms_interval_seconds=0, sms_per_day=None, public_per_hour=None)
        application = logins.make_login_application(tenant)
        shop = logins.Shop(application)
        end_user = logins.make_user(application)
        token = shop.log_in().json()["access_token"]
    connection.close()
    connection.close_pool()
    return {
        "a row by its key": (_reader(tenant, end_user), 1000),
        "the same, in a transaction of its own": (_in_transaction(_reader(tenant, end_user)), 500),
        "GET /userinfo": (lambda: _expect_200(shop.bearer(token)), 100),
        "POST /otp/send, sent at once": (_sender(application), 50),
    }


def _reader(tenant: Any, end_user: Any) -> Callable[[], Any]:
    from accounts.models import EndUser
    from tenants import isolation

    def read() -> None:
        with isolation.within_tenant(tenant.id):
            EndUser.objects.values_list("username").get(tenant_id=tenant.id, pk=end_user.pk)

    return read


def _in_transaction(call: Callable[[], Any]) -> Callable[[], Any]:
    from django.db import transaction

    return transaction.atomic(call)


def _sender(application: Any) -> Callable[[], Any]:
    from tests.clients import TencentClient

    client, numbers = TencentClient(application), iter(range(10_000_000))
    return lambda: _expect_200(client.send(usage="signup", phone_number=f"136{next(numbers):08}"))


def _expect_200(response: Any) -> None:
    if response.status_code != 200:
        raise SystemExit(f"{response.status_code} {response.content!r}")


def _measure(call: Callable[[], Any], times: int, rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Seconds, and CPU seconds of this process and its backend, of each round: without the wall, and with it."""
    spent: dict[str, list[tuple[float, float]]] = {"owner": [], "application": []}
    with _logged_in(is_application=False) as owner, _logged_in(is_application=True) as application:
        for number in range(rounds + 1):
            for name, use in (("owner", owner), ("application", application)):
                measured = _spend(use(), call, times)
                if number:  # the first round prepares statements
                    spent[name].append(measured)
    return spent


def _times_told(call: Callable[[], Any]) -> int:
    """How often one call tells the database whose rows it may reach."""
    from ciam.postgresql import cursor

    told, convert = [0], cursor.Cursor._convert_query

    def count(self: Any, query: Any, parameters: Any = None) -> Any:
        told[0] += query == cursor.SETTING
        return convert(self, query, parameters)

    cursor.Cursor._convert_query = count
    try:
        with _logged_in(is_application=True) as application:
            application()
            call()
    finally:
        cursor.Cursor._convert_query = convert
    return told[0]


def _spend(backend: int, call: Callable[[], Any], times: int) -> tuple[float, float]:
    cpu, started = time.process_time() + _cpu_seconds(backend), time.perf_counter()
    for _ in range(times):
        call()
    seconds = time.perf_counter() - started
    return seconds / times, (time.process_time() + _cpu_seconds(backend) - cpu) / times


@contextmanager
def _logged_in(*, is_application: bool) -> Iterator[Callable[[], int]]:
    """A connection of its own; call what is yielded to use it, which returns the process id of its backend."""
    from django.db import connections
    from django.db.backends.postgresql.base import ServerBindingCursor

    from ciam.postgresql.base import DatabaseWrapper

    class WithoutWall(DatabaseWrapper):
        def get_connection_params(self) -> dict[str, Any]:
            return super().get_connection_params() | {"cursor_factory": ServerBindingCursor}

    usual = connections["default"]
    options = {name: value for name, value in usual.settings_dict["OPTIONS"].items() if name != "pool"}
    login = {"USER": ROLE, "PASSWORD": ROLE} if is_application else {}
    kind = DatabaseWrapper if is_application else WithoutWall
    own = kind({**usual.settings_dict, "CONN_MAX_AGE": None, "OPTIONS": options} | login, "default")

    def use() -> int:
        connections["default"] = own
        own.ensure_connection()
        return int(own.connection.info.backend_pid)

    try:
        yield use
    finally:
        own.close()
        connections["default"] = usual


def _report(spent: dict[str, list[tuple[float, float]]]) -> None:
    for kind, place in (("time", 0), ("CPU", 1)):
        owner, application = (min(one[place] for one in spent[who]) for who in ("owner", "application"))
        added = (application - owner) * 1e6
        print(f"  {kind}: {owner * 1e6:,.0f} us without, {application * 1e6:,.0f} with: {added:+,.0f} us", end="")
        print(f", {added / owner / 1e4:+.1f} %")


def _drop_role(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP OWNED BY {ROLE}")  # type: ignore[arg-type]
        connection.execute(f"DROP ROLE {ROLE}")  # type: ignore[arg-type]


if __name__ == "__main__":
    sys.exit(main())
