"""`POST /auth/v1/verification` and `/verification/verify`: who is sent a code, and what a right one gives."""

import pytest

from accounts.models import EndUser
from otp.delivery.models import OutboxMessage
from otp.models import Challenge
from tests.clients import TencentClient, last_code
from tests.dialects.cloudbase.clients import EMAIL, PHONE, CloudBaseClient, error_of
from tests.factories import make_application, make_tenant

pytestmark = pytest.mark.django_db

CANONICAL = "+8613612345678"
WRONG_CODE = (400, "invalid_verification_code", 3)


@pytest.fixture
def client() -> CloudBaseClient:
    return CloudBaseClient(make_application(make_tenant(sms_interval_seconds=0)))


def make_user(client: CloudBaseClient, **fields) -> EndUser:
    return EndUser.objects.create(
        tenant=client.application.tenant, **{"phone_number": CANONICAL, "phone_number_verified": True} | fields
    )


def verify(client: CloudBaseClient, verification_id: str, code: str):
    return client.post("/verification/verify", verification_id=verification_id, verification_code=code)


@pytest.mark.parametrize("address", [{"phone_number": PHONE}, {"email": EMAIL}, {"email": "user@example"}])
def test_a_code_of_six_digits_is_sent_and_lives_for_ten_minutes(client, address):
    response = client.post("/verification", **address)

    body = response.json()
    assert (response.status_code, body["expires_in"], body["is_user"]) == (200, 600, False)
    challenge, message = Challenge.objects.get(), OutboxMessage.objects.get()
    assert len(message.code) == 6
    assert (challenge.code_expires_at - challenge.created_at).total_seconds() == 600
    assert (challenge.token_expires_at - challenge.created_at).total_seconds() == 600


def test_the_message_is_in_the_language_that_is_asked_for(client):
    client.call("POST", "/verification", {"email": EMAIL}, accept_language="en;q=0.5,zh-CN")

    assert "验证码" in OutboxMessage.objects.get().body


@pytest.mark.parametrize("usage", ["email", "recovery", "reauthentication", "anything"])
def test_any_usage_is_accepted(client, usage):
    assert client.post("/verification", email=EMAIL, usage=usage).status_code == 200


def test_is_user_says_whether_the_address_is_registered(client):
    make_user(client)

    assert client.post("/verification", phone_number=PHONE).json()["is_user"] is True


def test_an_unproven_claim_is_no_user(client):
    """S-36."""
    make_user(client, phone_number_verified=False)

    assert client.post("/verification", phone_number=PHONE).json()["is_user"] is False


@pytest.mark.parametrize(
    ("target", "is_registered", "answer"),
    [
        ("ANY", True, None),
        ("ANY", False, None),
        ("USER", True, None),
        ("USER", False, (404, "user_not_found", 5)),
        ("NOT_USER", False, None),
        ("NOT_USER", True, (409, "already_exists", 6)),
        ("CUR_USER", True, (401, "unauthenticated", 16)),
        ("user", True, (400, "invalid_argument", 3)),
    ],
)
def test_targets(client, target, is_registered, answer):
    if is_registered:
        make_user(client)

    response = client.post("/verification", phone_number=PHONE, target=target)

    assert (error_of(response) if answer else None) == answer
    assert OutboxMessage.objects.count() == (0 if answer else 1)


def test_the_current_user_gets_a_code_at_an_address_of_his_own(client):
    token = client.sign_up(phone_number=PHONE).json()["access_token"]

    own = client.bearer(token, "POST", "/verification", {"phone_number": PHONE, "target": "CUR_USER"})
    other = client.bearer(token, "POST", "/verification", {"email": EMAIL, "target": "CUR_USER"})

    assert own.status_code == 200
    assert error_of(other) == (404, "user_not_found", 5)


def test_who_is_signed_in_is_kept_with_the_code(client):
    tokens = client.sign_up(phone_number=PHONE).json()

    response = client.bearer(tokens["access_token"], "POST", "/verification", {"email": EMAIL})

    assert response.status_code == 200
    assert Challenge.objects.get(destination=EMAIL).asked_by_id.hex == tokens["sub"]


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({}, "invalid_argument"),
        ({"phone_number": PHONE, "email": EMAIL}, "invalid_argument"),
        ({"phone_number": 13612345678}, "invalid_argument"),
        ({"phone_number": "+86 12345"}, "invalid_phone_number"),
        ({"phone_number": "hello"}, "invalid_phone_number"),
        ({"phone_number": "+86 12612345678"}, "invalid_phone_number"),
        ({"email": "nobody"}, "invalid_email"),
        ({"email": "mei@localhost"}, "invalid_email"),
        ({"email": "mei@somewhere.invalid"}, "invalid_email"),
    ],
)
def test_bad_addresses_are_named(client, body, name):
    assert error_of(client.post("/verification", **body)) == (400, name, 3)


