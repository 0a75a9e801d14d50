"""S-54: a stranger's wrong passwords lock the owner out of nothing: not of his devices, and not of codes."""

from typing import Any

import pytest

from accounts import known_devices
from accounts.models import EndUser, KnownDevice, PasswordFailure
from accounts.passwords import failures
from signup import proof_of_work
from signup.contracts import publish
from tenants import clock
from tenants.models import Application, PasswordAuthSource
from tests.authorization.visitors import Visitor, make_shop, told
from tests.clients import last_code
from tests.dialects.cloudbase.clients import CloudBaseClient, error_of
from tests.dialects.plusauth.test_codes import solve
from tests.dialects.tencent.logins import EMAIL, PASSWORD, PHONE, Shop, make_user
from tests.factories import make_tenant
from tests.races import at_once
from tokens import retention

pytestmark = pytest.mark.django_db

WRONG = "Wrong-over-9-Hills"
NOT_LET_IN, ASKED = (401, "invalid_credentials"), (400, "captcha_required")


@pytest.fixture
def shop() -> Application:
    application = make_shop(make_tenant(sms_interval_seconds=0, sms_per_day=4))
    make_user(application)
    return application


def opened(shop: Application, http: Any = None) -> Visitor:
    """In front of the log-in page; with the cookies of another visit, if they are given."""
    visitor = Visitor(shop)
    visitor.http = http or visitor.http
    visitor.open_page(prompt="login")
    return visitor


def returning(shop: Application) -> Visitor:
    """Somebody who logged in on the device before, and not since."""
    mei = opened(shop)
    assert mei.log_in().status_code == 200
    mei.http.cookies.pop("session")
    return opened(shop, mei.http)


def lock(shop: Application, count: int = failures.MOST_IN_A_ROW) -> None:
    """As if strangers had sent so many wrong passwords."""
    opened(shop).log_in(password=WRONG)
    PasswordFailure.objects.update(count=count)


