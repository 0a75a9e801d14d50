"""The vendor's own npm clients go up, in, around and out again."""

import pytest

pytestmark = pytest.mark.npm

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
def walker(walker_of):
    return walker_of("cloudbase")


@pytest.mark.parametrize(("script", "steps"), [("walk.mjs", STEPS), ("walk-js-sdk.mjs", STEPS_OF_JS_SDK)])
def test_the_client_goes_up_in_around_and_out_again(script, steps, walker):
    lines = walker.walk(script, walker.facts["base_url"], walker.facts["client_id"])

    assert [step for step in steps if step not in lines] == []