def test_a_number_of_another_region_is_refused_where_the_tenant_names_its_regions():
    client = CloudBaseClient(make_application(make_tenant(phone_regions=["CN"])))

    assert client.post("/verification", phone_number=PHONE).status_code == 200
    assert error_of(client.post("/verification", phone_number="+47 40612345")) == (400, "invalid_phone_number", 3)


def test_limits_are_shared_with_the_other_dialect():
    client = CloudBaseClient(make_application())
    TencentClient(client.application).send(usage="signup", phone_number="13612345678")

    response = client.post("/verification", phone_number=PHONE)

    assert error_of(response) == (429, "rate_limit_exceeded", 8)
    assert int(response["Retry-After"]) > 0


def test_the_quota_is_shared_with_the_other_dialect():
    client = CloudBaseClient(make_application(make_tenant(sms_quota=1)))
    TencentClient(client.application).send(usage="signup", phone_number="13712345678")

    assert error_of(client.post("/verification", phone_number=PHONE)) == (429, "resource_exhausted", 8)


def test_the_other_dialect_does_not_know_the_usage(client):
    response = TencentClient(client.application).send(usage="verification", phone_number="13612345678")

    assert response.json()["error"] == "invalid_request"


def test_a_right_code_gives_a_token_once(client):
    verification_id = client.verification_id(phone_number=PHONE)

    first = verify(client, verification_id, last_code(CANONICAL))
    second = verify(client, verification_id, last_code(CANONICAL))

    assert (first.status_code, first.json()["expires_in"]) == (200, 600)
    assert error_of(second) == WRONG_CODE
    assert "verification" in second.json()["error_description"]


def test_a_wrong_code_and_an_unknown_id_are_refused_alike(client):
    verification_id = client.verification_id(phone_number=PHONE)
    wrong = f"{(int(last_code(CANONICAL)) + 1) % 10**6:06d}"

    answers = [verify(client, verification_id, wrong), verify(client, "unknown", "123456")]

    assert [error_of(one) for one in answers] == [WRONG_CODE, WRONG_CODE]
    assert answers[0].content == answers[1].content


def test_after_five_wrong_codes_the_right_one_is_too_late(client):
    verification_id = client.verification_id(phone_number=PHONE)
    code = last_code(CANONICAL)
    for number in range(1, 6):
        verify(client, verification_id, f"{(int(code) + number) % 10**6:06d}")

    assert error_of(verify(client, verification_id, code)) == WRONG_CODE


def test_a_guess_counts_wherever_it_is_made(client):
    """S-26: twenty wrong codes here, and the other dialect sends a longer one, which is as good."""
    for _ in range(4):
        verification_id = client.verification_id(phone_number=PHONE)
        code = last_code(CANONICAL)
        for number in range(1, 6):
            verify(client, verification_id, f"{(int(code) + number) % 10**6:06d}")
    tencent = TencentClient(client.application)

    proof = tencent.phone_proof()

    assert len(proof["phone_number_otp"]) == 8
    assert tencent.sign_up(**proof).status_code == 200


def test_a_code_is_good_for_six_hundred_seconds(client, pass_time):
    early, late = client.verification_id(phone_number=PHONE), client.verification_id(email=EMAIL)

    pass_time(599)
    assert verify(client, early, last_code(CANONICAL)).status_code == 200
    pass_time(2)
    assert error_of(verify(client, late, last_code(EMAIL))) == WRONG_CODE


def test_another_application_does_not_know_the_id(client):
    other = CloudBaseClient(make_application(client.application.tenant))
    verification_id = client.verification_id(phone_number=PHONE)

    assert error_of(verify(other, verification_id, last_code(CANONICAL))) == WRONG_CODE


@pytest.mark.parametrize("body", [{}, {"verification_id": "x"}, {"verification_id": "x", "verification_code": 123456}])
def test_both_fields_are_texts(client, body):
    assert error_of(client.post("/verification/verify", **body)) == (400, "invalid_argument", 3)


def test_a_verification_token_is_kept_as_its_hash(client):
    token = client.verification_token(phone_number=PHONE)

    row = Challenge.objects.get()
    assert token not in (row.verification_hash, row.token_hash)
    assert len(row.verification_hash) == 64
