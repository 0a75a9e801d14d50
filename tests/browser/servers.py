"""A trial server as an operator starts it, with an empty database and one account of staff."""

import base64
import json
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.servers import BASE_DIR, START_SECONDS, Process, free_port, until

USERNAME, PASSWORD = "admin", "a-long-admin-password"
PROXY = {"CIAM_TRUSTED_PROXIES": "127.0.0.1"}  # so that a test can come from an address of its own


class TrialServer:
    def __init__(self, directory: Path, **environment: str) -> None:
        self.directory, self.port = directory, free_port()
        self.url = f"http://localhost:{self.port}"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(directory),
            "CIAM_MODE": "trial",
            "CIAM_DATA_DIR": str(directory),
            "SECRET_KEY": "only-for-tests-only-for-tests-only-for-tests",
            "PORT": str(self.port),
        } | environment
        command = [sys.executable, "-m", "ciam.serve", "web"]
        self.web = Process("web", command, self.environment, directory / "web.log")

    def start(self) -> None:
        self._make_database()
        self.web.start()
        until(self._is_ready, within=START_SECONDS, every=0.2, else_tell=self.web.output)

    def _make_database(self) -> None:
        """Copy the empty database with one account, which the first server makes."""
        database, empty = self.directory / "ciam.sqlite3", self.directory.parent / "empty.sqlite3"
        if not empty.exists():
            self.manage("migrate", "--verbosity", "0")
            self.make_account(USERNAME)
            shutil.copy(database, empty)
        shutil.copy(empty, database)

    def make_account(self, username: str) -> None:
        account = ("--username", username, "--email", "")
        self.manage("createsuperuser", "--noinput", *account, DJANGO_SUPERUSER_PASSWORD=PASSWORD)

    def manage(self, *arguments: str, typed: str = "", **environment: str) -> str:
        """What a command of manage.py printed; `typed` is what it reads."""
        run = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=BASE_DIR,
            env=self.environment | environment,
            input=typed,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        return run.stdout

    def provision(self, document: dict[str, Any]) -> None:
        self.manage("provision", "-", typed=json.dumps(document))

    def post(self, path: str, body: dict[str, Any], client_id: str, secret: str) -> dict[str, Any]:
        """As a client application calls."""
        credentials = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
        headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}{path}", json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:
            return dict(json.load(error))

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


@contextmanager
def running(directory: Path, **environment: str) -> Iterator[TrialServer]:
    server = TrialServer(directory, **environment)
    try:
        server.start()
        yield server
    finally:
        server.web.stop()
