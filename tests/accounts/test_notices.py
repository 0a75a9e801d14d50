"""The owner of an account is told of each change to the ways to log in, at every address that was proven before it."""

import pytest
from django.test import TestCase

from accounts.models import EndUser
from ciam.celery import app
from otp import notices
from otp.delivery import retention
from otp.delivery.models import Delivery, OutboxMessage
from otp.models import Destination, Usage
from signup.contracts import publish
from tenants import clock
from tenants.models import Application
from tests.clients import TencentClient, last_code
from tests.dialects.cloudbase.signed_in import (
    EMAIL,
    PASSWORD,
    PHONE,
    SignedIn,
    Stranger,
    make_user,
    refusal,
    verification_token,
)
from tests.dialects.tencent.logins import Shop, make_login_application
from tests.email_verification.people import confirm, token_to
from tests.factories import configuration_of, make_tenant
from tests.third_party.rows import make_token

pytestmark = pytest.mark.django_db

NEW_EMAIL, NEW_PASSWORD = "new@example.com", "Other-horse-8"
BOTH = {PHONE, EMAIL}


@pytest.fixture
def application() -> Application:
    return make_login_application(make_tenant(name="Acme", sms_interval_seconds=0, time_zone="Asia/Shanghai"))


@pytest.fixture
def mei(application) -> SignedIn:
    return SignedIn(application, make_user(application, password=PASSWORD))


def told(usage: str) -> set[str]:
    """Who was sent the notice; nobody is sent it twice."""
    found = list(OutboxMessage.objects.filter(usage=usage).values_list("destination", flat=True))
    assert len(found) == len(set(found))
    return set(found)


def nobody_else(*usages: str) -> bool:
    return not OutboxMessage.objects.filter(code="").exclude(usage__in=usages).exists()


def change_address(mei: SignedIn) -> None:
    token = verification_token(mei.application, NEW_EMAIL)
    body = {"email": NEW_EMAIL, "verification_token": token}
    assert mei.patch("user/contact", body).status_code == 200


def test_a_new_address_is_told_to_the_old_one_and_to_the_others(mei):
    change_address(mei)

    assert told(Usage.ADDRESS_CHANGED) == BOTH
    assert nobody_else(Usage.ADDRESS_CHANGED)


def test_an_address_edited_by_js_sdk_is_told_once(application, mei):
    for address in ("+8613900000000", NEW_EMAIL):
        verification_token(application, address, asked_by=mei.end_user)

    assert mei.post("user/basic/edit", {"phone": "13900000000", "email": NEW_EMAIL}).status_code == 200

    assert told(Usage.ADDRESS_CHANGED) == BOTH


def test_an_address_changed_at_userinfo_is_told(application):
    mei = SignedIn(application, make_user(application), scope="openid")
    shop = Shop(application)
    sent = shop.send("update_userinfo", email=NEW_EMAIL)
    body = {"email": NEW_EMAIL, "email_otp_token": sent["otp_token"], "email_otp": sent["otp"]}

    assert shop.bearer(mei.tokens.access_token, "PATCH", body=body).status_code == 200

    assert told(Usage.ADDRESS_CHANGED) == BOTH


def test_a_present_address_proven_again_is_no_news(application):
    mei = SignedIn(application, make_user(application), scope="openid")
    shop = Shop(application)
    sent = shop.send("update_userinfo", email=EMAIL)
    body = {"email": EMAIL, "email_otp_token": sent["otp_token"], "email_otp": sent["otp"]}

    assert shop.bearer(mei.tokens.access_token, "PATCH", body=body).status_code == 200

    assert nobody_else()


@pytest.mark.parametrize("dialect", ["cloudbase", "tencent"])
def test_a_changed_password_is_told(application, dialect):
    end_user = make_user(application, password=PASSWORD)
    if dialect == "cloudbase":
        body = {"old_password": PASSWORD, "new_password": NEW_PASSWORD}
        answer = SignedIn(application, end_user).patch("user/password", body)
    else:
        token = SignedIn(application, end_user, scope="openid").tokens.access_token
        body = {"old_password": PASSWORD, "new_password": NEW_PASSWORD}
        answer = Shop(application).bearer(token, "POST", "/change_user_password", body)

    assert answer.status_code == 200
    assert told(Usage.PASSWORD_CHANGED) == BOTH


@pytest.mark.parametrize("dialect", ["cloudbase", "tencent"])
def test_a_reset_password_is_told(application, mei, dialect):
    if dialect == "cloudbase":
        body = {"verification_token": verification_token(application, EMAIL), "email": EMAIL}
        answer = Stranger(application).post("reset", body | {"new_password": NEW_PASSWORD})
    else:
        sent = TencentClient(application).send(usage="reset_password", email=EMAIL).json()
        body = {"email": EMAIL, "email_otp_token": sent["otp_token"], "email_otp": last_code(EMAIL)}
        answer = Shop(application).json("/reset_user_password", password=NEW_PASSWORD, **body)

    assert answer.status_code == 200
    assert told(Usage.PASSWORD_CHANGED) == BOTH
    assert nobody_else(Usage.PASSWORD_CHANGED)


def test_a_reset_that_removes_older_ways_in_says_so(application, mei):
    mei.post("user/provider/bind", {"provider_token": make_token(application)})
    EndUser.objects.update(email_verified_at=clock.now())
    body = {"verification_token": verification_token(application, EMAIL), "email": EMAIL}

    assert Stranger(application).post("reset", body | {"new_password": NEW_PASSWORD}).status_code == 200

    assert told(Usage.ACCOUNT_CLEARED) == BOTH
    assert not told(Usage.PASSWORD_CHANGED)
    assert "third parties" in OutboxMessage.objects.filter(usage=Usage.ACCOUNT_CLEARED).first().body


