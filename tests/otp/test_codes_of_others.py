"""A code stays good when others ask for one to the same address; who asks again has the newer one alone (S-31)."""

import pytest
from django.http import HttpResponse

from accounts.models import EndUser
from otp.models import Challenge
from tests.authorization.visitors import Visitor, make_shop
from tests.clients import last_code
from tests.dialects.cloudbase.clients import CloudBaseClient
from tests.dialects.plusauth.clients import EMAIL, Browser
from tests.dialects.tencent.logins import Shop, make_user
from tests.factories import make_application
from tests.races import THREADS, at_once

pytestmark = pytest.mark.django_db


def make_mail_application():
    return make_application(authentication=("email",), optional=("username",))


def sent_to(client: CloudBaseClient) -> dict[str, str]:
    """What returns a code that was really sent."""
    verification_id = client.verification_id(email=EMAIL)
    return {"verification_id": verification_id, "verification_code": last_code(EMAIL)}


def verify(client: CloudBaseClient, sent: dict[str, str]) -> HttpResponse:
    return client.post("/verification/verify", **sent)


def test_a_stranger_at_the_sign_up_page_leaves_the_code_of_another_browser_good():
    application = make_mail_application()
    owner, stranger = Browser(application), Browser(application)
    proof = owner.proof(email=EMAIL)

    assert stranger.ask_code(email=EMAIL).status_code == 200

    assert owner.sign_up(**proof).status_code == 200


def test_a_newer_code_of_the_same_browser_replaces_the_older_one():
    """S-31."""
    owner = Browser(make_mail_application())
    first, second = owner.proof(email=EMAIL), owner.proof(email=EMAIL)

    assert owner.sign_up(**first).json()["error"] == "incorrect_code"
    assert owner.sign_up(**second).status_code == 200


def test_a_code_is_of_the_browser_that_asked_for_it():
    application = make_mail_application()
    owner, stranger = Browser(application), Browser(application)
    proof = owner.proof(email=EMAIL)
    stranger.proof(email=EMAIL)

    assert stranger.sign_up(**proof).json()["error"] == "incorrect_code"
    assert owner.sign_up(**proof).status_code == 200


@pytest.mark.parametrize("device_id", ["device-of-the-owner", ""])
@pytest.mark.parametrize("other_device_id", ["device-of-a-stranger", ""])
def test_a_stranger_with_another_device_or_none_leaves_the_code_good(device_id, other_device_id):
    application = make_mail_application()
    owner = CloudBaseClient(application, device_id=device_id)
    sent = sent_to(owner)

    assert sent_to(CloudBaseClient(application, device_id=other_device_id)) != sent

    assert verify(owner, sent).status_code == 200


def test_a_newer_code_of_the_same_device_replaces_the_older_one():
    """S-31."""
    owner = CloudBaseClient(make_mail_application())
    first, second = sent_to(owner), sent_to(owner)

    assert verify(owner, first).status_code == 400
    assert verify(owner, second).status_code == 200


def test_a_stranger_at_the_log_in_page_leaves_the_code_of_a_back_end_good():
    application = make_shop()
    make_user(application)
    shop, stranger = Shop(application), Visitor(application)
    log_in = shop.code_login(email=EMAIL)
    stranger.open_page()

    assert stranger.post("/login/code", email=EMAIL).status_code == 200

    assert shop.json("/oauth2/token", **log_in).status_code == 200


def test_wrong_codes_of_strangers_count_in_the_day_of_the_address():
    """S-26."""
    application = make_mail_application()
    for number in range(4):
        stranger = CloudBaseClient(application, device_id=f"device-of-stranger-{number}")
        sent = sent_to(stranger) | {"verification_code": "x"}
        assert [verify(stranger, sent).status_code for _ in range(6)] == [400] * 6

    owner = CloudBaseClient(application, device_id="device-of-the-owner")
    sent = sent_to(owner)

    assert len(sent["verification_code"]) > 6
    assert verify(owner, sent).status_code == 200


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_fifty_strangers_at_once_leave_the_code_good_for_one_use(settings):
    settings.RATE_LIMITS = False
    application = make_mail_application()
    owner = CloudBaseClient(application, device_id="device-of-the-owner")
    sent = sent_to(owner)

    def call(number: int):
        if number % 5:
            stranger = CloudBaseClient(application, device_id=f"device-of-stranger-{number}")
            return stranger.post("/verification", email=EMAIL).status_code
        return verify(CloudBaseClient(application, device_id="device-of-the-owner"), sent).status_code

    found = at_once([lambda number=number: call(number) for number in range(THREADS)])

    assert found[1::5] + found[2::5] + found[3::5] + found[4::5] == [200] * 40
    assert sorted(found[::5]) == [200] + [400] * 9
    assert Challenge.objects.exclude(verification_hash=None).count() == 1
    assert EndUser.objects.count() == 0
