"""An OpenID client off the shelf, in another language, logs in through discovery and out again."""

import pytest

pytestmark = pytest.mark.npm

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


def test_the_client_goes_up_in_around_and_out_again(walker_of):
    walker = walker_of("openid")
    issuer = f"{walker.facts['base_url']}/t/{walker.facts['tenant']}"

    lines = walker.walk("walk.mjs", issuer, walker.facts["client_id"], walker.facts["client_secret"])

    assert [step for step in STEPS if step not in lines] == []
