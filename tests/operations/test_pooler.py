"""The server behind PgBouncer, which lends its connections for a session or for a transaction."""

import os
import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.clients import last_code
from tests.factories import make_application
from tests.servers import Rig, database_url, free_port, until

pytestmark = pytest.mark.servers

CONNECTIONS = 3  # of the pooler: fewer than there are threads, so that they change hands
SIGN_UPS = 60
numbers = count()


@contextmanager
def pooler(rig: Rig, directory: Path, mode: str, connections: int) -> Iterator[int]:
    """Yield the port of a PgBouncer in front of the rig's database."""
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if not program:
        pytest.skip("needs pgbouncer")
    server, port = urlsplit(database_url(rig.database, role=rig.database)), free_port()
    directory.chmod(0o755)
    (directory / "users.txt").write_text(f'"{server.username}" "{server.password or ""}"\n')
    settings = directory / "pgbouncer.ini"
    settings.write_text(
        f"""[databases]
{rig.database} = host={server.hostname} port={server.port or 5432}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {directory}/users.txt
pool_mode = {mode}
default_pool_size = {connections}
max_client_conn = 200
"""
    )
    as_user = ["-u", "nobody"] if os.getuid() == 0 else []
    running = subprocess.Popen([program, "-q", *as_user, str(settings)], start_new_session=True)
    try:
        until(lambda: answers(port, server.username, rig.database), within=5)
        yield port
    finally:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()


def answers(port: int, user: str | None, database: str) -> bool:
    try:
        psycopg.connect(host="127.0.0.1", port=port, user=user, dbname=database).close()
    except psycopg.OperationalError:
        return False
    return True


@pytest.mark.parametrize(("mode", "connections"), [("session", 60), ("transaction", CONNECTIONS)])
def test_server_works_behind_a_pooler(rig, tmp_path_factory, mode, connections):
    application = make_application(authentication=("phone_number",))

    def send(number: str) -> str:
        answer = rig.post(application, "/otp/send", {"usage": "signup", "phone_number": number})
        assert answer.status == 200, answer
        return str(answer.body["otp_token"])

    def sign_up(proof: tuple[str, str, str]) -> int:
        number, token, code = proof
        body = {"phone_number": number, "phone_number_otp_token": token, "phone_number_otp": code}
        return rig.post(application, "/signup", body).status

    asked = [f"138{next(numbers):08d}" for _ in range(SIGN_UPS)]
    with (
        pooler(rig, tmp_path_factory.mktemp("pooler"), mode, connections) as port,
        rig.link.leads_to("127.0.0.1", port),
        ThreadPoolExecutor(16) as callers,
    ):
        tokens = list(callers.map(send, asked))
        codes = [last_code(f"+86{number}") for number in asked]
        statuses = Counter(callers.map(sign_up, zip(asked, tokens, codes, strict=True)))
        ready = rig.get("/readyz")

    assert statuses == {200: SIGN_UPS}
    assert ready.status == 200
