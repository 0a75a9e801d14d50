"""`POST /change_user_password` and `POST /reset_user_password` (contract §8)."""

from datetime import timedelta

import bcrypt
import pytest

from accounts import statuses
from accounts.models import EndUser, PasswordFailure, PasswordHistory
from otp.delivery.models import OutboxMessage
from otp.models import Challenge
from signup.contracts import publish
from tenants import clock
from tenants.models import LoginSource, PasswordAuthSource
from tests.clients import TencentClient
from tests.dialects.tencent.logins import EMAIL, PASSWORD, PHONE, Shop, error_of, make_login_application, make_user
from tests.factories import make_tenant
from tokens.models import Session

pytestmark = pytest.mark.django_db

CHANGE, RESET = "/change_user_password", "/reset_user_password"
NEW = "Kite-over-8-Hills"


@pytest.fixture
def shop() -> Shop:
    application = make_login_application(password_source={"history": 3})
    return Shop(application)


@pytest.fixture
def user(shop) -> EndUser:
    user = make_user(shop.application)
    PasswordHistory.objects.create(tenant=user.tenant, end_user=user, password=user.password, set_at=user.created_at)
    return user


def change(shop: Shop, token: str, old: str = PASSWORD, new: str = NEW):
    return shop.bearer(token, "POST", CHANGE, {"old_password": old, "new_password": new})


def reset(shop: Shop, password: str = NEW, **body):
    return shop.json(RESET, password=password, **body)


def proof(shop: Shop, **address: str) -> dict[str, str]:
    (name,) = address
    sent = shop.send("reset_password", **address)
    return address | {f"{name}_otp_token": sent["otp_token"], f"{name}_otp": sent["otp"]}


def assert_empty(response) -> None:
    assert (response.status_code, response.content, response.has_header("Content-Type")) == (200, b"", False)
    assert response["Cache-Control"] == "no-store"  # S-67


# Changing


def test_a_changed_password_is_the_one_and_other_sessions_end(shop, user):
    here, there = (shop.log_in_by_password().json() for _ in range(2))

    assert_empty(change(shop, here["access_token"]))

    assert shop.log_in_by_password(password=NEW).status_code == 200
    assert error_of(shop.log_in_by_password())[1] == "invalid_grant"
    assert shop.bearer(here["access_token"]).status_code == 200
    assert error_of(shop.bearer(there["access_token"]))[:2] == (401, "invalid_token")
    assert error_of(shop.refresh(there["refresh_token"]))[:2] == (400, "invalid_grant")


CHANGES = {
    "wrong_old_password": {"old": "Kite-over-1-Hills"},
    "duplicate_password": {"new": PASSWORD},
    "invalid_new_password": {"new": "short"},
    "invalid_request": {"new": ""},
}


@pytest.mark.parametrize("error", CHANGES)
def test_what_is_no_change(shop, user, error):
    token = shop.log_in_by_password().json()["access_token"]

    assert error_of(change(shop, token, **CHANGES[error])) == (400, error, None)
    assert shop.log_in_by_password().status_code == 200


def test_a_password_of_the_past_is_recurrent(shop, user):
    token = shop.log_in_by_password().json()["access_token"]
    assert_empty(change(shop, token))

    assert error_of(change(shop, token, old=NEW, new=PASSWORD)) == (400, "recurrent_password", None)


def test_what_is_long_past_may_come_again(shop, user, pass_time):
    token, last = shop.log_in_by_password().json()["access_token"], PASSWORD
    for number in range(1, 4):
        pass_time(1)
        assert_empty(change(shop, token, old=last, new=f"Kite-over-{number}-Seas"))
        last = f"Kite-over-{number}-Seas"
    pass_time(1)

    assert_empty(change(shop, token, old=last, new=PASSWORD))


def test_the_password_that_came_with_an_import_is_remembered_too(shop, pass_time):
    """It is no line of the history before it is changed."""
    make_user(shop.application)
    token = shop.log_in_by_password().json()["access_token"]

    assert error_of(change(shop, token, new=PASSWORD))[1] == "duplicate_password"
    assert_empty(change(shop, token))
    pass_time(1)
    assert error_of(change(shop, token, old=NEW, new=PASSWORD))[1] == "recurrent_password"
    assert PasswordHistory.objects.count() == 2


