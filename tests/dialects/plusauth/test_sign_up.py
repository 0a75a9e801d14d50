"""`POST /signup` in a browser's session: what is stored, answered and refused (contract §1, §2, §8)."""

import pytest

from accounts.models import EndUser
from otp.delivery.models import OutboxMessage
from signup.models import BrowserSession
from tenants.models import AuditEntry
from tests.dialects.plusauth.clients import EMAIL, PASSWORD, PHONE, USERNAME, Browser, error_of
from tests.factories import make_application, make_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Browser:
    return Browser(make_application(authentication=("email",), optional=("phone_number",), password_source={}))


def test_an_address_with_its_code_is_proven(browser):
    response = browser.sign_up(**browser.proof(email=EMAIL), password=PASSWORD)

    assert response.status_code == 200, response.content
    body, end_user = response.json(), EndUser.objects.get()
    assert (body["id"], body["email"], body["email_verified"]) == (end_user.sub, EMAIL, True)
    assert (end_user.email, end_user.email_verified, bool(end_user.password)) == (EMAIL, True, True)


def test_a_phone_number_with_its_code_is_proven(browser):
    response = browser.sign_up(**browser.proof(phone_number=PHONE))

    assert response.json()["phone_number_verified"] is True
    assert EndUser.objects.get().phone_number == PHONE


def test_an_address_without_a_code_is_only_claimed(browser):
    """S-35."""
    response = browser.sign_up(email=EMAIL, phone_number=PHONE, username=USERNAME)

    body = response.json()
    assert (body["email_verified"], body["phone_number_verified"]) == (False, False)
    end_user = EndUser.objects.get()
    assert (end_user.email_verified, end_user.phone_number_verified) == (False, False)


def test_a_proof_takes_an_address_from_who_only_claimed_it(browser):
    """S-36, design §4.7."""
    browser.sign_up(email=EMAIL)
    owner = Browser(browser.application)

    assert error_of(Browser(browser.application).sign_up(email=EMAIL)) == (409, "already_exists", "email")
    response = owner.sign_up(**owner.proof(email=EMAIL))

    assert response.status_code == 200
    assert EndUser.objects.get().sub == response.json()["id"]


def test_the_whole_documented_profile_is_kept(browser):
    address = {
        "id": "Billing",
        "is_primary": True,
        "first_name": "Mei",
        "last_name": "Lin",
        "street_address": "Long Road 1\nBack house",
        "street_address_2": "Door 3",
        "city": "Izmir",
        "state": "Ege",
        "country": "TR",
        "zip_code": "35000",
    }
    profile = {
        "given_name": "Mei",
        "middle_name": "Xiu",
        "family_name": "Lin",
        "nickname": "M",
        "website": "https://mei.example",
        "profile_page": "https://pages.example/mei",
        "gender": 2,
        "birthdate": "0000-02-29",
        "locale": "tr-TR",
        "zoneinfo": "Europe/Istanbul",
    }
    metadata = {"plan": "basic", "seats": 3, "trial": True, "note": None}

    response = browser.sign_up(
        email=EMAIL,
        name="Mei Lin",
        picture="https://pictures.example/mei.png",
        profile=profile | {"addresses": [address]},
        metadata=metadata,
    )

    body, end_user = response.json(), EndUser.objects.get()
    assert response.status_code == 200, response.content
    assert body["profile"] == profile | {"addresses": [address]}
    assert (body["name"], body["metadata"]) == ("Mei Lin", metadata)
    assert end_user.attributes == profile | {"name": "Mei Lin", "picture": "https://pictures.example/mei.png"}
    assert (end_user.addresses, end_user.metadata) == ([address], metadata)


def test_the_answer_holds_no_secret(browser):
    body = browser.sign_up(email=EMAIL, password=PASSWORD).json()

    assert set(body) == {
        *("id", "username", "email", "email_verified", "phone_number", "phone_number_verified", "name", "picture"),
        *("profile", "metadata", "created_at"),
    }


@pytest.mark.parametrize("name", ["state", "rePassword", "strategy", "connection", "is_staff", "anything"])
def test_fields_of_the_vendors_clients_and_unknown_ones_are_dropped(browser, name):
    value = browser.request.state if name == "state" else "something"

    response = browser.sign_up(email=EMAIL, **{name: value})

    assert response.status_code == 200
    assert "something" not in str(EndUser.objects.values().get())


def test_the_widget_posts_to_its_own_address_with_its_query(browser):
    path = f"/signup?client_id={browser.application.client_id}&ui_locales=tr"

    assert browser.post(path, {"email": EMAIL, "password": PASSWORD, "rePassword": PASSWORD}).status_code == 200


