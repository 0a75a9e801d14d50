"""An OpenID client off the shelf, in another language, logs in through discovery and out again."""

from pathlib import Path
from typing import Any

import pytest

from tests import node_walks

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
    return node_walks.installed("openid", tmp_path_factory.mktemp("npm"))


def of_application(facts: dict[str, Any]) -> list[str]:
    return [f"{facts['base_url']}/t/{facts['tenant']}", facts["client_id"], facts["client_secret"]]


def test_the_client_goes_up_in_around_and_out_again(packages: Path, tmp_path: Path) -> None:
    lines = node_walks.walk(packages, tmp_path / "var", "walk.mjs", of_application)

    assert [step for step in STEPS if step not in lines] == []
