"""The vendor's own npm client signs up, and is refused as documented."""

import pytest

from tests import node_walks

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
def packages(tmp_path_factory):
    return node_walks.installed("plusauth", tmp_path_factory.mktemp("npm"))


def test_the_client_signs_up_and_is_refused_as_documented(packages, tmp_path):
    lines = node_walks.walk(
        packages, tmp_path / "var", "walk.mjs", lambda facts: [facts["base_url"], facts["client_id"]]
    )

    assert [step for step in STEPS if step not in lines] == []