def test_identities_bound_and_unbound_are_told(application, mei):
    assert mei.post("user/provider/bind", {"provider_token": make_token(application)}).status_code == 200
    assert told(Usage.IDENTITY_LINKED) == BOTH

    assert mei.delete("user/provider/partner").status_code == 200
    assert told(Usage.IDENTITY_REMOVED) == BOTH


def test_an_identity_that_is_bound_already_is_no_news(application, mei):
    for _ in range(2):
        mei.post("user/provider/bind", {"provider_token": make_token(application)})

    assert told(Usage.IDENTITY_LINKED) == BOTH


def test_a_new_user_name_is_told_and_a_new_nickname_is_not(mei):
    assert mei.post("user/basic/edit", {"nickname": "Mei Li"}).status_code == 200
    assert nobody_else()

    assert mei.post("user/basic/edit", {"username": "meili"}).status_code == 200
    assert told(Usage.USERNAME_CHANGED) == BOTH


def test_an_address_that_is_taken_off_is_told_to_the_number():
    """A link confirmed outside of the session that signed up."""
    application = make_login_application(make_tenant(sms_interval_seconds=0, force_email_verification=True))
    make_user(application, email_verified=False, password=PASSWORD)
    Stranger(application).post("signin", {"username": "mei", "password": PASSWORD})

    assert confirm({"token": token_to(EMAIL)}).json()["account"] == "released"

    assert told(Usage.ADDRESS_CHANGED) == {PHONE}


def test_an_address_that_nobody_proved_is_not_written_to(application):
    mei = SignedIn(application, make_user(application, email_verified=False))

    mei.post("user/basic/edit", {"username": "meili"})

    assert told(Usage.USERNAME_CHANGED) == {PHONE}


def test_a_refused_change_is_not_told(application, mei):
    make_user(application, username="taken", phone_number=None, email=None)

    assert refusal(mei.post("user/basic/edit", {"username": "taken"})) == (409, "username_already_exists", 409)

    assert nobody_else()
    assert not Delivery.objects.filter(challenge=None).exists()


@pytest.mark.parametrize(
    ("locale", "words"),
    [("en-GB", "was changed at"), ("zh-CN", "已于"), ("tr-TR", "tarihinde değiştirildi"), (None, "was changed at")],
)
def test_the_owner_is_told_in_their_language_what_when_and_what_to_do(mei, locale, words):
    EndUser.objects.update(attributes={"locale": locale} if locale else {})

    mei.post("user/basic/edit", {"username": "meili"})

    body = OutboxMessage.objects.get(destination=EMAIL).body
    assert words in body
    assert "Acme" in body
    assert "(UTC+0800)" in body
    assert "{{" not in body


# It stands in nobody's way


def test_notices_do_not_use_up_the_codes_of_the_owner():
    tenant = make_tenant(sms_per_day=1, sms_interval_seconds=3600, email_per_day=1, email_interval_seconds=3600)
    application = make_login_application(tenant)
    mei = SignedIn(application, make_user(application))

    for name in ("meili", "meimei", "mei"):
        assert mei.post("user/basic/edit", {"username": name}).status_code == 200

    assert TencentClient(application).send(usage="reset_password", phone_number="13000000000").status_code == 200
    assert last_code(PHONE)


def test_there_is_a_limit_of_notices_and_beyond_it_changes_go_on(mei):
    for number in range(22):
        assert mei.post("user/basic/edit", {"username": f"mei{number}"}).status_code == 200

    assert OutboxMessage.objects.filter(usage=Usage.USERNAME_CHANGED, destination=EMAIL).count() == 20


def test_without_quota_nothing_is_sent_and_the_change_is_made(application):
    tenant = application.tenant
    tenant.sms_quota, tenant.email_quota = 0, 1
    tenant.save()
    publish(application)
    mei = SignedIn(application, make_user(application))

    assert mei.post("user/basic/edit", {"username": "meili"}).status_code == 200

    assert told(Usage.USERNAME_CHANGED) == {EMAIL}


def test_a_sender_that_fails_changes_nothing_for_who_asks(application, mei):
    application.tenant.senders.create(
        key="broken", channel="email", vendor="smtp", settings={"host": "127.0.0.1", "port": 1, "from": "a@b.example"}
    )
    before = limits_of(EMAIL)

    assert mei.post("user/basic/edit", {"username": "meili"}).status_code == 200

    assert Delivery.objects.get(destination=EMAIL).status == Delivery.Status.FAILED
    assert limits_of(EMAIL) == before


def limits_of(address: str) -> list[tuple[int, int]]:
    return list(Destination.objects.filter(address=address).values_list("sent_that_day", "guesses"))


def test_with_workers_the_request_publishes_nothing(application, mei, settings):
    """The workers' schedule finds what is left: no request waits for Redis."""
    app.conf.task_always_eager = False
    try:
        with TestCase.captureOnCommitCallbacks() as waiting:
            notices.send(
                tenant=configuration_of(application).tenant,
                about=mei.end_user.id,
                usage=Usage.USERNAME_CHANGED,
                channel="email",
                address=EMAIL,
                language="en",
                now=clock.now(),
            )
    finally:
        app.conf.task_always_eager = True

    assert waiting == []
    assert Delivery.objects.get(destination=EMAIL).status == Delivery.Status.PENDING


def test_notices_are_driven_again_and_deleted_after_a_day(mei, pass_time):
    mei.post("user/basic/edit", {"username": "meili"})
    Delivery.objects.update(status=Delivery.Status.PENDING)
    pass_time(10)
    assert set(retention.unfinished()) == set(Delivery.objects.values_list("id", flat=True))
    pass_time(24 * 3600)

    retention.prune()

    assert not Delivery.objects.exists()
