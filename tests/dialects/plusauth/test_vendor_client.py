"""The vendor's own npm client, unmodified, against a server as `make run` starts it: the script of the docs."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import create_database, database_url, drop_database
from tests.trial.test_make_run import ROOT, free_port, running

EXAMPLE = ROOT / "docs" / "examples" / "plusauth"
STEPS = (
    "refused as documented: invalid_session",
    "the page begins a session",
    "refused as documented: weak_password",
    "refused as documented: invalid_entity",
    "a code was sent",
    "signed up, with a proven address",
    "the profile and the metadata are kept",
    "the session has another cookie",
    "refused as documented: already_exists",
)


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with its packages installed as the lock says."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("needs Node.js and npm")
    copy = tmp_path_factory.mktemp("npm") / "plusauth"
    shutil.copytree(EXAMPLE, copy, ignore=shutil.ignore_patterns("node_modules"))
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    installed = subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=180, check=False)
    if installed.returncode:
        pytest.skip(f"needs the npm packages, which cannot be had here: {installed.stderr[-300:]}")
    return copy


@pytest.fixture
def backing() -> Iterator[dict[str, str]]:
    """PostgreSQL and Redis where the suite runs on them, else nothing: the embedded default."""
    redis_url = os.environ.get("CIAM_TEST_REDIS_URL", "")
    if not (redis_url and os.environ.get("DATABASE_URL", "").startswith("postgres")):
        yield {}
        return
    name = f"ciam_plusauth_client_{os.getpid()}"
    create_database(name)
    yield {"DATABASE_URL": database_url(name), "REDIS_URL": redis_url}
    drop_database(name)


def test_the_client_signs_up_and_is_refused_as_documented(packages, backing, tmp_path):
    directory, port = tmp_path / "var", free_port()

    with running(directory, port, **backing):
        facts = json.loads((directory / "quickstart.json").read_text())
        walk = subprocess.run(
            ["node", "walk.mjs", facts["base_url"], facts["client_id"], sys.executable, str(ROOT / "manage.py")],
            cwd=packages,
            env={"PATH": os.environ["PATH"], "CIAM_DATA_DIR": str(directory), "PORT": str(port)} | backing,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    assert walk.returncode == 0, walk.stdout + walk.stderr
    assert [step for step in STEPS if step not in walk.stdout.splitlines()] == []
