"""A private application answers every public call alike for known and for unknown addresses."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse

from accounts.models import EndUser
from accounts.passwords.hashing import hash_password
from tests.clients import headers_of
from tests.signup.private_calls import CALLS, Caller, make_private_application

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]
KNOWN = {"email": "known@example.com", "phone_number": "13600000001"}
NOBODY = {"email": "other@example.com", "phone_number": "13600000002"}
HOLDERS: dict[str, dict[str, Any]] = {
    "with a password": {"password": "Kite-over-9-Hills"},
    "by code alone": {},
    "locked": {"status": "LOCK"},
    "unproven": {"phone_number_verified": False, "email_verified": False, "password": "Kite-over-9-Hills"},
}
# What two answers never share: names whose values are random, or made from the new user's id, and times.
RANDOM = re.compile(
    r'"(otp_token|verification_id|access_token|refresh_token|sub|user_id|provider_user_id|state)": "[^"]*"'
)
TIME = re.compile(r'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"')
CHALLENGE = re.compile(r'"challenge": \{[^}]*\}')


def whole(answer: HttpResponse, address: str) -> tuple[int, dict[str, str], list[str], str]:
    """All of an answer, but for its random values and the address itself."""
    text = CHALLENGE.sub('"challenge"', TIME.sub('"time"', RANDOM.sub(r'"\1"', answer.content.decode())))
    headers = {name: value.replace(address, "address") for name, value in headers_of(answer).items()}
    return answer.status_code, headers, sorted(answer.cookies), text.replace(address, "address")


def ask(application, call: str, address: str) -> list[Any]:
    answers = CALLS[call](Caller(application, address))
    return [whole(one, address) for one in (answers if isinstance(answers, list) else [answers])]


def make_holder(application, *, password: str = "", **fields: Any) -> EndUser:
    proven = {"phone_number_verified": True, "email_verified": True}
    return EndUser.objects.create(
        tenant=application.tenant,
        phone_number=f"+86{KNOWN['phone_number']}",
        email=KNOWN["email"],
        email_typed=KNOWN["email"],
        password=hash_password(password) if password else "",
        **(proven | fields),
    )


@pytest.mark.parametrize("name", KNOWN)
@pytest.mark.parametrize("holder", HOLDERS)
@pytest.mark.parametrize("call", CALLS)
def test_known_and_unknown_addresses_are_answered_alike(call, holder, name):
    application = make_private_application()
    make_holder(application, **HOLDERS[holder])

    known, unknown = ask(application, call, KNOWN[name]), ask(application, call, NOBODY[name])

    assert known == unknown
    assert all(status < 500 for status, *_ in known)


@pytest.mark.parametrize(
    "call",
    [
        "tencent: otp/send signup",
        "cloudbase: signin by password",
        "cloudbase: verification USER",
        "cloudbase: checkIfUserExist",
        "cloudbase: user/query",
        "cloudbase: signin/with/provider",
    ],
)
def test_other_applications_tell_what_the_contracts_say(call):
    """The table above would pass if nothing were ever told."""
    application = make_private_application(answers="contract")
    make_holder(application)

    assert ask(application, call, KNOWN["email"]) != ask(application, call, NOBODY["email"])


def test_user_names_are_found_in_a_private_application():
    application = make_private_application()
    holder = make_holder(application, username="mei", username_typed="Mei")
    caller = Caller(application, KNOWN["email"])

    by_name = caller.signed_in().get("user/query?username=mei").json()

    assert [one["sub"] for one in by_name["data"]] == [holder.sub]
    assert "email" not in by_name["data"][0]


def test_one_place_decides_what_is_told():
    """Nobody else reads what the application's answers are, so that no call can differ."""
    packages = ("accounts", "ciam", "otp", "signup", "tokens")
    readers = {
        str(path.relative_to(ROOT))
        for package in packages
        for path in (ROOT / package).rglob("*.py")
        if ".is_private" in path.read_text()
    }

    assert readers == {"accounts/disclosure.py"}
