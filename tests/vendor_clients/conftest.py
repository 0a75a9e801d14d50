"""Vendors' npm clients, unmodified, against a server as `make run` starts it: the scripts of docs/examples."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.servers import create_database, database_url, drop_database, free_port
from tests.trial.test_make_run import ROOT, running

EXAMPLES = ROOT / "docs" / "examples"


@dataclass(frozen=True)
class Walker:
    """Runs the scripts of one example against the running server."""

    packages: Path
    environment: dict[str, str]
    facts: dict[str, Any]

    def walk(self, script: str, *arguments: str) -> list[str]:
        """Return the lines that the script prints; it reads the outbox by the last two arguments."""
        done = subprocess.run(
            ["node", script, *arguments, sys.executable, str(ROOT / "manage.py")],
            cwd=self.packages,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.splitlines()


@pytest.fixture(scope="session")
def trial_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Start one server for all walks; yield the environment in which its commands run."""
    directory, port = tmp_path_factory.mktemp("walks") / "var", free_port()
    with _backing() as backing, running(directory, port, **backing):
        yield {"PATH": os.environ["PATH"], "CIAM_DATA_DIR": str(directory), "PORT": str(port)} | backing


@pytest.fixture(scope="session")
def walker_of(trial_server: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Walker]:
    facts = json.loads((Path(trial_server["CIAM_DATA_DIR"]) / "quickstart.json").read_text())
    return lambda example: Walker(_installed(example, tmp_path_factory.mktemp("npm")), trial_server, facts)


def _installed(example: str, directory: Path) -> Path:
    """Copy the example and install its packages as the lock says; skip the test where they cannot be had."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("needs Node.js and npm")
    copy = directory / example
    shutil.copytree(EXAMPLES / example, copy, ignore=shutil.ignore_patterns("node_modules"))
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=180, check=False)
    if done.returncode:
        pytest.skip(f"needs the npm packages, which cannot be had here: {done.stderr[-300:]}")
    return copy


@contextmanager
def _backing() -> Iterator[dict[str, str]]:
    """PostgreSQL and Redis where the suite runs on them, else nothing: the embedded default."""
    redis_url = os.environ.get("CIAM_TEST_REDIS_URL", "")
    if not (redis_url and os.environ.get("DATABASE_URL", "").startswith("postgres")):
        yield {}
        return
    name = f"ciam_walks_{os.getpid()}"
    create_database(name)
    urls = {"DATABASE_URL": database_url(name, role=name), "CIAM_OWNER_DATABASE_URL": database_url(name)}
    yield urls | {"REDIS_URL": redis_url}
    drop_database(name, role=name)
