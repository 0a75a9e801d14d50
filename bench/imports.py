"""How fast users are imported with their password hashes, on a PostgreSQL on this machine.

python -m bench.imports [--rows 1000000] [--with-sign-ups] [--server postgresql://root@127.0.0.1:5432/postgres]
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

from bench.processes import memory_mib, scratch_database, scratch_directory

HASHES = (
    ("bcrypt", "$2b$10$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyz01235"),
    ("argon2", "$argon2id$v=19$m=19456,t=2,p=1$q9OwcgBqCjhhWkICVoG+qA$zgGUO1/HVEetoAFdbML5pyLq+SYWLVseHql1wvl16Zg"),
)
GIVEN = ("Mei", "Ayşe", "José", "Anna")
DOMAINS = ("example.com", "mail.example.org", "example.net")
SAMPLE_SECONDS = 0.2


def main() -> int:
    arguments = _arguments()
    with scratch_directory() as directory, scratch_database(arguments.server) as url:
        os.environ |= {
            "DATABASE_URL": url,
            "CIAM_DATA_DIR": str(directory),
            "CIAM_MODE": "trial",
            "CIAM_LOG_LEVEL": "ERROR",
            "CIAM_RATE_LIMITS": "off",
            "SECRET_KEY": "only-for-the-bench-only-for-the-bench-only",
            "DJANGO_SETTINGS_MODULE": "ciam.settings",
        }
        file = directory / "users.jsonl"
        _write(file, arguments.rows)
        _prepare()
        with _sign_ups(arguments.with_sign_ups) as signed_up:
            seconds, peak_mib = _import(file)
        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(
            f"{arguments.rows:,} users with hashes ({file.stat().st_size / 2**20:.0f} MiB) imported "
            f"in {seconds:.1f} s: {arguments.rows / seconds:,.0f} a second; "
            f"at most {peak_mib:.0f} MiB in all processes of the command, "
            f"{(spent.ru_utime + spent.ru_stime) * 1e6 / arguments.rows:.0f} us of CPU a user beside PostgreSQL's."
        )
        if arguments.with_sign_ups:
            print(_words(signed_up))
    return 0


def _write(file: Path, rows: int) -> None:
    """Half bcrypt, half argon2; one number in two is a Chinese one."""
    with file.open("w", encoding="utf-8") as stream:
        for i in range(rows):
            hash_fn, line = HASHES[i % 2]
            number = f"+86136{i:08d}" if i % 4 < 2 else f"+9053{i:08d}"
            user = {
                "username": f"User{i}",
                "email": f"{GIVEN[i % 4][0]}.user{i * 7919 % rows}@{DOMAINS[i % 3]}",
                "email_verified": True,
                "phone_number": number,
                "phone_number_verified": i % 3 > 0,
                "password_hash": line,
                "hash_fn": hash_fn,
                "profile": {"given_name": GIVEN[i % 4], "family_name": f"Family {i}", "locale": "en-US"},
                "created_at": "2024-03-01T12:00:00Z",
            }
            stream.write(json.dumps(user, ensure_ascii=False) + "\n")


def _prepare() -> None:
    import django  # after the environment is set

    django.setup()

    from django.core.management import call_command

    from tests import factories

    call_command("migrate", verbosity=0)
    factories.make_application(
        factories.make_tenant(slug="bench"), client_id="bench", authentication=("username",), password_source={}
    )


def _import(file: Path) -> tuple[float, float]:
    """Seconds, and the most memory that the command and its processes had at once."""
    started = time.monotonic()
    command = [sys.executable, "manage.py", "import_users", str(file), "--tenant", "bench"]
    with subprocess.Popen(command) as running:  # noqa: S603 - our own command
        peak = 0.0
        while running.poll() is None:
            peak = max(peak, memory_mib(running.pid))
            time.sleep(SAMPLE_SECONDS)
    if running.returncode:
        raise SystemExit(running.returncode)
    return time.monotonic() - started, peak


@contextmanager
def _sign_ups(wanted: bool) -> Iterator[list[float]]:
    """One client that signs users up by password as long as the import runs; the milliseconds of each."""
    milliseconds: list[float] = []
    over = Event()
    client = Thread(target=_sign_up_until, args=(over, milliseconds))
    if wanted:
        client.start()
    try:
        yield milliseconds
    finally:
        over.set()
        if wanted:
            client.join()


def _sign_up_until(over: Event, milliseconds: list[float]) -> None:
    from tenants.models import Application
    from tests.clients import TencentClient

    client = TencentClient(Application.objects.get(client_id="bench"))
    while not over.is_set():
        started = time.perf_counter()
        answer: Any = client.sign_up(username=f"person{len(milliseconds)}", password="Quiet-Harbour-1")
        assert answer.status_code == 200, answer.content
        milliseconds.append((time.perf_counter() - started) * 1000)


def _words(milliseconds: list[float]) -> str:
    ranked = sorted(milliseconds)
    middle, high = ranked[len(ranked) // 2], ranked[len(ranked) * 95 // 100]
    return f"Beside it {len(ranked):,} people signed up by password: p50 {middle:.0f} ms, p95 {high:.0f} ms."


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--with-sign-ups", action="store_true", help="sign users up over the API meanwhile")
    parser.add_argument("--server", default="postgresql://root@127.0.0.1:5432/postgres")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
