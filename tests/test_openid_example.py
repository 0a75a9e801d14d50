"""An OpenID client off the shelf, in another language, against a server as `make run` starts it: the walk of docs."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.trial.test_make_run import ROOT, free_port, running

EXAMPLE = ROOT / "docs" / "examples" / "openid"
STEPS = (
    "discovered",
    "sent to the sign-up page",
    "signed up, and on to the application",
    "the ID token is verified, with its nonce",
    "refused as documented: invalid_grant",
    "whoever is logged in comes back at once",
    "user information",
    "refreshed: another refresh token",
    "logged out",
    "refused as documented: login_required",
    "sent to the log-in page",
    "a wrong password is refused",
    "logged in by password",
    "asked to log in once more",
    "logged in by code",
)


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with its packages installed as the lock says."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("needs Node.js and npm")
    copy = tmp_path_factory.mktemp("npm") / "openid"
    shutil.copytree(EXAMPLE, copy, ignore=shutil.ignore_patterns("node_modules"))
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    installed = subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=180, check=False)
    if installed.returncode:
        pytest.skip(f"needs the npm packages, which cannot be had here: {installed.stderr[-300:]}")
    return copy


def test_the_client_goes_up_in_around_and_out_again(packages: Path, tmp_path: Path) -> None:
    directory, port = tmp_path / "var", free_port()

    with running(directory, port):
        facts = json.loads((directory / "quickstart.json").read_text())
        issuer = f"{facts['base_url']}/t/{facts['tenant']}"
        of_application = [issuer, facts["client_id"], facts["client_secret"]]
        walk = subprocess.run(
            ["node", "walk.mjs", *of_application, sys.executable, str(ROOT / "manage.py")],
            cwd=packages,
            env={"PATH": os.environ["PATH"], "CIAM_DATA_DIR": str(directory), "PORT": str(port)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    assert walk.returncode == 0, walk.stdout + walk.stderr
    assert [step for step in STEPS if step not in walk.stdout.splitlines()] == []
