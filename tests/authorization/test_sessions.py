"""The browser's session: its cookie, whose it is, and when it is nobody's any more."""

import pytest
from django.http import HttpResponse

from accounts.models import EndUser
from signup.contracts import publish
from signup.models import BrowserSession
from tenants import clock
from tenants.models import Application
from tests.authorization.visitors import Visitor, make_shop, query_of, told
from tests.dialects.tencent.logins import EMAIL, make_user
from tokens.models import AuthorizationCode

pytestmark = pytest.mark.django_db
CALLS = ["/login", "/login/code", "/login/verify", "/login/reset/code", "/login/reset", "/login/consent"]


@pytest.fixture
def shop() -> Application:
    application = make_shop()
    make_user(application)
    return application


@pytest.fixture
def mei(shop) -> Visitor:
    mei = Visitor(shop)
    mei.open_page()
    return mei


def is_logged_in(visitor: Visitor) -> bool:
    return "code" in query_of(visitor.authorize(prompt="none"))


def assert_is_safe(response: HttpResponse) -> None:
    cookie = response.cookies["session"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")
    assert len(cookie.value) >= 32


def test_every_step_has_another_cookie(shop):
    """S-64."""
    mei = Visitor(shop)

    steps = [mei.authorize(), mei.authorize()]
    mei.read(mei.follow(steps[-1]))
    steps.append(mei.log_in())

    for step in steps:
        assert_is_safe(step)
    assert len({step.cookies["session"].value for step in steps}) == 3


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("foreign", ["of-another-application", "x" * 43, "x" * 5000, "", '"quoted"', "\u00e9"])
def test_a_foreign_cookie_of_the_same_name_hides_ours_from_nobody(shop, mei, foreign, order):
    """As an application on the parent domain sets one."""
    mei.log_in()

    cookie = "; ".join([f"session={mei.cookie}", f"session={foreign}", "a=b"][::order])
    answer = Visitor(shop).http.get("/oauth2/continue", headers={"cookie": cookie})

    assert "code" in query_of(answer)


def test_of_two_sessions_none_counts(shop, mei):
    """S-64: an application on the parent domain has planted its owner's own."""
    thief = Visitor(shop)
    thief.open_page()
    for visitor in (mei, thief):
        visitor.log_in()

    answer = Visitor(shop).http.get(
        "/oauth2/continue", headers={"cookie": f"session={thief.cookie}; session={mei.cookie}"}
    )

    assert "Location" not in answer


def test_a_cookie_that_was_planted_is_not_the_one_of_the_log_in(shop, mei):
    """S-64: whoever knew the cookie before has nothing after."""
    thief = Visitor(shop)
    thief.http.cookies["session"] = mei.cookie

    mei.log_in()

    assert not is_logged_in(thief)
    assert is_logged_in(mei)


def test_a_cookie_that_we_never_gave_is_discarded(shop):
    """S-64."""
    mei = Visitor(shop)
    mei.http.cookies["session"] = "chosen-by-somebody-else"

    mei.open_page()

    assert mei.cookie != "chosen-by-somebody-else"
    assert BrowserSession.objects.count() == 1


def test_behind_tls_the_cookie_is_secure(shop, settings):
    """S-64."""
    settings.IS_HTTPS = True

    cookie = Visitor(shop).authorize().cookies["__Host-session"]

    kept = {name: value for name, value in cookie.items() if value}
    assert kept == {"path": "/", "httponly": True, "samesite": "Lax", "secure": True}


def test_behind_tls_a_log_in_and_a_log_out_go_by_that_cookie(shop, settings):
    """S-64."""
    settings.IS_HTTPS = True
    mei = Visitor(shop)
    mei.open_page()
    location = mei.log_in().json()["location"]

    assert "code=" in mei.http.get(location)["Location"]
    assert set(mei.http.cookies) == {"__Host-session", "__Host-device"}
    assert is_logged_in(mei)
    mei.read(mei.http.get("/logout", {"client_id": shop.client_id}))
    ended = mei.post("/logout/confirm").cookies["__Host-session"]
    assert (ended.value, ended["max-age"], ended["secure"]) == ("", 0, True)
    assert not is_logged_in(mei)


@pytest.mark.parametrize("is_beside", [False, True], ids=["alone", "beside ours"])
def test_behind_tls_a_cookie_of_the_documented_name_is_nobodys_log_in(shop, settings, is_beside):
    """S-64: an application on a sibling domain can set that one."""
    settings.IS_HTTPS = True
    thief, mei = Visitor(shop), Visitor(shop)
    thief.open_page()
    thief.log_in()
    if is_beside:
        mei.open_page()
    mei.http.cookies["session"] = thief.http.cookies["__Host-session"].value

    assert not is_logged_in(mei)
    for path in ("/oauth2/continue", "/login", "/login/consent"):
        assert "code=" not in mei.http.get(path, {"client_id": shop.client_id}).get("Location", "")
    mei.open_page()
    assert mei.log_in().status_code == 200


def block(shop: Application) -> None:
    EndUser.objects.update(status=EndUser.Status.LOCK)


def freeze(shop: Application) -> None:
    EndUser.objects.update(status=EndUser.Status.FREEZE)


def end_sessions(shop: Application) -> None:
    EndUser.objects.update(sessions_valid_from=clock.now())


def delete(shop: Application) -> None:
    EndUser.objects.all().delete()


@pytest.mark.parametrize("happens", [block, freeze, end_sessions, delete])
def test_the_next_request_fails(shop, mei, happens):
    """S-65."""
    mei.log_in()
    assert is_logged_in(mei)

    happens(shop)

    assert not is_logged_in(mei)
    assert told(mei.proceed()) == (404, "not_found") if happens is delete else mei.proceed().status_code == 302
    assert AuthorizationCode.objects.count() == (0 if happens is delete else 1)


def test_somebody_who_is_blocked_before_the_code_gets_none(shop, mei):
    """S-65."""
    mei.log_in()
    block(shop)

    assert mei.proceed()["Location"].startswith("/login?")
    assert not AuthorizationCode.objects.exists()


def test_what_a_client_opened_ends_with_the_client(shop, mei):
    """S-65."""
    mei.log_in()
    Application.objects.update(enabled=False)
    publish(Application.objects.get())

    assert told(mei.authorize(prompt="none")) == (401, "invalid_client")
    assert told(mei.proceed()) == (404, "not_found")
    assert told(mei.log_in()) == (401, "invalid_session")


def test_a_page_is_good_for_half_an_hour(mei, pass_time):
    pass_time(1801)

    assert told(mei.log_in()) == (401, "invalid_session")


@pytest.mark.parametrize("path", CALLS)
def test_a_call_without_a_session(shop, path):
    assert told(Visitor(shop).post(path, state="x")) == (401, "invalid_session")


@pytest.mark.parametrize("path", CALLS)
@pytest.mark.parametrize("state", ["", "x", 1, ["x"]], ids=str)
def test_a_call_of_another_page(mei, path, state):
    body = {"accepted": True, "username": "mei", "password": "x", "email": EMAIL, "code": "123456"}

    assert told(mei.post(path, **body | {"state": state}))[0] in (401, 422)


ORIGINS = [
    "null",
    "https://evil.example",
    "http://localhost.evil.example",
    "http://localhost:8001",
    "https://localhost",
    "http://evil.example/http://localhost",
    "",
]


@pytest.mark.parametrize("path", CALLS)
def test_pages_of_other_origins_may_not_call(mei, path):
    """S-66."""
    body = {"username": "mei", "password": "Kite-over-9-Hills", "state": mei.state}
    for origin in ORIGINS:
        response = mei.http.post(path, body, content_type="application/json", headers={"origin": origin})
        assert told(response) == (403, "invalid_origin")
        assert "Access-Control-Allow-Origin" not in response
    site = {"sec-fetch-site": "cross-site"}
    assert told(mei.http.post(path, body, content_type="application/json", headers=site)) == (403, "invalid_origin")
    assert BrowserSession.objects.get().authenticated_at is None


@pytest.mark.parametrize("path", CALLS)
@pytest.mark.parametrize(
    "content_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", ""]
)
def test_forms_of_other_pages_are_not_read(mei, path, content_type):
    """S-66: what a page can send anywhere without being asked."""
    response = mei.http.generic("POST", path, '{"username": "mei", "password": "x"}', content_type)

    assert told(response) == (415, "invalid_request")


def test_our_own_page_may_call(mei):
    """S-66."""
    body = {"username": "mei", "password": "Kite-over-9-Hills", "state": mei.state}

    response = mei.http.post("/login", body, content_type="application/json", headers={"origin": "http://localhost"})

    assert response.status_code == 200


@pytest.mark.parametrize("path", CALLS)
def test_the_calls_are_posts(mei, path):
    """S-18."""
    for method in ("PUT", "PATCH", "DELETE", "TRACE"):
        assert told(mei.http.generic(method, path, "{}", "application/json")) == (405, "method_not_allowed")


def test_secrets_in_the_address_are_not_read(mei):
    """S-68."""
    query = f"?username=mei&password=Kite-over-9-Hills&state={mei.state}"

    assert told(mei.http.post(f"/login{query}", {}, content_type="application/json")) == (422, "invalid_entity")
    assert not is_logged_in(mei)


@pytest.mark.parametrize("path", ["/login", "/oauth2/continue", "/oauth2/authorize"])
def test_nothing_of_it_is_stored_by_caches(mei, path):
    """S-67."""
    response = mei.http.get(f"{path}?client_id={mei.application.client_id}")

    assert response["Cache-Control"] == "no-store"
