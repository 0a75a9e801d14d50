import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.clients import TencentClient
from tests.dialects.cloudbase.clients import CloudBaseClient
from tests.factories import make_application, make_tenant

pytestmark = pytest.mark.django_db


def outbox(*arguments: str) -> str:
    out = StringIO()
    call_command("outbox", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("spelling", ["13612345678", "+8613612345678", "+86 136 1234 5678"])
def test_latest_message_to_a_number_is_one_object_in_any_spelling(spelling: str) -> None:
    client = TencentClient(make_application())
    proof = client.phone_proof("13612345678")

    message = json.loads(outbox("--to", spelling, "--latest", "--json"))

    assert set(message) == {"to", "channel", "usage", "code", "body", "sent_at"}
    assert message["to"] == "+8613612345678"
    assert message["code"] == proof["phone_number_otp"]
    assert message["code"] in message["body"]


@pytest.mark.parametrize(
    ("regions", "typed", "address", "spellings"),
    [
        ([], {"email": "User@Example"}, "user@example", ["user@example", " USER@Example "]),
        ([], {"phone_number": "13612345678"}, "+8613612345678", ["136 1234 5678", "+86 (136) 1234-5678"]),
        (["TR"], {"phone_number": "0532 123 45 67"}, "+905321234567", ["05321234567", "+90 532 123 45 67"]),
        (["US", "CA"], {"phone_number": "(604) 555-0132"}, "+16045550132", ["604-555-0132", "+1 604 555 0132"]),
    ],
)
def test_every_address_that_a_sign_up_accepts_is_found_in_any_spelling(regions, typed, address, spellings) -> None:
    make_tenant(phone_regions=["DE"])
    application = make_application(make_tenant(phone_regions=regions), authentication=("phone_number", "email"))
    CloudBaseClient(application).verification_id(**typed)

    for spelling in [*typed.values(), *spellings]:
        assert json.loads(outbox("--to", spelling, "--latest", "--json"))["to"] == address


def test_latest_is_the_newest_message_of_all() -> None:
    client = TencentClient(make_application(authentication=("phone_number", "email")))
    client.phone_proof("13612345678")
    client.email_proof("Somebody@Example.com")

    assert json.loads(outbox("--latest", "--json"))["to"] == "somebody@example.com"
    assert json.loads(outbox("--latest", "--json", "--to", "SOMEBODY@example.com"))["channel"] == "email"


def test_without_json_each_message_is_a_line_and_a_sentence_ends_it() -> None:
    TencentClient(make_application()).phone_proof()

    lines = outbox().splitlines()

    assert "+8613612345678" in lines[0]
    assert lines[-1] == "1 message shown."


def test_no_message_and_no_address_are_errors_with_a_sentence() -> None:
    with pytest.raises(CommandError, match="no such message"):
        outbox("--latest")
    with pytest.raises(CommandError, match="neither a phone number"):
        outbox("--to", "nobody")