def test_a_long_memory_takes_bounded_time(shop, user, monkeypatch):
    """S-49: costly lines are compared for as long as there is time, the newest first."""
    PasswordAuthSource.objects.update(history=128)
    publish(shop.application)
    newest_first = [f"$2b$14$u{number:02}{'.' * 50}".encode() for number in range(60)]
    PasswordHistory.objects.bulk_create(
        PasswordHistory(
            tenant=user.tenant, end_user=user, password=line.decode(), set_at=user.created_at - timedelta(days=age)
        )
        for age, line in enumerate(newest_first, start=1)
    )
    token, compared = shop.log_in_by_password().json()["access_token"], []
    monkeypatch.setattr(bcrypt, "checkpw", lambda _, line: compared.append(line))  # half a second each
    monkeypatch.setattr("accounts.self_service.password.monotonic", lambda: len(compared) / 2)

    assert_empty(change(shop, token))

    assert compared == newest_first[:3]


def test_wrong_old_passwords_are_counted_apart_from_those_of_log_ins(shop, user, pass_time):
    """S-54."""
    token = shop.log_in_by_password().json()["access_token"]

    for _ in range(5):
        assert error_of(change(shop, token, old="Kite-over-1-Hills"))[1] == "wrong_old_password"

    assert error_of(change(shop, token)) == (400, "wrong_old_password", None)
    assert shop.log_in_by_password().status_code == 200
    pass_time(31)
    assert_empty(change(shop, token))


def test_who_has_no_password_has_no_old_one(shop):
    make_user(shop.application, password=None)
    token = shop.log_in().json()["access_token"]

    assert error_of(change(shop, token)) == (400, "wrong_old_password", None)


def test_without_a_password_source_there_is_no_password(shop, user):
    token = shop.log_in_by_password().json()["access_token"]
    LoginSource.objects.filter(password_auth_source__isnull=False).delete()
    publish(shop.application)

    assert error_of(change(shop, token))[1] == "misconfigured"


@pytest.mark.parametrize(("status", "words"), [("LOCK", "User is locked."), ("FREEZE", "User is frozen.")])
def test_a_blocked_user_changes_nothing(shop, user, status, words):
    """S-65."""
    token = shop.log_in_by_password().json()["access_token"]
    EndUser.objects.update(status=status)

    assert error_of(change(shop, token)) == (400, "abnormal_user_status", words)


def test_a_user_who_is_gone_changes_nothing(shop, user):
    token = shop.log_in_by_password().json()["access_token"]
    user.delete()

    assert error_of(change(shop, token)) == (400, "user_not_found", None)


@pytest.mark.parametrize("body", [{}, {"old_password": PASSWORD}, {"old_password": 7, "new_password": NEW}, [], "x"])
def test_bodies_of_a_change(shop, user, body):
    token = shop.log_in_by_password().json()["access_token"]

    assert error_of(shop.bearer(token, "POST", CHANGE, body)) == (400, "invalid_request", None)


# Resetting


@pytest.mark.parametrize("address", [{"phone_number": PHONE}, {"email": EMAIL}])
@pytest.mark.parametrize("has_password", [True, False])
def test_a_reset_sets_the_password_and_ends_all_sessions(shop, address, has_password):
    make_user(shop.application, password=PASSWORD if has_password else None)
    session = shop.log_in().json()

    assert_empty(reset(shop, **proof(shop, **address)))

    assert shop.log_in_by_password(password=NEW).status_code == 200
    assert error_of(shop.bearer(session["access_token"]))[:2] == (401, "invalid_token")
    assert error_of(shop.refresh(session["refresh_token"]))[:2] == (400, "invalid_grant")


def test_a_reset_takes_basic_credentials_too(shop, user):
    response = TencentClient(shop.application).post(RESET, proof(shop, email=EMAIL) | {"password": NEW})

    assert_empty(response)


@pytest.mark.parametrize("address", [{"phone_number": PHONE}, {"email": EMAIL}])
def test_wrong_codes_and_tokens_and_once(shop, user, address):
    (name,) = address
    body = proof(shop, **address)
    code = f"{(int(body[f'{name}_otp']) + 1) % 10**6:06d}"

    assert error_of(reset(shop, **body | {f"{name}_otp_token": "x"})) == (400, f"bad_{name}_otp_token", None)
    assert error_of(reset(shop, **body | {f"{name}_otp": code})) == (400, f"bad_{name}_otp", None)
    assert_empty(reset(shop, **body))
    assert error_of(reset(shop, "Kite-over-9-Seas", **body)) == (400, f"bad_{name}_otp_token", None)  # S-27


def test_a_refused_password_leaves_the_code_good(shop, user):
    """S-28."""
    body = proof(shop, email=EMAIL)

    assert [error_of(reset(shop, "short", **body)) for _ in range(6)] == [(400, "invalid_new_password", None)] * 6
    assert error_of(reset(shop, PASSWORD, **body)) == (400, "recurrent_password", None)
    assert_empty(reset(shop, **body))


