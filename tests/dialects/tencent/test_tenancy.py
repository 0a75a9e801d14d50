import pytest

from accounts.models import EndUser
from otp.delivery.models import Attempt, Delivery, OutboxMessage
from otp.models import Challenge
from tenants.ids import new_id
from tenants.models import Group, OtpAuthSource
from tests.clients import TencentClient, headers_of
from tests.factories import make_application, make_tenant

pytestmark = pytest.mark.django_db

PHONE, EMAIL = "13612345678", "mock_username@example.com"


@pytest.fixture
def shop():
    return make_application(make_tenant(slug="shop"), authentication=("username", "phone_number", "email"))


@pytest.fixture
def bakery():
    return make_application(make_tenant(slug="bakery"), authentication=("username", "phone_number", "email"))


def test_the_same_identifiers_in_two_tenants_are_two_strangers(shop, bakery):
    """S-74."""
    subs = []
    for application in (shop, bakery):
        client = TencentClient(application)
        response = client.sign_up(username="somebody", **client.phone_proof(PHONE), **client.email_proof(EMAIL))
        assert response.status_code == 200
        subs.append(response.json()["sub"])

    assert len(set(subs)) == 2
    tenants = [EndUser.objects.get(id=sub).tenant for sub in subs]
    assert tenants == [shop.tenant, bakery.tenant]


def test_an_identifier_taken_in_one_tenant_is_free_in_the_other(shop, bakery):
    """S-74."""
    taken = {"username": "somebody", "phone_number": f"+86{PHONE}", "email": EMAIL}
    EndUser.objects.create(tenant=shop.tenant, phone_number_verified=True, email_verified=True, **taken)

    assert TencentClient(shop).send(usage="signup", phone_number=PHONE).json() == {"error": "phone_number_is_used"}
    assert TencentClient(bakery).send(usage="signup", phone_number=PHONE).status_code == 200
    assert TencentClient(bakery).send(usage="signup", email=EMAIL).status_code == 200


def test_two_applications_of_a_tenant_share_its_end_users(shop):
    sister = TencentClient(make_application(shop.tenant, authentication=("username",)))
    EndUser.objects.create(tenant=shop.tenant, username="somebody")

    assert sister.sign_up(username="Somebody").json() == {"error": "duplicate_username"}


def test_a_claim_in_one_tenant_survives_a_proof_in_the_other(shop, bakery):
    """S-74."""
    claimant = EndUser.objects.create(tenant=shop.tenant, email=EMAIL)
    client = TencentClient(make_application(bakery.tenant, authentication=("email",)))

    assert client.sign_up(**client.email_proof(EMAIL)).status_code == 200

    claimant.refresh_from_db()
    assert claimant.email == EMAIL


def test_reset_knows_only_the_tenants_own_end_users(shop, bakery):
    """S-74, S-88."""
    EndUser.objects.create(tenant=shop.tenant, email=EMAIL, email_verified=True)

    assert TencentClient(bakery).send(usage="reset_password", email=EMAIL).status_code == 200

    assert not OutboxMessage.objects.exists()


def test_a_foreign_auth_source_is_an_unknown_one(shop, bakery):
    """S-77."""
    foreign = OtpAuthSource.objects.create(tenant=bakery.tenant, key="codes", channel="sms")
    client = TencentClient(shop)

    answers = [client.send(phone_number=PHONE, auth_source_id=str(id_)) for id_ in (foreign.id, new_id())]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].content == answers[1].content
    assert headers_of(answers[0]) == headers_of(answers[1])


def test_a_foreign_token_is_an_unknown_one(shop, bakery):
    """S-77."""
    client, stranger = TencentClient(shop), TencentClient(bakery)
    foreign = stranger.phone_proof(PHONE)
    body = {"username": "somebody"} | client.email_proof(EMAIL) | foreign

    answers = [client.sign_up(**body), client.sign_up(**body | {"phone_number_otp_token": "x" * 43})]

    assert [answer.json() for answer in answers] == [{"error": "bad_phone_number_otp_token"}] * 2
    assert headers_of(answers[0]) == headers_of(answers[1])
    assert Challenge.objects.get(tenant=bakery.tenant).guesses == 0


def test_identifiers_of_rows_cannot_be_guessed_from_one_another():
    """S-77."""
    ids = [new_id() for _ in range(10_000)]

    assert len(set(ids)) == len({one.int & (1 << 62) - 1 for one in ids}) == 10_000
    assert {(one.version, one.variant) for one in ids} == {(7, "specified in RFC 4122")}


def test_every_row_of_a_sign_up_is_its_tenants(shop, bakery):
    """S-73."""
    group = Group.objects.create(tenant=shop.tenant, name="Customers")
    client = TencentClient(make_application(shop.tenant, group=group, password_source={"strength": "low"}))

    assert client.sign_up(**client.phone_proof(PHONE), password="tqzvkwpx").status_code == 200

    end_user = EndUser.objects.get()
    rows = [end_user, end_user.password_history.get(), *end_user.groups.all()]
    rows += [model.objects.get() for model in (Challenge, Delivery, Attempt, OutboxMessage)]
    assert {row.tenant_id for row in rows} == {shop.tenant_id}
