"""Who calls `POST /signup`: chosen once, from the credential, before the body is read (design §3, contract §8)."""

import pytest

from accounts.models import EndUser
from tests.clients import Client, TencentClient, basic
from tests.dialects.plusauth.clients import EMAIL, JSON, BackEnd, Browser, error_of, make_back_end
from tests.factories import make_application, make_tenant

pytestmark = pytest.mark.django_db
LOGIN_URL = "https://shop.example/login"


@pytest.fixture
def browser() -> Browser:
    return Browser(make_application(authentication=("username",)))


def post(path: str = "/signup", body: object = None, *, host: str = "localhost", **headers: str):
    http = Client(headers={"host": host})
    return http.post(path, {} if body is None else body, content_type=JSON, headers=headers)


def test_basic_is_the_application_whatever_cookie_comes_with_it(browser):
    authorization = basic(browser.application.client_id)

    response = browser.post("/signup", {"username": "mei"}, authorization=authorization)

    assert set(response.json()) == {"sub"}
    assert "session" not in response.cookies
    assert browser.sign_up(username="lan").status_code == 200


def test_wrong_basic_credentials_never_become_the_browser(browser):
    authorization = basic(browser.application.client_id, "wrong-secret")

    response = browser.post("/signup", {"username": "mei"}, authorization=authorization)

    assert (response.status_code, response.json()) == (401, {"error": "invalid_client"})
    assert not EndUser.objects.exists()


@pytest.mark.parametrize("token", ["", "abc", "a.b.c", "x" * 5000], ids=str.__len__)
def test_a_bad_bearer_token_never_becomes_the_browser(browser, token):
    response = browser.post("/signup", {"username": "mei"}, authorization=f"Bearer {token}")

    assert error_of(response) == (401, "invalid_token", "")
    assert not EndUser.objects.exists()


@pytest.mark.parametrize("scheme", ["Digest username=x", "Negotiate", "Token abc", "x"])
def test_any_other_scheme_is_named_as_such(browser, scheme):
    response = browser.post("/signup", {"username": "mei"}, authorization=scheme)

    assert (response.status_code, response.json()) == (401, {"error": "invalid_authorization_scheme"})
    assert "WWW-Authenticate" not in response


def test_the_credential_is_judged_before_the_body():
    for authorization in ("Digest x", "Bearer x", basic("nobody")):
        assert post(body="no json", authorization=authorization).status_code == 401


def test_without_any_credential_the_application_is_asked_for_its_own():
    response = post()

    assert (response.status_code, response.json()) == (401, {"error": "invalid_client"})
    assert response["WWW-Authenticate"].startswith("Basic ")


@pytest.mark.parametrize("cookie", ["", "unknown", "x" * 5000, "\x00"], ids=str.__len__)
def test_a_script_without_a_session_is_told_so_and_never_asked_for_basic(browser, cookie):
    browser.http.cookies["session"] = cookie

    response = browser.sign_up(username="mei")

    assert error_of(response) == (401, "invalid_session", "")
    assert "WWW-Authenticate" not in response


def test_a_script_without_a_session_is_sent_to_where_one_begins():
    tenant = make_tenant(login_url=LOGIN_URL)
    tenant.domains.create(name="shop.example")
    application = make_application(tenant)
    script = {"x-requested-with": "XMLHttpRequest"}

    by_host = post(host="shop.example", **script)
    by_client = post(f"/signup?client_id={application.client_id}", **script)
    for_codes = post("/signup/code", host="shop.example", **script)
    of_nobody = post("/signup?client_id=nobody", **script)

    for response in (by_host, by_client, for_codes):
        assert error_of(response) == (400, "xhr_request", "")
        assert response.json()["location"] == LOGIN_URL
    assert error_of(of_nobody) == (401, "invalid_session", "")


def test_a_session_of_another_tenant_than_the_hosts_is_none(browser):
    """S-70."""
    make_tenant().domains.create(name="other.example")
    browser.http.defaults["HTTP_HOST"] = "other.example"

    assert error_of(browser.sign_up(username="mei")) == (401, "invalid_session", "")


def test_a_session_of_an_application_that_is_switched_off_is_none(browser):
    from signup.contracts import publish

    browser.application.enabled = False
    browser.application.save()
    publish(browser.application)

    assert error_of(browser.sign_up(username="mei")) == (401, "invalid_session", "")


def test_a_back_end_signs_up_with_every_field(browser):
    back_end = make_back_end(browser.application)

    response = back_end.call("post", "/signup", {"email": EMAIL, "email_verified": True, "blocked": True})

    assert response.status_code == 201, response.content
    assert (response.json()["email_verified"], response.json()["blocked"]) == (True, True)


@pytest.mark.parametrize("scopes", [[], ["read:user"]])
def test_a_back_end_needs_the_scope(scopes):
    """S-48."""
    response = make_back_end(scopes=scopes).call("post", "/signup", {"email": EMAIL})

    assert error_of(response) == (401, "missing_scope", "")


def test_a_back_end_of_another_tenant_is_refused():
    """S-48."""
    make_tenant().domains.create(name="other.example")
    back_end = make_back_end()
    back_end.http.defaults["HTTP_HOST"] = "other.example"

    assert error_of(back_end.create(email=EMAIL)) == (401, "invalid_issuer", "")
    assert not EndUser.objects.exists()


def test_a_scope_ends_with_the_application_that_had_it():
    back_end = make_back_end()
    from signup.contracts import publish

    back_end.application.scopes = []
    back_end.application.save()
    publish(back_end.application)
    assert error_of(back_end.create(email=EMAIL)) == (401, "missing_scope", "")

    back_end.application.enabled = False
    back_end.application.save()
    publish(back_end.application)
    assert error_of(back_end.create(email=EMAIL)) == (401, "invalid_audience", "")


def test_a_token_with_less_than_its_application_may_do_does_less():
    back_end = BackEnd(make_application(type="m2m", scopes=["read:user", "write:user"]), scope="read:user")

    assert error_of(back_end.create(email=EMAIL)) == (401, "missing_scope", "")


def test_calls_of_back_ends_need_a_token():
    assert error_of(post("/api/v1/users")) == (401, "missing_token", "")
    assert error_of(post("/api/v1/users", authorization=basic("x"))) == (401, "invalid_authorization_scheme", "")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE"])
def test_other_methods_are_refused(method):
    """S-18."""
    response = Client(headers={"host": "localhost"}).generic(method, "/signup")

    assert (response.status_code, response.json()["error"]) == (405, "method_not_allowed")
    assert response["Allow"] == "GET, HEAD, POST, OPTIONS"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("get", "/signup/code", "POST, OPTIONS"),
        ("delete", "/api/v1/users", "GET, POST"),
        ("post", "/api/v1/users/x", "GET, PATCH, DELETE"),
    ],
)
def test_other_methods_of_the_other_paths_are_refused(method, path, allowed):
    """S-18."""
    response = getattr(Client(headers={"host": "localhost"}), method)(path)

    assert error_of(response) == (405, "method_not_allowed", "")
    assert response["Allow"] == allowed


def test_two_dialects_fill_one_directory(browser):
    """Design §4.7: what one dialect has proven, the other knows."""
    application = make_application(browser.application.tenant, authentication=("phone_number",))
    tencent = TencentClient(application)
    tencent.sign_up(**tencent.phone_proof())

    response = Browser(application).ask_code(phone_number="13612345678")

    assert error_of(response) == (409, "already_exists", "phone_number")
