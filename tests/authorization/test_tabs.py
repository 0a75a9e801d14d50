"""Tabs of one browser: each has its own request, and they share one log-in that other pages do not end."""

import pytest

from accounts.models import EndUser
from signup.contracts import publish
from signup.models import BrowserSession, PendingRequest
from tenants.models import Application
from tests.authorization.visitors import AUTHORIZE, CONTINUE, EMAIL, Visitor, code_of, make_shop, query_of, told
from tests.clients import last_code
from tests.dialects.tencent.logins import make_user
from tests.factories import make_tenant
from tokens.models import AuthorizationCode

pytestmark = pytest.mark.django_db
ANOTHER = "Lamp-under-7-Bridges"


@pytest.fixture
def shop() -> Application:
    application = make_shop(make_tenant(sms_interval_seconds=0, email_interval_seconds=0))
    make_user(application)
    make_user(application, username="li", username_typed="li", phone_number=None, email=None, email_typed="")
    return application


@pytest.fixture
def mei(shop) -> Visitor:
    """She is logged in."""
    mei = Visitor(shop)
    mei.enter()
    return mei


def is_logged_in(visitor: Visitor) -> bool:
    return "code" in query_of(visitor.authorize(prompt="none"))


def state_of(visitor: Visitor, answer) -> str:
    """The `state` with which the application gets its code after this answer to a log-in."""
    assert answer.status_code == 200, answer.content
    found = query_of(visitor.http.get(answer.json()["location"]))
    assert "code" in found
    return found["state"]


# Two tabs


@pytest.mark.parametrize("is_same", [True, False], ids=["one application", "another application"])
def test_each_tab_gets_its_own_answer(shop, is_same):
    first = Visitor(shop)
    second = first.open_tab()
    second.application = shop if is_same else make_shop(shop.tenant)
    first.open_page(state="first")
    second.open_page(state="second")

    assert state_of(first, first.log_in()) == "first"
    assert state_of(second, second.log_in()) == "second"


def test_the_other_tab_goes_on_without_another_log_in(shop):
    first = Visitor(shop)
    second = first.open_tab()
    first.open_page(state="first")
    page = second.authorize(state="second")
    second.read(second.follow(page))
    first.log_in()

    onward = second.follow(page)

    assert onward["Location"].startswith(f"{CONTINUE}?")
    assert query_of(second.follow(onward))["state"] == "second"


def test_the_tabs_finish_in_any_order(shop):
    tabs = [Visitor(shop)]
    tabs += [tabs[0].open_tab() for _ in range(3)]
    for position, tab in enumerate(tabs):
        tab.open_page(state=str(position))

    locations = [tab.log_in().json()["location"] for tab in tabs]

    found = [query_of(tabs[0].http.get(location))["state"] for location in reversed(locations)]
    assert found == ["3", "2", "1", "0"]


def test_a_code_that_one_tab_asked_for_is_good_in_the_other(shop):
    first = Visitor(shop)
    second = first.open_tab()
    first.open_page(state="first")
    first.post("/login/code", email=EMAIL)
    second.open_page(state="second")

    assert state_of(second, second.post("/login/verify", email=EMAIL, code=last_code(EMAIL))) == "second"


def test_one_tab_signs_up_and_the_other_goes_on(shop):
    first = Visitor(shop)
    second = first.open_tab()
    page = second.authorize(state="second")
    first.read(first.follow(first.authorize(prompt="create", state="first")))
    first.post("/signup/code", email="lan@example.com")
    proof = {"email": "lan@example.com", "email_code": last_code("lan@example.com")}

    answer = first.post("/signup", password=ANOTHER, **proof)

    assert query_of(first.http.get(answer.json()["location"]))["state"] == "first"
    assert query_of(second.follow(second.follow(page)))["state"] == "second"


def test_a_sign_up_page_of_who_is_logged_in_takes_no_other_tabs_request(shop):
    first = Visitor(shop)
    second = first.open_tab()
    page = second.authorize(state="second")
    first.enter(state="first")

    assert first.http.get("/signup", {"client_id": shop.client_id}).status_code == 200
    assert query_of(second.follow(second.follow(page)))["state"] == "second"


def test_a_sign_up_page_without_a_request_of_its_own_goes_on_with_what_waits(shop):
    """So does one that is loaded again."""
    lan = Visitor(shop)
    lan.open_page()

    for _ in range(2):
        lan.read(lan.http.get("/signup", {"client_id": shop.client_id}))
    lan.post("/signup/code", email="lan@example.com")
    proof = {"email": "lan@example.com", "email_code": last_code("lan@example.com")}

    assert lan.post("/signup", password=ANOTHER, **proof).json()["error"] == "xhr_request"
    assert PendingRequest.objects.count() == 1


def test_an_address_is_verified_in_the_tab_of_its_log_in(shop):
    shop = make_shop(make_tenant(email_interval_seconds=0, force_email_verification=True))
    make_user(shop, email_verified=False)
    first = Visitor(shop)
    second = first.open_tab()
    first.open_page(state="first")
    assert told(first.log_in()) == (403, "email_not_verified")
    second.open_page(state="second")

    verified = first.post("/account/verifyEmail", code=last_code(EMAIL))

    assert query_of(first.http.get(verified.json()["location"]))["state"] == "first"


# Of this browser alone