@pytest.mark.parametrize("address", [{"phone_number": PHONE}, {"email": EMAIL}])
def test_an_address_that_nobody_has_is_answered_alike_and_nothing_is_sent(shop, address):
    """S-88."""
    (name,) = address
    client = TencentClient(shop.application)
    sent = client.send(usage="reset_password", **address)
    body = address | {f"{name}_otp_token": sent.json()["otp_token"], f"{name}_otp": "000000"}

    assert sent.status_code == 200
    assert not OutboxMessage.objects.exists()
    assert error_of(reset(shop, **body)) == (400, f"bad_{name}_otp", None)


def test_who_lost_the_address_meanwhile_is_not_found(shop, user):
    body = proof(shop, email=EMAIL)
    EndUser.objects.update(email=None)

    assert error_of(reset(shop, **body)) == (400, "user_not_found", None)


@pytest.mark.parametrize(("status", "words"), [("LOCK", "User is locked."), ("FREEZE", "User is frozen.")])
def test_what_an_administrator_blocked_stays_blocked(shop, user, status, words):
    body = proof(shop, email=EMAIL)
    EndUser.objects.update(status=status)

    assert error_of(reset(shop, **body)) == (400, "abnormal_user_status", words)
    assert EndUser.objects.get().status == status


def test_a_block_that_has_ended_stops_no_reset(shop, user, pass_time):
    now = clock.now()
    statuses.set_status(user, "LOCK", now, until=now + timedelta(seconds=10))
    body = proof(shop, email=EMAIL)

    pass_time(11)

    assert_empty(reset(shop, **body))


def test_a_lock_by_wrong_passwords_is_taken_off():
    """S-54."""
    shop = Shop(make_login_application(password_source={"lockout_threshold": 3, "lockout_unlock_minutes": 999}))
    make_user(shop.application)
    for _ in range(4):
        shop.log_in_by_password(password="Kite-over-1-Hills")

    assert_empty(reset(shop, **proof(shop, phone_number=PHONE)))

    assert shop.log_in_by_password(password=NEW).status_code == 200
    assert not PasswordFailure.objects.exists()


BODIES = [
    {},
    {"phone_number": PHONE, "email": EMAIL},
    {"email": EMAIL, "email_otp": "123456"},
    {"email": EMAIL, "email_otp_token": "x"},
    {"email": 7, "email_otp_token": "x", "email_otp": "123456"},
    {"email": EMAIL, "email_otp_token": "x", "email_otp": "123456", "password": ""},
    {"email": EMAIL, "email_otp_token": "x", "email_otp": "123456", "password": 7},
]


@pytest.mark.parametrize("body", BODIES, ids=str)
def test_bodies_of_a_reset(shop, user, body):
    assert error_of(shop.json(RESET, **({"password": NEW} | body))) == (400, "invalid_request", None)


def bound_to_usage(shop: Shop) -> dict[str, str]:
    sent = shop.send("update_userinfo", phone_number=PHONE)
    return {"phone_number": PHONE, "phone_number_otp_token": sent["otp_token"], "phone_number_otp": sent["otp"]}


def bound_to_application(shop: Shop) -> dict[str, str]:
    return proof(Shop(make_login_application(shop.application.tenant)), phone_number=PHONE)


def bound_to_tenant(shop: Shop) -> dict[str, str]:
    other = Shop(make_login_application(make_tenant()))
    make_user(other.application)
    return proof(other, phone_number=PHONE)


def bound_to_address(shop: Shop) -> dict[str, str]:
    make_user(shop.application, username=None, email=None, phone_number="+8613712345678")
    return proof(shop, phone_number="13712345678") | {"phone_number": PHONE}


def malformed_address(shop: Shop) -> dict[str, str]:
    return proof(shop, phone_number=PHONE) | {"phone_number": "+86 136"}


@pytest.mark.parametrize(
    "elsewhere", [bound_to_usage, bound_to_application, bound_to_tenant, bound_to_address, malformed_address]
)
def test_a_code_resets_nothing_but_what_it_was_sent_for(shop, user, elsewhere):
    """S-30."""
    response = reset(shop, **elsewhere(shop))

    assert error_of(response) == (400, "bad_phone_number_otp_token", None)
    assert Challenge.objects.latest("created_at").guesses == 0
    assert shop.log_in_by_password().status_code == 200


@pytest.mark.parametrize(("kind", "is_welcome"), [("web", True), ("spa", True), ("mobile", True), ("m2m", False)])
def test_types_of_applications(kind, is_welcome):
    application = make_login_application(type=kind)
    shop = Shop(application) if kind in ("web", "m2m") else Shop(application, secret=None)

    answer = error_of(reset(shop, email=EMAIL, email_otp_token="x", email_otp="123456"))

    assert answer == (400, "bad_email_otp_token" if is_welcome else "unauthorized_client", None)
    assert not Session.objects.exists()
