"""The vendor's own npm client signs up, and is refused as documented."""

import pytest

pytestmark = pytest.mark.npm

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


def test_the_client_signs_up_and_is_refused_as_documented(walker_of):
    walker = walker_of("plusauth")

    lines = walker.walk("walk.mjs", walker.facts["base_url"], walker.facts["client_id"])

    assert [step for step in STEPS if step not in lines] == []
