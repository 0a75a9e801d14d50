"""An application with `answers: private` (S-88): who asks is not told whether an address has an account."""

import pytest

from accounts.models import EndUser
from otp.delivery.models import OutboxMessage
from otp.models import Usage
from tenants.models import AuditEntry
from tests.clients import Client, TencentClient, headers_of, last_code
from tests.factories import make_application, make_tenant

pytestmark = pytest.mark.django_db

KNOWN, UNKNOWN = "known@example.com", "unknown@example.com"


@pytest.fixture
def shop():
    return make_application(
        make_tenant(), authentication=("email",), optional=("phone_number",), answers="private", password_source={}
    )


@pytest.fixture
def client(shop) -> TencentClient:
    found = TencentClient(shop)
    assert found.sign_up(**found.email_proof(KNOWN)).status_code == 200
    return found


def mail_to(address: str) -> OutboxMessage:
    return OutboxMessage.objects.filter(destination=address).latest("sent_at")


def alike(*responses) -> bool:
    """Status, headers and shape of the body; tokens differ by nature."""
    first, *others = [(one.status_code, sorted(headers_of(one)), sorted(one.json())) for one in responses]
    return all(one == first for one in others)


def test_a_code_to_sign_up_is_asked_for_alike_and_the_owner_is_told(client):
    known, unknown = client.send(usage="signup", email=KNOWN), client.send(usage="signup", email=UNKNOWN)

    assert alike(known, unknown)
    assert known.status_code == 200
    assert len(known.json()["otp_token"]) == len(unknown.json()["otp_token"])
    assert (mail_to(KNOWN).usage, mail_to(UNKNOWN).usage) == (Usage.KNOWN_ADDRESS, Usage.SIGNUP)
    assert mail_to(KNOWN).code == ""
    assert "has an account already" in mail_to(KNOWN).body


def test_the_owner_is_told_in_his_own_language(client):
    EndUser.objects.update(attributes={"locale": "tr-TR"})

    client.post("/otp/send", {"usage": "signup", "email": KNOWN}, **{"accept-language": "zh"})

    assert "hesabı var" in mail_to(KNOWN).body


def test_signing_up_with_a_wrong_code_is_refused_alike(client):
    refusals = []
    for address in (KNOWN, UNKNOWN):
        token = client.send(usage="signup", email=address).json()["otp_token"]
        refusals.append(client.sign_up(email=address, email_otp_token=token, email_otp="0000000"))

    assert refusals[0].content == refusals[1].content == b'{"error": "bad_email_otp"}'
    assert refusals[0].status_code == refusals[1].status_code == 400


def test_no_code_opens_an_address_that_somebody_has(client):
    token = client.send(usage="signup", email=KNOWN).json()["otp_token"]

    for guess in ("", "000000", "123456"):
        assert client.sign_up(email=KNOWN, email_otp_token=token, email_otp=guess).status_code == 400
    assert EndUser.objects.count() == 1


def test_who_proves_an_address_that_was_taken_meanwhile_is_told(client):
    proof = client.email_proof(UNKNOWN)
    EndUser.objects.filter(email=KNOWN).update(email=UNKNOWN)

    assert client.sign_up(**proof).json() == {"error": "duplicate_email"}


def test_limits_strike_alike(client, shop):
    shop.tenant.email_interval_seconds = 30
    shop.tenant.save()
    from signup.contracts import publish

    publish(shop)
    answers = []
    for address in (KNOWN, UNKNOWN):
        client.send(usage="signup", email=address)
        answers.append(client.send(usage="signup", email=address))

    assert alike(*answers)
    assert answers[0].status_code == 429


def test_a_code_for_a_new_password_is_asked_for_alike_whatever_the_senders_do(shop):
    """In every application, not in a private one alone."""
    shop.answers = "contract"
    shop.save()
    from signup.contracts import publish

    publish(shop)
    client = TencentClient(shop)
    client.sign_up(**client.email_proof(KNOWN))
    shop.tenant.senders.create(key="broken", channel="email", vendor="smtp", settings={"host": "127.0.0.1", "port": 1})

    known, unknown = (
        client.send(usage="reset_password", email=KNOWN),
        client.send(usage="reset_password", email=UNKNOWN),
    )

    assert alike(known, unknown)
    assert known.status_code == 200


def test_the_trail_tells_the_operator_no_more_than_it_did(client):
    client.send(usage="signup", email=KNOWN)

    line = AuditEntry.objects.filter(event="code.request").latest("id")
    assert (line.subject, line.detail) == ("k***@example.com", {"usage": "signup", "channel": "email"})


class TestCloudBase:
    @pytest.fixture
    def http(self, client, shop) -> Client:
        return Client(headers={"host": "localhost", "x-device-id": "d1"})

    def send(self, http, shop, target, address):
        body = {"client_id": shop.client_id, "email": address, "target": target}
        return http.post("/auth/v1/verification", body, content_type="application/json")

    @pytest.mark.parametrize(("target", "is_user"), [("ANY", False), ("USER", True), ("NOT_USER", False)])
    def test_a_code_is_asked_for_alike(self, http, shop, target, is_user):
        known, unknown = self.send(http, shop, target, KNOWN), self.send(http, shop, target, UNKNOWN)

        assert alike(known, unknown)
        assert known.json()["is_user"] is unknown.json()["is_user"] is is_user

    def test_only_who_is_meant_gets_a_code(self, http, shop):
        self.send(http, shop, "NOT_USER", KNOWN)
        assert mail_to(KNOWN).usage == Usage.KNOWN_ADDRESS

        self.send(http, shop, "USER", UNKNOWN)
        assert not OutboxMessage.objects.filter(destination=UNKNOWN).exists()

        self.send(http, shop, "USER", KNOWN)
        assert mail_to(KNOWN).usage == Usage.VERIFICATION

    def test_a_verified_code_tells_its_owner_what_he_may_know(self, http, shop):
        sent = self.send(http, shop, "ANY", KNOWN).json()
        body = {"client_id": shop.client_id, "verification_id": sent["verification_id"]}
        body["verification_code"] = last_code(KNOWN)
        token = http.post("/auth/v1/verification/verify", body, content_type="application/json").json()
        body = {"client_id": shop.client_id, "email": KNOWN, "verification_token": token["verification_token"]}

        assert http.post("/auth/v1/signup", body, content_type="application/json").status_code == 409
        body = {"client_id": shop.client_id, "verification_token": token["verification_token"]}
        assert http.post("/auth/v1/signin", body, content_type="application/json").status_code == 200

    def test_whether_an_address_exists_is_not_told(self, http, shop):
        path = f"/auth/v1/checkIfUserExist?client_id={shop.client_id}&username={{}}"

        known, unknown = http.get(path.format(KNOWN)), http.get(path.format(UNKNOWN))

        assert known.json() == unknown.json()
        assert known.json()["exist"] is False
