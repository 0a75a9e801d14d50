import json
import os
import shlex
import subprocess
import sys

import pytest
from jsonschema import Draft202012Validator

from accounts.passwords import policy
from ciam.dialects.tencent.contract import describe
from ciam.dialects.tencent.errors import ERRORS, row
from ciam.dialects.tencent.example_requests import curl
from ciam.dialects.tencent.explanations import WORDS
from tenants.models import Publication
from tests.clients import TencentClient
from tests.factories import configuration_of, make_application, make_tenant

pytestmark = pytest.mark.django_db


def contract_of(*authentication: str, **fields):
    return describe(configuration_of(make_application(authentication=authentication, **fields)))


def names_of_errors(contract) -> set[str]:
    return {error["error"] for error in contract["errors"]}


def is_valid(contract, **body) -> bool:
    return Draft202012Validator(contract["schema"]).is_valid(body)


def test_a_contract_says_who_asks_for_what():
    tenant = make_tenant(name="Acme")
    tenant.attributes.create(identifier="member_no", label="Member number", regex="M[0-9]{6}", error_message="Like M1.")

    contract = contract_of(
        "phone_number", tenant=tenant, required=("member_no",), optional=("nickname",), client_id="shop", name="Shop"
    )

    assert json.loads(json.dumps(contract)) == contract
    facts = ("version", "client_id", "application", "tenant", "enabled", "authentication")
    assert [contract[name] for name in facts] == [1, "shop", "Shop", "Acme", True, "all"]
    assert [(field["identifier"], field["role"], field["needs_code"]) for field in contract["fields"]] == [
        ("phone_number", "authentication", True),
        ("member_no", "required", False),
        ("nickname", "optional", False),
    ]
    assert contract["fields"][1] == {
        "identifier": "member_no",
        "label": "Member number",
        "role": "required",
        "type": "string",
        "pattern": "^(?:M[0-9]{6})$",
        "error_message": "Like M1.",
        "needs_code": False,
    }


ANOTHER_PROCESS = """
import json, sys, django
django.setup()
from ciam.dialects.tencent.contract import describe
from tenants.configuration import ApplicationConfiguration
print(json.dumps(describe(ApplicationConfiguration.load(json.load(sys.stdin)))))
"""


def test_a_contract_is_the_same_in_every_process():
    """So that each web process confirms the others' ETags."""
    tenant = make_tenant()
    tenant.attributes.create(identifier="badge", regex=r"(?=.*\d)[A-Z]{2}-\w{4}")
    application = make_application(
        tenant, authentication=("username", "email"), required=("badge",), optional=("zoneinfo",), password_source={}
    )

    elsewhere = subprocess.run(
        [sys.executable, "-c", ANOTHER_PROCESS],
        input=json.dumps(Publication.objects.get(application=application).document),
        env=os.environ | {"PYTHONHASHSEED": "1"},  # other than ours, so that nothing depends on the order of a set
        capture_output=True,
        text=True,
        check=True,
    )

    assert elsewhere.stdout.strip() == json.dumps(describe(configuration_of(application)))


@pytest.mark.parametrize("strength", policy.COMPOSITION)
def test_a_password_policy_is_told_in_words_and_bounds(strength):
    contract = contract_of("username", password_source={"strength": strength})

    shortest, longest = policy.bounds(strength)
    assert contract["password"] == {"accepted": True, "policy": policy.words(strength)}
    assert f"Use {shortest} to {longest} characters." in contract["password"]["policy"]
    lengths = {length: is_valid(contract, username="mei", password="é" * length) for length in (shortest, longest)}
    assert lengths == {shortest: True, longest: True}
    assert not is_valid(contract, username="mei", password="é" * (shortest - 1))
    assert not is_valid(contract, username="mei", password="é" * (longest + 1))