def test_attributes_that_the_sign_up_asks_for_come_flat():
    tenant = make_tenant()
    tenant.attributes.create(identifier="employee_no", type="integer")
    tenant.attributes.create(identifier="secret_rank", type="integer")
    application = make_application(tenant, required=("employee_no",), optional=("nickname",))
    browser = Browser(application)

    missing = browser.sign_up(email=EMAIL)
    malformed = browser.sign_up(email=EMAIL, employee_no="7")
    whole = browser.sign_up(email=EMAIL, employee_no=7, nickname="M", secret_rank=1)

    assert error_of(missing) == (422, "invalid_entity", "employee_no")
    assert error_of(malformed) == (422, "invalid_entity", "employee_no")
    assert (whole.json()["employee_no"], whole.json()["profile"]["nickname"]) == (7, "M")
    assert EndUser.objects.get().attributes == {"employee_no": 7, "nickname": "M"}


def test_somebody_needs_a_name(browser):
    assert error_of(browser.sign_up(password=PASSWORD)) == (422, "invalid_entity", "email")
    assert not EndUser.objects.exists()


@pytest.mark.parametrize(
    ("taken", "again", "field"),
    [
        ({"username": "Mei"}, {"username": "mEI"}, "username"),
        ({"email": EMAIL}, {"email": "MEI@Example.com"}, "email"),
        ({"phone_number": PHONE}, {"phone_number": "+86 136-1234-5678"}, "phone_number"),
        ({"phone_number": PHONE}, {"phone_number": "13612345678"}, "phone_number"),
    ],
)
def test_what_somebody_has_already_exists(browser, taken, again, field):
    browser.sign_up(**taken)

    assert error_of(Browser(browser.application).sign_up(**again)) == (409, "already_exists", field)
    assert EndUser.objects.count() == 1


@pytest.mark.parametrize(
    "username", ["bob@example.com", "bob@example", "13612345678", "+8613612345678", "a b", "梅", "x" * 257, "a\x00b"]
)
def test_a_user_name_looks_like_no_address(browser, username):
    """S-14."""
    assert error_of(browser.sign_up(username=username)) == (422, "invalid_entity", "username")


def test_a_user_name_of_256_characters_is_kept(browser):
    """S-15."""
    assert browser.sign_up(username="x" * 256).json()["username"] == "x" * 256


@pytest.mark.parametrize("password", ["", "short", "password123", "x" * 129, "Aa1-" + "x" * 1020])
def test_a_weak_password_is_told_why(browser, password):
    response = browser.sign_up(email=EMAIL, password=password)

    assert error_of(response) == (422, "weak_password", "password")
    assert len(response.json()["error_description"]) > 10
    assert not EndUser.objects.exists()


def test_a_password_needs_a_password_source():
    browser = Browser(make_application())

    assert error_of(browser.sign_up(email=EMAIL, password=PASSWORD)) == (422, "invalid_entity", "password")


def test_signing_up_may_be_switched_off():
    browser = Browser(make_application(sign_up=False))

    assert error_of(browser.sign_up(email=EMAIL)) == (403, "registration_disabled", "")


@pytest.mark.parametrize(("code", "error"), [("000000", "incorrect_code"), ("x", "incorrect_code")])
def test_a_wrong_code_is_refused_and_the_right_one_still_good(browser, code, error):
    proof = browser.proof(email=EMAIL)

    refused = browser.sign_up(**proof | {"email_code": code})

    assert error_of(refused) == (422, error, "email_code")
    assert browser.sign_up(**proof).status_code == 200


def test_a_code_is_good_in_the_session_that_asked_for_it_alone(browser):
    proof = browser.proof(email=EMAIL)

    stranger = Browser(browser.application).sign_up(**proof)
    for_another = browser.sign_up(email="lan@example.com", email_code=proof["email_code"])

    assert error_of(stranger) == (422, "code_expired", "email_code")
    assert error_of(for_another) == (422, "code_expired", "email_code")


def test_an_old_code_is_refused(browser, pass_time):
    proof = browser.proof(email=EMAIL)
    pass_time(301)

    assert error_of(browser.sign_up(**proof)) == (422, "code_expired", "email_code")


def test_a_code_needs_its_address(browser):
    assert error_of(browser.sign_up(username=USERNAME, email_code="123456")) == (422, "invalid_entity", "email")
    assert error_of(browser.sign_up(email=EMAIL, email_code=123456)) == (422, "invalid_entity", "email_code")