@pytest.mark.parametrize("is_logged_in", [False, True], ids=["stranger", "member"])
def test_no_other_browser_uses_the_request_of_a_tab(shop, is_logged_in):
    """S-66."""
    mei = Visitor(shop)
    mei.open_page(state="of-mei")
    thief = Visitor(shop)
    thief.open_page(state="of-thief")
    if is_logged_in:
        thief.log_in("li")
    taken = {"request": mei.onward.partition("=")[2], "client_id": shop.client_id}
    taken["request"] = PendingRequest.objects.get(authorization__state="of-mei").id.hex

    answers = [thief.http.get(path, taken) for path in (CONTINUE, "/login", "/login/consent", "/signup")]
    thief.state = mei.state

    assert told(thief.log_in("li")) == (401, "invalid_session")
    assert not any("of-mei" in answer.get("Location", "") for answer in answers)
    assert not AuthorizationCode.objects.exists()


@pytest.mark.parametrize("name", ["", "x", "0" * 32, "0" * 33, "{" + "0" * 32 + "}", "a\x00b", "é"])
def test_a_request_that_is_none(mei, name):
    for path in (CONTINUE, "/login", "/signup", "/login/with/partner"):
        answer = mei.http.get(path, {"request": name, "client_id": mei.application.client_id})

        assert answer.status_code < 500
        assert "code=" not in answer.get("Location", "")


def test_a_request_is_answered_once(shop):
    mei = Visitor(shop)
    mei.open_page()
    location = mei.log_in().json()["location"]

    assert code_of(mei.http.get(location))
    again = mei.http.get(location)

    assert again.status_code == 200
    assert AuthorizationCode.objects.count() == 1


# The log-in stays


def open_sign_up(mei: Visitor) -> None:
    mei.http.get("/signup", {"client_id": mei.application.client_id})


def open_sign_up_of_another(mei: Visitor) -> None:
    mei.http.get("/signup", {"client_id": make_shop(mei.application.tenant).client_id})


def open_sign_up_of_another_tenant(mei: Visitor) -> None:
    mei.http.get("/signup", {"client_id": make_shop().client_id})


def ask_once_more(mei: Visitor) -> None:
    mei.authorize()


def ask_for_another_log_in_and_go_back(mei: Visitor) -> None:
    mei.follow(mei.authorize(prompt="login"))


def ask_for_another(mei: Visitor) -> None:
    mei.authorize(client_id=make_shop(mei.application.tenant).client_id)


def ask_for_another_with_consent(mei: Visitor) -> None:
    mei.authorize(client_id=make_shop(mei.application.tenant, consent=True, claims=["name"]).client_id)


def log_in_with_another_tenant(mei: Visitor) -> None:
    other = mei.open_tab()
    other.application = make_shop()
    make_user(other.application)
    other.open_page()
    assert "code" in query_of(other.http.get(other.log_in().json()["location"]))


def fail_to_log_in(mei: Visitor) -> None:
    mei.open_page(prompt="login")
    mei.log_in(password="not the password")


def log_in_unverified(mei: Visitor) -> None:
    EndUser.objects.filter(username="li").update(email="li@example.com", email_verified=False)
    mei.application.tenant.force_email_verification = True
    mei.application.tenant.save()
    publish(mei.application)
    mei.open_page(prompt="login")
    assert told(mei.log_in("li")) == (403, "email_not_verified")


OPENINGS = [
    open_sign_up,
    open_sign_up_of_another,
    open_sign_up_of_another_tenant,
    ask_once_more,
    ask_for_another_log_in_and_go_back,
    ask_for_another,
    ask_for_another_with_consent,
    log_in_with_another_tenant,
    fail_to_log_in,
    log_in_unverified,
]


@pytest.mark.parametrize("do", OPENINGS)
def test_a_log_in_lasts_whatever_pages_are_opened(mei, pass_time, do):
    do(mei)

    assert is_logged_in(mei)
    pass_time(12 * 3600 - 60)
    assert is_logged_in(mei)


def test_opening_pages_does_not_prolong_a_log_in(mei, pass_time):
    pass_time(12 * 3600 - 60)
    mei.authorize(prompt="login")
    pass_time(120)

    assert not is_logged_in(mei)


def test_a_page_that_was_opened_before_a_log_in_ended_is_good_after_it(mei, pass_time):
    pass_time(12 * 3600 - 60)
    mei.open_page(prompt="login", state="late")
    pass_time(120)

    assert state_of(mei, mei.log_in()) == "late"


def test_another_log_in_takes_the_place_of_the_first(mei):
    mei.open_page(prompt="login")
    mei.log_in("li")

    assert BrowserSession.objects.get().end_user.username == "li"


def test_a_log_out_in_one_tab_leaves_the_other_its_request(mei):
    other = mei.open_tab()
    other.open_page(prompt="login", state="other")
    mei.read(mei.http.get("/logout", {"client_id": mei.application.client_id}))
    before = mei.cookie

    mei.post("/logout/confirm")

    assert mei.cookie != before
    assert not is_logged_in(mei)
    assert state_of(other, other.log_in()) == "other"


def test_a_reset_in_a_tab_of_who_is_logged_in_leaves_the_page_usable(mei):
    mei.open_page(prompt="login", state="mine")
    mei.post("/login/reset/code", email=EMAIL)
    reset = mei.post("/login/reset", email=EMAIL, code=last_code(EMAIL), password=ANOTHER)

    assert reset.status_code == 200
    assert not is_logged_in(mei)
    assert state_of(mei, mei.log_in(password=ANOTHER)) == "mine"


# What it costs


def test_the_session_is_read_once_and_again_when_its_end_user_is_locked(mei, django_assert_num_queries):
    with django_assert_num_queries(8) as statements:  # two of them are the transaction's
        assert "code=" in mei.http.get(AUTHORIZE, mei.parameters())["Location"]

    assert sum("signup_browsersession" in one["sql"] for one in statements.captured_queries) == 2
