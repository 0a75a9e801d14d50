"""S-54: wrong passwords in a row are counted for a name, over every path; a code is never in their way."""

from collections.abc import Callable

import pytest
from django.http import HttpResponse

from accounts.models import EndUser, KnownDevice, PasswordFailure
from accounts.passwords import hashing
from tests.dialects.cloudbase.clients import EMAIL, PASSWORD, PHONE, CloudBaseClient, error_of
from tests.factories import make_application, make_tenant
from tests.races import at_once, tally
from tokens import retention

pytestmark = pytest.mark.django_db

WRONG = (400, "invalid_username_or_password", 4043)
CAPTCHA = (400, "captcha_required", 4001)
LOCKED = (400, "invalid_status", 4030)


def make_client(**source) -> CloudBaseClient:
    return CloudBaseClient(make_application(make_tenant(sms_interval_seconds=0), password_source=source))


@pytest.fixture
def client() -> CloudBaseClient:
    return make_client()


def make_user(client: CloudBaseClient, **fields) -> EndUser:
    defaults = {
        "username": "mei",
        "username_typed": "Mei",
        "phone_number": "+8613612345678",
        "phone_number_verified": True,
        "email": EMAIL,
        "email_verified": True,
        "password": hashing.hash_password(PASSWORD),
    }
    return EndUser.objects.create(tenant=client.application.tenant, **(defaults | fields))


@pytest.mark.parametrize("username", ["mei", "nobody"])
def test_after_five_wrong_passwords_a_captcha_is_wanted(client, username):
    """Of an unknown user too, or else the answer would tell who is one."""
    make_user(client)

    answers = [error_of(client.sign_in(username, f"wrong {number}")) for number in range(6)]

    assert answers == [WRONG] * 5 + [CAPTCHA]


@pytest.mark.parametrize(
    "spellings", [["mei", "MEI", "Mei"], [PHONE, "13612345678", "+8613612345678"], [EMAIL, EMAIL.upper()]]
)
def test_wrong_passwords_count_for_the_name_however_it_is_spelled(client, spellings):
    make_user(client)
    for number in range(5):
        client.sign_in(spellings[number % len(spellings)], "wrong password")

    assert [error_of(client.sign_in(spelling)) for spelling in spellings] == [CAPTCHA] * len(spellings)


@pytest.mark.parametrize("username", [PHONE, EMAIL, "nobody"])
def test_wrong_passwords_at_one_name_do_not_show_at_another(client, username):
    """S-88: or else a stranger learns which address is whose."""
    make_user(client)
    for _ in range(6):
        client.sign_in("mei", "wrong password")

    assert error_of(client.sign_in(username, "wrong password")) == WRONG


def test_all_names_of_a_user_together_have_no_more_than_the_limit():
    """S-54: and what is refused for it looks like a wrong password."""
    client = make_client(lockout_threshold=3, lockout_window_hours=1, lockout_unlock_minutes=5)
    make_user(client)
    for name in ["mei", PHONE, EMAIL]:
        client.sign_in(name, "wrong password")

    assert [error_of(client.sign_in(name)) for name in ["mei", PHONE, EMAIL]] == [WRONG] * 3


def test_a_right_password_clears_the_count_of_each_name(client):
    make_user(client)
    for name in ["mei", PHONE, EMAIL]:
        client.sign_in(name, "wrong password")

    assert client.sign_in("mei").status_code == 200
    assert not PasswordFailure.objects.exists()


def test_nothing_that_is_typed_as_a_name_counts_for_a_device(client):
    """S-54: the numbers of devices are easily guessed."""
    make_user(client)
    assert client.sign_in("mei").status_code == 200
    device = KnownDevice.objects.get()
    stranger = CloudBaseClient(client.application, device_id="another-device-0")

    for _ in range(5):
        stranger.sign_in(f"device {device.pk}", "wrong password")

    assert client.sign_in("mei").status_code == 200


def test_wrong_passwords_count_on_every_log_in_path(client):
    make_user(client)
    for _ in range(5):
        client.post("/token", grant_type="password", username="mei", password="wrong password")

    assert error_of(client.sign_in("mei")) == CAPTCHA


def test_a_right_password_clears_the_count(client):
    make_user(client)
    for _ in range(2):
        for _ in range(4):
            client.sign_in("mei", "wrong password")
        assert client.sign_in("mei").status_code == 200


def test_the_sources_own_captcha_threshold_holds():
    client = make_client(captcha_threshold=2)
    make_user(client)

    answers = [error_of(client.sign_in("mei", "wrong password")) for _ in range(3)]

    assert answers == [WRONG, WRONG, CAPTCHA]


def test_a_lock_holds_for_its_time(pass_time):
    client = make_client(lockout_threshold=3, lockout_window_hours=1, lockout_unlock_minutes=5)
    make_user(client)
    for _ in range(3):
        assert error_of(client.sign_in("mei", "wrong password")) == WRONG

    locked = client.sign_in("mei")
    pass_time(299)
    still = client.sign_in("mei")
    pass_time(2)

    assert [error_of(locked), error_of(still)] == [LOCKED, LOCKED]
    assert "locked" in locked.json()["error_description"]
    assert "password" not in locked.json()["error_description"]
    assert client.sign_in("mei").status_code == 200


def test_wrong_passwords_of_another_window_do_not_count(pass_time):
    client = make_client(lockout_threshold=3, lockout_window_hours=1, lockout_unlock_minutes=5)
    make_user(client)
    for _ in range(2):
        client.sign_in("mei", "wrong password")

    pass_time(3601)

    assert [error_of(client.sign_in("mei", "wrong")) for _ in range(2)] == [WRONG, WRONG]
    assert client.sign_in("mei").status_code == 200


def test_a_stranger_locks_nobody_out_of_codes():
    client = make_client(lockout_threshold=3, lockout_window_hours=1, lockout_unlock_minutes=5)
    make_user(client)
    for _ in range(10):
        client.sign_in("mei", "wrong password")

    response = client.post("/signin", verification_token=client.verification_token(phone_number=PHONE))

    assert response.status_code == 200


def test_what_is_over_is_pruned(client, pass_time):
    make_user(client)
    client.sign_in("mei", "wrong password")

    retention.prune()
    kept = PasswordFailure.objects.count()
    pass_time(86_401)
    retention.prune()

    assert (kept, PasswordFailure.objects.count()) == (1, 0)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_twenty_wrong_passwords_at_once_five_are_judged(client):
    make_user(client)

    def signing_in(number: int) -> Callable[[], HttpResponse]:
        return lambda: CloudBaseClient(client.application).sign_in("mei", f"wrong {number}")

    answers = at_once([signing_in(number) for number in range(20)])

    assert tally(answers) == {"invalid_username_or_password": 5, "captcha_required": 15}