def test_without_a_password_source_no_password_is_accepted():
    contract = contract_of("username")

    assert contract["password"] == {"accepted": False, "policy": ""}
    assert is_valid(contract, username="mei", password=None)
    assert not is_valid(contract, username="mei", password="plum-Blossom 7")
    assert "invalid_password" not in names_of_errors(contract)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"sign_up": False}, "misconfigured"),
        ({"type": "m2m"}, "unauthorized_client"),
        ({"enabled": False}, "invalid_client"),
        ({"authentication": ()}, "invalid_request"),
    ],
    ids=str,
)
def test_where_nobody_can_sign_up_the_schema_accepts_nothing(fields, error):
    contract = describe(configuration_of(make_application(**fields)))

    assert contract["schema"]["not"] == {}
    assert not is_valid(contract)
    assert contract["requests"] == []
    assert curl(contract["requests"], base_url="http://localhost:8000", client_id="shop") == ""
    assert error in names_of_errors(contract)
    assert "invalid_username" not in names_of_errors(contract)


def test_errors_are_those_of_what_is_asked_for():
    by_name = names_of_errors(contract_of("username"))
    by_phone = names_of_errors(contract_of("phone_number"))

    assert {"invalid_username", "duplicate_username"} <= by_name - by_phone
    assert {"bad_phone_number_otp", "malformed_phone_number"} <= by_phone - by_name
    assert not any("email" in name for name in by_name | by_phone)


def test_each_error_has_a_row_with_when_and_cure():
    tenant = make_tenant()
    tenant.attributes.create(identifier="badge", regex="[0-9]+", error_message="Digits only.")
    contract = contract_of("phone_number", "email", tenant=tenant, required=("badge",), password_source={})

    rows = [(error["status"], error["error"], error.get("error_description")) for error in contract["errors"]]

    assert len(rows) == len(set(rows))
    assert (400, "illegal_parameter_value", "Digits only.") in rows
    assert row(next(iter(ERRORS))) not in rows  # 405: the call is a POST
    assert all(error["when"].endswith(".") and error["cure"].endswith(".") for error in contract["errors"])


def test_every_row_of_the_error_table_is_explained():
    assert WORDS.keys() == ERRORS.keys()


@pytest.mark.parametrize("any_of", [False, True])
def test_the_requests_that_it_shows_are_accepted(any_of):
    tenant = make_tenant(sms_interval_seconds=0)
    tenant.attributes.create(identifier="badge", regex=r"(?=.*\d)[A-Z]{2}-\w{4}")
    tenant.attributes.create(identifier="floor", type="integer")
    application = make_application(
        tenant, authentication=("phone_number", "email"), any_of=any_of, required=("badge", "floor"), password_source={}
    )
    contract = describe(configuration_of(application))
    *sends, sign_up = contract["requests"]
    client = TencentClient(application)

    body = dict(sign_up["body"])
    for send in sends:
        assert (send["method"], send["path"]) == ("POST", "/otp/send")
        address = send["body"].get("phone_number") or send["body"]["email"]
        body |= client.phone_proof(address) if "phone_number" in send["body"] else client.email_proof(address)

    assert is_valid(contract, **sign_up["body"])
    assert len(sends) == (1 if any_of else 2)
    assert client.sign_up(**body).status_code == 200


def test_curl_lines_are_shell_with_variables_for_what_is_secret_or_sent():
    tenant = make_tenant()
    tenant.attributes.create(identifier="quote", label="It's")
    requests = contract_of("phone_number", tenant=tenant, required=("quote",))["requests"]

    text = curl(requests, base_url="https://ciam.example", client_id="shop")

    send, sign_up = text.split("\n\n")
    assert 'PHONE_NUMBER_OTP_TOKEN=$(curl -s https://ciam.example/otp/send -u shop:"$CLIENT_SECRET"' in send
    words = shlex.split(sign_up, comments=True)
    assert words[:4] == ["curl", "-s", "https://ciam.example/signup", "-u"]
    assert json.loads(words[words.index("-d") + 1]) == requests[-1]["body"] | {
        "phone_number_otp_token": "$PHONE_NUMBER_OTP_TOKEN",
        "phone_number_otp": "$PHONE_NUMBER_OTP",
        "quote": "It's",
    }


def test_a_whole_number_written_with_a_fraction_is_what_a_schema_cannot_tell():
    tenant = make_tenant()
    tenant.attributes.create(identifier="floor", type="integer")
    application = make_application(tenant, authentication=("username",), optional=("floor",))

    response = TencentClient(application).post("/signup", '{"username": "mei", "floor": 1.0}')

    assert response.json() == {"error": "invalid_request"}
    assert is_valid(describe(configuration_of(application)), username="mei", floor=1.0)
