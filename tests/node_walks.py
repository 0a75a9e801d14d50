"""Vendors' npm clients, unmodified, against a server as `make run` starts it: the scripts of docs/examples."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.servers import create_database, database_url, drop_database
from tests.trial.test_make_run import ROOT, free_port, running

EXAMPLES = ROOT / "docs" / "examples"


def installed(example: str, directory: Path) -> Path:
    """A copy of the example with its packages as the lock says; skips where they cannot be had."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("needs Node.js and npm")
    copy = directory / example
    shutil.copytree(EXAMPLES / example, copy, ignore=shutil.ignore_patterns("node_modules"))
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=180, check=False)
    if done.returncode:
        pytest.skip(f"needs the npm packages, which cannot be had here: {done.stderr[-300:]}")
    return copy


def walk(packages: Path, directory: Path, script: str, arguments: Callable[[dict[str, Any]], list[str]]) -> list[str]:
    """The lines that the script prints; `arguments` makes those before the two by which it reads the outbox."""
    port = free_port()
    with _backing(packages.name) as backing, running(directory, port, **backing):
        facts = json.loads((directory / "quickstart.json").read_text())
        done = subprocess.run(
            ["node", script, *arguments(facts), sys.executable, str(ROOT / "manage.py")],
            cwd=packages,
            env={"PATH": os.environ["PATH"], "CIAM_DATA_DIR": str(directory), "PORT": str(port)} | backing,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


@contextmanager
def _backing(example: str) -> Iterator[dict[str, str]]:
    """PostgreSQL and Redis where the suite runs on them, else nothing: the embedded default."""
    redis_url = os.environ.get("CIAM_TEST_REDIS_URL", "")
    if not (redis_url and os.environ.get("DATABASE_URL", "").startswith("postgres")):
        yield {}
        return
    name = f"ciam_walk_{example}_{os.getpid()}"
    create_database(name)
    yield {"DATABASE_URL": database_url(name), "REDIS_URL": redis_url}
    drop_database(name)