def test_a_browser_that_logged_in_gets_a_cookie_for_half_a_year(shop):
    mei = opened(shop)

    assert told(mei.log_in(password=WRONG)) == NOT_LET_IN
    assert "device" not in mei.http.cookies
    mei.log_in()

    cookie = mei.http.cookies["device"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")
    assert cookie["max-age"] == known_devices.LIFETIME.days * 86_400
    row = KnownDevice.objects.get()
    assert cookie.value not in (row.hash, "")


def test_a_hundred_wrong_passwords_of_a_stranger_leave_the_owner_his_device(shop):
    owner = returning(shop)
    lock(shop)

    stranger = opened(shop)

    assert [told(stranger.log_in()), owner.log_in().status_code] == [NOT_LET_IN, 200]
    assert PasswordFailure.objects.get().count == failures.MOST_IN_A_ROW


def test_an_owner_at_a_new_device_logs_in_by_code_and_is_known_there(shop):
    lock(shop)
    owner = opened(shop)

    assert told(owner.log_in()) == NOT_LET_IN
    assert owner.log_in_by_code(phone_number=PHONE).status_code == 200
    assert opened(shop, owner.http).log_in().status_code == 200


def test_a_lock_of_the_source_holds_for_strangers_alone(shop):
    """Contract tencent §9: `lockout_threshold`."""
    PasswordAuthSource.objects.update(lockout_threshold=3, lockout_window_hours=1, lockout_unlock_minutes=5)
    publish(shop)
    owner = returning(shop)
    stranger = opened(shop)
    for _ in range(3):
        stranger.log_in(password=WRONG)

    assert told(stranger.log_in()) == NOT_LET_IN
    assert owner.log_in().status_code == 200


def test_a_device_has_a_small_count_of_its_own(shop):
    owner = returning(shop)
    for _ in range(5):
        assert told(owner.log_in(password=WRONG)) == NOT_LET_IN
    assert told(owner.log_in()) == ASKED
    PasswordFailure.objects.update(count=failures.MOST_OF_DEVICE)

    assert told(owner.log_in()) == NOT_LET_IN
    assert opened(shop).log_in().status_code == 200


def test_another_users_device_is_a_strangers(shop):
    make_user(shop, username="lan", phone_number=None, email=None)
    lan = opened(shop)
    assert lan.log_in("lan").status_code == 200
    lock(shop)

    assert told(opened(shop, lan.http).log_in("mei")) == NOT_LET_IN


@pytest.mark.parametrize("cookie", ["", "x", "short", "x" * 65, "x" * 5_000, "\u00e9" * 20])
def test_a_cookie_that_we_never_gave_is_a_strangers(shop, cookie):
    lock(shop)
    visitor = Visitor(shop)
    visitor.http.cookies["device"] = cookie
    visitor.open_page()

    assert told(visitor.log_in()) == NOT_LET_IN


def test_of_many_devices_the_last_ten_are_known(shop, pass_time):
    first = returning(shop)
    for number in range(known_devices.MOST):
        pass_time(60)
        known_devices.remember(
            tenant_id=shop.tenant_id,
            end_user_id=EndUser.objects.get().id,
            device_id=f"device-{number:020}",
            now=clock.now(),
        )
    lock(shop)

    assert KnownDevice.objects.count() == known_devices.MOST
    assert told(first.log_in()) == NOT_LET_IN


def test_a_device_is_forgotten_after_half_a_year_and_pruned(shop, pass_time):
    returning(shop)
    pass_time(known_devices.LIFETIME.total_seconds() + 1)
    lock(shop)

    visitor = opened(shop)
    assert told(visitor.log_in()) == NOT_LET_IN
    retention.prune()
    assert not KnownDevice.objects.exists()


def test_a_new_password_forgets_the_devices_that_knew_the_old_one(shop):
    owner = returning(shop)
    other = opened(shop)
    other.post("/login/reset/code", email=EMAIL)
    reset = other.post("/login/reset", email=EMAIL, code=last_code(EMAIL), password="Kite-over-7-Hills")
    assert reset.status_code == 200
    lock(shop)

    assert not KnownDevice.objects.exists()
    assert told(owner.log_in(password="Kite-over-7-Hills")) == NOT_LET_IN


def test_a_stranger_cannot_keep_who_is_signed_in_from_confirming_his_password(shop):
    """The sibling of the lock: changing a password asks for the old one."""
    back_end = Shop(shop)
    token = back_end.log_in_by_password().json()["access_token"]
    lock(shop)

    body = {"old_password": PASSWORD, "new_password": "Kite-over-7-Hills"}
    changed = back_end.bearer(token, "POST", "/change_user_password", body)

    assert changed.status_code == 200, changed.content


def test_a_device_of_the_api_is_known_by_its_id(shop):
    owner = CloudBaseClient(shop, device_id="0123456789abcdef0123456789abcdef")
    assert owner.sign_in("mei").status_code == 200
    lock(shop)

    stranger = CloudBaseClient(shop, device_id="f" * 32)

    assert owner.sign_in("mei").status_code == 200
    locked = stranger.sign_in("mei")
    assert error_of(locked) == (400, "invalid_status", 4030)
    assert "code" in locked.json()["error_description"]


@pytest.mark.parametrize("path", ["/user/authorized/devices/0123456789abcdef", "/user/revoke/all"])
def test_a_device_that_its_owner_signs_out_is_forgotten(shop, path):
    owner = CloudBaseClient(shop, device_id="0123456789abcdef")
    tokens = owner.sign_in("mei").json()

    assert owner.bearer(tokens["access_token"], "DELETE", path).status_code == 200

    assert not KnownDevice.objects.exists()


@pytest.mark.parametrize("device_id", ["", "1", "x" * 15])
def test_an_id_that_could_be_guessed_names_no_device(shop, device_id):
    assert CloudBaseClient(shop, device_id=device_id).sign_in("mei").status_code == 200

    assert not KnownDevice.objects.exists()


def test_codes_for_a_known_device_come_from_the_whole_day_of_the_address(shop):
    owner = returning(shop)
    stranger = opened(shop)
    asked = [stranger.post("/login/code", phone_number=PHONE).status_code for _ in range(3)]

    assert asked == [200, 200, 429]
    assert owner.post("/login/code", phone_number=PHONE).status_code == 200
    assert owner.post("/login/code", phone_number="13912345678").status_code == 200


def test_a_known_device_gets_its_code_when_strangers_used_the_tenants_hour_up(shop):
    owner = returning(shop)
    shop.tenant.public_per_hour = 1
    shop.tenant.save()
    publish(shop)
    stranger = opened(shop)
    asked = [stranger.post("/login/code", phone_number=number).status_code for number in ("13912345678", "13912345679")]

    assert asked == [200, 429]
    assert owner.post("/login/code", phone_number=PHONE).status_code == 200
    assert told(owner.post("/login/code", phone_number="13912345670")) == (429, "too_many_requests")


def test_the_proof_of_work_doubles_with_each_wrong_password(shop):
    stranger = opened(shop)
    lock(shop, failures.CAPTCHA_THRESHOLD)

    sizes = []
    for _ in range(3):
        challenge = stranger.log_in(password=WRONG).json()["challenge"]
        sizes.append(challenge["maxnumber"])
        assert told(stranger.log_in(password=WRONG, altcha=solve(challenge))) == NOT_LET_IN
    PasswordFailure.objects.update(count=99)
    dearest = stranger.log_in(password=WRONG).json()["challenge"]["maxnumber"]

    cheapest = proof_of_work.LARGEST_NUMBER
    assert sizes == [cheapest, 2 * cheapest, 4 * cheapest]
    assert dearest == 2**proof_of_work.MOST_DOUBLINGS * cheapest


def test_a_cheap_proof_from_before_pays_for_no_later_password(shop):
    stranger = opened(shop)
    lock(shop, failures.CAPTCHA_THRESHOLD)
    cheap = solve(stranger.log_in(password=WRONG).json()["challenge"])
    PasswordFailure.objects.update(count=failures.CAPTCHA_THRESHOLD + 2)

    assert told(stranger.log_in(altcha=cheap)) == ASKED


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_fifty_wrong_passwords_at_once_on_one_device_five_are_judged():
    application = make_shop()
    make_user(application)
    device = "0123456789abcdef0123456789abcdef"
    assert CloudBaseClient(application, device_id=device).sign_in("mei").status_code == 200

    def signing_in(number: int) -> Any:
        return lambda: CloudBaseClient(application, device_id=device).sign_in("mei", f"wrong {number}")

    answers = at_once([signing_in(number) for number in range(50)])

    assert [error_of(answer)[1] for answer in answers].count("invalid_username_or_password") == 5
    assert PasswordFailure.objects.get().count == 5


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_fifty_devices_that_log_in_at_once_ten_are_known():
    application = make_shop()
    make_user(application)
    ids = [f"device-{number:020}" for number in range(50)]

    mei, now = EndUser.objects.get().id, clock.now()

    def logging_in(device_id: str) -> Any:
        return lambda: known_devices.remember(
            tenant_id=application.tenant_id, end_user_id=mei, device_id=device_id, now=now
        )

    at_once([logging_in(device_id) for device_id in ids])

    known = [one for one in ids if known_devices.find(end_user_id=mei, device_id=one, now=now)]
    assert len(known) == known_devices.MOST
