from contextlib import nullcontext

import pytest

from accounts.models import EndUser
from otp import challenges
from otp.challenges import Proof
from otp.errors import BadCode, BadToken
from otp.models import Challenge
from tenants import clock
from tenants.models import OtpAuthSource, Sender, Tenant
from tests.clients import TencentClient, last_code
from tests.factories import configuration_of, make_application, make_tenant

pytestmark = pytest.mark.django_db

PHONE, EMAIL = "13612345678", "mock_username@example.com"
BAD_TOKEN, BAD_CODE = {"error": "bad_email_otp_token"}, {"error": "bad_email_otp"}


def make_client(tenant: Tenant | None = None, **fields) -> TencentClient:
    return TencentClient(make_application(tenant, **{"authentication": ("email",)} | fields))


@pytest.mark.parametrize(
    ("age", "error"),
    [(59, None), (61, "bad_phone_number_otp"), (299, "bad_phone_number_otp"), (301, "bad_phone_number_otp_token")],
)
def test_the_code_lives_a_minute_and_its_token_five(pass_time, age, error):
    """S-29."""
    client = make_client(authentication=("phone_number",))
    proof = client.phone_proof(PHONE)

    pass_time(age)

    assert client.sign_up(**proof).json().get("error") == error


@pytest.mark.parametrize(
    ("seconds", "age", "refusal"),
    [(1, 2, BadCode), (120, 119, None), (120, 121, BadCode), (300, 299, None), (300, 301, BadToken)],
)
def test_a_log_in_code_lives_as_long_as_its_source_says(pass_time, seconds, age, refusal):
    """S-29."""
    tenant = make_tenant()
    source = OtpAuthSource.objects.create(tenant=tenant, key="codes", channel="email", code_ttl_seconds=seconds)
    application = make_application(tenant, otp_sources=(source,))
    token = TencentClient(application).send(email=EMAIL, auth_source_id=str(source.id)).json()["otp_token"]
    pass_time(age)

    proof = Proof("email", EMAIL, token=token, code=last_code(EMAIL))
    log_in = {"application": configuration_of(application), "usage": "login", "auth_source_id": source.id}
    with pytest.raises(refusal) if refusal else nullcontext():
        challenges.prove(**log_in, proof=proof, now=clock.now())


def test_the_token_is_bound_to_its_tenant():
    """S-30."""
    client, stranger = make_client(), make_client()
    proof = client.email_proof(EMAIL)

    assert stranger.sign_up(**proof).json() == BAD_TOKEN
    assert client.sign_up(**proof).status_code == 200


def test_the_token_is_bound_to_its_client():
    """S-30."""
    client = make_client()
    sister = make_client(Tenant.objects.get())
    proof = client.email_proof(EMAIL)

    assert sister.sign_up(**proof).json() == BAD_TOKEN
    assert client.sign_up(**proof).status_code == 200


@pytest.mark.parametrize("usage", ["login", "update_userinfo", "reset_password"])
def test_the_token_is_bound_to_its_usage(usage):
    """S-30."""
    tenant = make_tenant()
    source = OtpAuthSource.objects.create(tenant=tenant, key="codes", channel="email")
    client = make_client(tenant, otp_sources=(source,))
    token = client.send(usage=usage, email=EMAIL, auth_source_id=str(source.id)).json()["otp_token"]
    code = "000000" if usage == "reset_password" else last_code(EMAIL)

    assert client.sign_up(email=EMAIL, email_otp_token=token, email_otp=code).json() == BAD_TOKEN


def test_the_token_is_bound_to_its_channel():
    """S-30."""
    client = make_client(authentication=("phone_number", "email"), any_of=True)
    by_phone, by_email = client.phone_proof(PHONE), client.email_proof(EMAIL)
    swapped = {"email": EMAIL, "email_otp_token": by_phone["phone_number_otp_token"]}

    assert client.sign_up(**swapped, email_otp=by_phone["phone_number_otp"]).json() == BAD_TOKEN
    assert client.sign_up(**by_phone, **by_email).status_code == 200


def test_the_token_is_bound_to_its_address_in_any_spelling():
    """S-30."""
    client = make_client()
    client.email_proof("somebody@example.com")
    proof = client.email_proof("Some.Body@Example.COM")

    assert client.sign_up(**proof | {"email": "somebody@example.com"}).json() == BAD_TOKEN
    assert client.sign_up(**proof | {"email": "some.body@EXAMPLE.com"}).status_code == 200


