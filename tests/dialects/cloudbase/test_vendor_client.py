"""The vendor's own npm clients, unmodified, against a server as `make run` starts it: the scripts of the docs."""

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

EXAMPLE = ROOT / "docs" / "examples" / "cloudbase"
STEPS = (
    "refused as documented: invalid_verification_code",
    "the phone number is new",
    "signed up by phone, and in",
    "refused as documented: already_exists",
    "refreshed: the old refresh token is replaced",
    "twenty refreshes at once leave it signed in",
    "refused as documented: invalid_username_or_password",
    "signed in by password",
    "an anonymous visitor signed up by e-mail, and is the same user",
    "the password is another",
    "deleted",
)
STEPS_OF_JS_SDK = (
    "a code was sent by e-mail",
    "a wrong code is refused",
    "signed up by e-mail",
    "user information",
    "profile edited",
    "session refreshed",
    "signed out",
    "a wrong password is refused",
    "signed in by password",
    "an unknown user name is free",
    "a code to reset the password was sent",
    "the password is another",
    "signed in by the new password",
    "signed up by phone",
    "an anonymous visitor is in",
    "and out again",
)


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with its packages installed as the lock says."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("needs Node.js and npm")
    copy = tmp_path_factory.mktemp("npm") / "cloudbase"
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
    name = f"ciam_vendor_client_{os.getpid()}"
    create_database(name)
    yield {"DATABASE_URL": database_url(name), "REDIS_URL": redis_url}
    drop_database(name)


@pytest.mark.parametrize(("script", "steps"), [("walk.mjs", STEPS), ("walk-js-sdk.mjs", STEPS_OF_JS_SDK)])
def test_the_client_goes_up_in_around_and_out_again(script, steps, packages, backing, tmp_path):
    directory, port = tmp_path / "var", free_port()

    with running(directory, port, **backing):
        facts = json.loads((directory / "quickstart.json").read_text())
        walk = subprocess.run(
            ["node", script, facts["base_url"], facts["client_id"], sys.executable, str(ROOT / "manage.py")],
            cwd=packages,
            env={"PATH": os.environ["PATH"], "CIAM_DATA_DIR": str(directory), "PORT": str(port)} | backing,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    assert walk.returncode == 0, walk.stdout + walk.stderr
    assert [step for step in steps if step not in walk.stdout.splitlines()] == []