def test_an_address_that_must_be_verified_first_is_sent_a_mail():
    browser = Browser(make_application(make_tenant(force_email_verification=True)))

    response = browser.sign_up(email=EMAIL)

    assert (response.status_code, response.json()) == (200, {"message": "verification_email_sent"})
    assert EndUser.objects.get().email_verified is False
    assert OutboxMessage.objects.get().destination == EMAIL


def test_a_proven_address_needs_no_mail():
    browser = Browser(make_application(make_tenant(force_email_verification=True), authentication=("email",)))

    assert "id" in browser.sign_up(**browser.proof(email=EMAIL)).json()
    assert OutboxMessage.objects.count() == 1


def test_a_body_may_ask_for_the_mail(browser):
    assert browser.sign_up(email=EMAIL, verify_email=True).json() == {"message": "verification_email_sent"}


def test_whoever_signed_up_has_another_cookie_and_the_old_one_opens_nothing(browser):
    """S-64: a cookie that somebody else planted is worth nothing afterwards."""
    planted = browser.cookie

    response = browser.sign_up(email=EMAIL)

    morsel = response.cookies["session"]
    assert morsel.value != planted
    assert len(morsel.value) >= 43
    assert (morsel["path"], morsel["samesite"], morsel["domain"]) == ("/", "Lax", "")
    assert morsel["httponly"] is True
    browser.http.cookies["session"] = planted
    assert error_of(browser.sign_up(email="lan@example.com")) == (401, "invalid_session", "")


@pytest.mark.parametrize(
    ("host", "is_secure"), [("localhost", False), ("127.0.0.1:8000", False), ("shop.example", True)]
)
def test_the_cookie_is_for_tls_alone_but_on_ones_own_machine(host, is_secure):
    """S-64."""
    tenant = make_tenant()
    tenant.domains.create(name="shop.example")
    browser = Browser(make_application(tenant), host=host)

    assert bool(browser.sign_up(email=EMAIL).cookies["session"]["secure"]) is is_secure


def test_behind_tls_a_client_may_keep_the_cookie_under_its_documented_name(browser, settings):
    """Contract §1; what comes back has the prefix (S-64)."""
    settings.IS_HTTPS = True

    sent, signed_up = browser.ask_code(email="li@example.com"), browser.sign_up(email=EMAIL)

    assert (sent.status_code, signed_up.status_code) == (200, 200)
    assert set(signed_up.cookies) == {"__Host-session", "__Host-device"}
    assert error_of(browser.sign_up(email="lan@example.com")) == (401, "invalid_session", "")


def test_behind_tls_the_documented_name_counts_for_nothing_beside_the_other(browser, settings):
    """S-64."""
    settings.IS_HTTPS = True
    browser.http.cookies["__Host-session"] = "x" * 43

    assert error_of(browser.sign_up(email=EMAIL)) == (401, "invalid_session", "")


def test_a_session_signs_up_once(browser):
    browser.sign_up(email=EMAIL)

    assert error_of(browser.sign_up(email="lan@example.com")) == (401, "invalid_session", "")
    assert BrowserSession.objects.get().end_user == EndUser.objects.get()


def test_a_refused_sign_up_keeps_session_and_cookie(browser):
    response = browser.sign_up(email="no address")

    assert "session" not in response.cookies
    assert browser.sign_up(email=EMAIL).status_code == 200


def test_a_session_ends_after_half_an_hour(browser, pass_time):
    pass_time(1801)

    assert error_of(browser.sign_up(email=EMAIL)) == (401, "invalid_session", "")


@pytest.mark.parametrize("state", ["", "wrong", 7, "\ud800", ["x"]])
def test_a_state_that_is_sent_must_be_the_sessions(browser, state):
    """S-66."""
    assert error_of(browser.sign_up(email=EMAIL, state=state)) == (401, "invalid_session", "")


def test_a_sign_up_is_in_the_trail_with_its_addresses_masked(browser):
    browser.sign_up(email=EMAIL)

    entry = AuditEntry.objects.get(event="sign_up")
    assert (entry.outcome, entry.subject) == ("succeeded", "m***@example.com")


def test_sixty_sign_ups_from_one_place_are_judged_and_no_more(browser):
    application = browser.application
    answers = [Browser(application).sign_up(email="no address").status_code for _ in range(60)]

    last = Browser(application).sign_up(email=EMAIL)

    assert set(answers) == {422}
    assert error_of(last) == (429, "too_many_requests", "")
    assert int(last["Retry-After"]) > 0


def test_thirty_sign_ups_in_one_session_are_judged_and_no_more(browser):
    answers = [browser.sign_up(email="no address").status_code for _ in range(31)]

    assert answers == [422] * 30 + [429]