def test_the_token_is_bound_to_its_auth_source():
    """S-30."""
    tenant = make_tenant()
    source, other = (OtpAuthSource.objects.create(tenant=tenant, key=key, channel="email") for key in ("one", "two"))
    application = make_application(tenant, otp_sources=(source, other))
    token = TencentClient(application).send(email=EMAIL, auth_source_id=str(source.id)).json()["otp_token"]
    proof = Proof("email", EMAIL, token=token, code=last_code(EMAIL))
    log_in = {"application": configuration_of(application), "usage": "login", "proof": proof, "now": clock.now()}

    for source_id in (other.id, None):
        with pytest.raises(BadToken):
            challenges.prove(**log_in, auth_source_id=source_id)
    assert challenges.prove(**log_in, auth_source_id=source.id).id == Challenge.objects.get().id


def test_a_token_with_one_letter_changed_is_unknown():
    """S-32."""
    client = make_client()
    proof = client.email_proof(EMAIL)
    token = proof["email_otp_token"]

    for position in (0, 20, 42):
        changed = token[:position] + ("B" if token[position] == "A" else "A") + token[position + 1 :]
        assert client.sign_up(**proof | {"email_otp_token": changed}).json() == BAD_TOKEN
    assert client.sign_up(**proof).status_code == 200


@pytest.mark.parametrize("spoil", [" {}", "{} ", "{}0", "0{}", "{}\n", "{}\x00"], ids=ascii)
def test_the_code_must_be_returned_as_it_was_sent(spoil):
    client = make_client()
    proof = client.email_proof(EMAIL)

    assert client.sign_up(**proof | {"email_otp": spoil.format(proof["email_otp"])}).json() == BAD_CODE
    full_width = "".join(chr(ord(digit) + 0xFEE0) for digit in proof["email_otp"])
    assert client.sign_up(**proof | {"email_otp": full_width}).json() == BAD_CODE
    assert client.sign_up(**proof).status_code == 200


def test_a_newer_code_replaces_the_older_one():
    """S-31."""
    client = make_client()
    first, second = client.email_proof(EMAIL), client.email_proof(EMAIL)

    assert client.sign_up(**first).json() == BAD_TOKEN
    assert client.sign_up(**second).status_code == 200


def test_a_code_of_another_usage_client_or_tenant_replaces_nothing():
    """S-31, S-75."""
    client = make_client()
    sister, stranger = make_client(Tenant.objects.get()), make_client()
    proof = client.email_proof(EMAIL)

    assert client.send(usage="update_userinfo", email=EMAIL).status_code == 200
    sister.email_proof(EMAIL)
    stranger.email_proof(EMAIL)

    assert client.sign_up(**proof).status_code == 200


def test_a_send_that_failed_keeps_the_older_code_alive():
    """S-31."""
    client = make_client()
    proof = client.email_proof(EMAIL)
    broken = {"key": "gateway", "channel": "email", "vendor": "custom", "settings": {"url": "http://127.0.0.1:9/"}}
    Sender.objects.create(tenant=Tenant.objects.get(), **broken)

    assert client.send(usage="signup", email=EMAIL).status_code == 503

    assert client.sign_up(**proof).status_code == 200


def test_a_code_is_good_for_one_sign_up():
    """S-27."""
    client = make_client()
    proof = client.email_proof(EMAIL)
    assert client.sign_up(**proof).status_code == 200
    EndUser.objects.all().delete()

    assert client.sign_up(**proof).json() == BAD_TOKEN
    assert client.sign_up(**proof | {"email_otp": "wrong"}).json() == BAD_TOKEN
    assert not EndUser.objects.exists()


def test_a_weak_password_spends_neither_the_code_nor_a_guess():
    """S-28."""
    client = make_client(password_source={})
    proof = client.email_proof(EMAIL)

    refused = [client.sign_up(**proof, password="weak").json() for _ in range(7)]

    assert refused == [{"error": "invalid_password"}] * 7
    assert Challenge.objects.get().guesses == 0
    assert client.sign_up(**proof, password="tQzvkw7!mp").status_code == 200
