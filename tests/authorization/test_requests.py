"""What an application may ask for, and where the browser goes with each answer (RFC 6749 §4.1.2.1)."""

from urllib.parse import urlencode

import pytest

from accounts.models import EndUser
from signup.contracts import publish
from signup.models import BrowserSession
from tenants.models import Application, Domain
from tests.authorization.visitors import (
    AUTHORIZE,
    CALLBACK,
    CONTINUE,
    Visitor,
    code_of,
    exchange,
    make_shop,
    query_of,
    told,
)
from tests.clients import Client
from tests.dialects.tencent.logins import EMAIL, FORM, make_user, payload
from tests.factories import make_application, make_tenant
from tokens.models import AuthorizationCode

pytestmark = pytest.mark.django_db
LOGIN_URL = "https://shop.example/start"


@pytest.fixture
def shop() -> Application:
    application = make_shop()
    make_user(application)
    return application


# Requests that are answered here, as JSON


def test_without_a_client_id_the_parameter_is_named(shop):
    response = Visitor(shop).authorize(client_id=None)

    assert response.status_code == 400
    assert response.json() == {
        "error": "invalid_request",
        "error_description": "OAuth 2.0 Parameter: client_id",
    }


@pytest.mark.parametrize("client_id", ["nobody", "x" * 5000, "a\x00b", "é"])
def test_an_unknown_client(shop, client_id):
    assert told(Visitor(shop).authorize(client_id=client_id)) == (401, "invalid_client")


def test_a_client_that_is_switched_off(shop):
    """S-72."""
    Application.objects.update(enabled=False)
    publish(Application.objects.get())

    assert told(Visitor(shop).authorize()) == (401, "invalid_client")


def test_a_client_of_another_tenant_than_the_hosts(shop):
    """S-70."""
    Domain.objects.create(tenant=make_tenant(), name="login.other.example")

    assert told(Visitor(shop, host="login.other.example").authorize()) == (401, "invalid_client")


@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "state", "scope", "response_type", "anything"])
def test_a_parameter_that_comes_twice(shop, name):
    http = Visitor(shop).http
    query = f"client_id={shop.client_id}&redirect_uri={CALLBACK}&response_type=code&{name}=a&{name}=b"

    response = http.get(f"{AUTHORIZE}?{query}")

    assert told(response) == (400, "invalid_request")
    assert "Location" not in response


SPELLINGS = [
    "",
    "/callback",
    "callback",
    "//shop.example/callback",
    "http://shop.example/callback",
    "HTTPS://shop.example/callback",
    "https://SHOP.example/callback",
    "https://shop.example/callback/",
    "https://shop.example//callback",
    "https://shop.example/callback?",
    "https://shop.example/callback?next=https://evil.example",
    "https://shop.example/callback#fragment",
    "https://shop.example/Callback",
    "https://shop.example/callback/../admin",
    "https://shop.example/%63allback",
    "https://shop.example:443/callback",
    "https://shop.example./callback",
    "https://shop.example.evil.example/callback",
    "https://evil.example/https://shop.example/callback",
    "https://shop.example@evil.example/callback",
    "https://evil.example\\@shop.example/callback",
    "https://evil.example",
    "https:shop.example/callback",
    " https://shop.example/callback",
    "https://shop.example/callback ",
    "https://shop.example/callback\r\nX-Evil: 1",
    "https://shop.example/callback\x00",
    "https://shop.example/callback https://evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "https://ѕhop.example/callback",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_nobody_is_sent_to_an_address_that_is_not_registered_letter_by_letter(shop, spelling):
    """S-69."""
    for more in ({}, {"response_type": "token"}, {"prompt": "none"}):
        response = Visitor(shop).authorize(redirect_uri=spelling, **more)

        assert told(response) == (400, "invalid_request")
        assert response.json()["error_description"] == "OAuth 2.0 Parameter: redirect_uri"
        assert "Location" not in response
    assert not BrowserSession.objects.exists()


def test_an_application_without_redirect_uris_sends_nobody_anywhere():
    """S-69."""
    assert told(Visitor(make_shop(redirect_uris=[])).authorize()) == (400, "invalid_request")


@pytest.mark.parametrize("path", [AUTHORIZE, "/oauth2/auth", CONTINUE, "/logout"])
@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "OPTIONS"])
def test_browsers_are_sent_with_get(shop, path, method):
    """S-18."""
    response = Client(headers={"host": "localhost"}).generic(method, f"{path}?client_id={shop.client_id}")

    assert (response.status_code, response["Allow"]) == (405, "GET" if path == CONTINUE else "GET, POST")
    assert not BrowserSession.objects.exists()


@pytest.mark.parametrize("path", [AUTHORIZE, "/oauth2/auth", "/logout"])
def test_a_posted_form_is_asked_for_once_more_with_get(shop, path):
    """Another site's POST comes without our cookie (S-66)."""
    form = {"client_id": shop.client_id, "state": "a b&c=\r\nX-Evil: 1"}

    response = Visitor(shop).http.post(path, urlencode(form), content_type=FORM)

    assert response.status_code == 303
    assert response["Location"] == f"{path}?{urlencode(form)}"
    assert not BrowserSession.objects.exists()


def test_a_posted_request_is_answered_for_who_is_logged_in(shop):
    mei = Visitor(shop)
    mei.enter()

    response = mei.http.post(AUTHORIZE, urlencode(mei.parameters()), content_type=FORM)

    assert exchange(shop, mei.http.get(response["Location"])).status_code == 200


@pytest.mark.parametrize("path", [AUTHORIZE, "/logout"])
@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ("{}", "application/json", 400),
        ("state=a", "text/plain", 400),
        ("state=a&state=b", FORM, 400),
        ("state=" + "x" * 17_000, FORM, 413),
    ],
)
def test_what_is_no_form_is_refused(shop, path, body, content_type, status):
    response = Visitor(shop).http.post(path, body, content_type=content_type)

    assert (response.status_code, response.json()["error"]) == (status, "invalid_request")
    assert "Location" not in response


def test_a_parameter_without_a_value_counts_as_left_out(shop):
    """RFC 6749 §3.1."""
    empty = dict.fromkeys(("response_mode", "request", "request_uri", "nonce", "max_age", "id_token_hint", "scope"), "")

    assert Visitor(shop).authorize(**empty)["Location"].startswith("/login?")


# Requests of which the application is told


REFUSED = [
    ({"response_type": None}, "invalid_request"),
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"response_type": "code id_token"}, "unsupported_response_type"),
    ({"response_mode": "fragment"}, "invalid_request"),
    ({"scope": "profile"}, "invalid_scope"),
    ({"request": "e30.e30."}, "request_not_supported"),
    ({"request_uri": "https://shop.example/r"}, "request_uri_not_supported"),
    ({"code_challenge": "x" * 43}, "invalid_request"),
    ({"code_challenge": "x" * 43, "code_challenge_method": "plain"}, "invalid_request"),
    ({"code_challenge": "x" * 42, "code_challenge_method": "S256"}, "invalid_request"),
    ({"code_challenge_method": "S256"}, "invalid_request"),
    ({"prompt": "none login"}, "invalid_request"),
    ({"prompt": "perhaps"}, "invalid_request"),
    ({"max_age": "-1"}, "invalid_request"),
    ({"max_age": "soon"}, "invalid_request"),
    ({"max_age": "٣"}, "invalid_request"),
    ({"max_age": "99999999999"}, "invalid_request"),
    ({"nonce": "x" * 256}, "invalid_request"),
    ({"nonce": "a\x00b"}, "invalid_request"),
    ({"login_hint": "x" * 321}, "invalid_request"),
    ({"connection": "x" * 65}, "invalid_request"),
    ({"prompt": "none"}, "login_required"),
]


@pytest.mark.parametrize(("changes", "error"), REFUSED, ids=str)
def test_what_is_refused_is_told_to_the_application(shop, changes, error):
    response = Visitor(shop).authorize(**changes)

    found = query_of(response)
    assert response["Location"].startswith(f"{CALLBACK}?")
    assert (found["error"], found["state"]) == (error, "of-the-shop")
    assert found["error_description"]
    assert found["iss"]
    assert not BrowserSession.objects.exists()


@pytest.mark.parametrize("state", ["x" * 1025, "a\x00b"])
def test_a_state_that_cannot_be_echoed_is_not(shop, state):
    found = query_of(Visitor(shop).authorize(state=state))

    assert found["error"] == "invalid_request"
    assert "state" not in found


def test_a_public_client_needs_a_challenge():
    for kind in ("spa", "mobile"):
        found = query_of(Visitor(make_shop(type=kind)).authorize())
        assert (found["error"], found["error_description"]) == (
            "invalid_request",
            "OAuth 2.0 Parameter: code_challenge",
        )


def test_a_machine_has_nobody_to_log_in():
    assert query_of(Visitor(make_shop(type="m2m")).authorize())["error"] == "unauthorized_client"


def test_parameters_of_the_redirect_uri_are_kept():
    address = "https://shop.example/callback?shop=1"

    response = Visitor(make_shop(redirect_uris=[address])).authorize(redirect_uri=address, prompt="none")

    assert response["Location"].startswith(f"{address}&error=login_required&")


def test_an_application_on_a_phone_has_a_scheme_of_its_own():
    address = "com.shop.app:/callback"
    app = make_shop(type="mobile", redirect_uris=[address])
    make_user(app)
    mei = Visitor(app)

    response = mei.enter(redirect_uri=address, **mei.pkce())

    assert response["Location"].startswith(f"{address}?code=")
    form = {"redirect_uri": address, "code_verifier": mei.verifier}
    assert exchange(app, response, secret=None, **form).status_code == 200


def test_the_state_is_echoed_as_it_is(shop):
    state = "a b&c=d/é?#"

    assert query_of(Visitor(shop).enter(state=state))["state"] == state
    assert "state" not in query_of(Visitor(shop).enter(state=None))


# Who is logged in already


def test_one_log_in_is_enough_for_two_applications_of_a_tenant(shop):
    other = make_shop(shop.tenant)
    mei = Visitor(shop)
    mei.enter()
    before = mei.cookie

    response = mei.authorize(client_id=other.client_id)

    assert exchange(other, response).status_code == 200
    assert mei.cookie == before


def test_no_log_in_counts_with_another_tenant(shop):
    """S-70."""
    foreign = make_shop()
    make_user(foreign)
    mei = Visitor(shop)
    mei.enter()

    silent = mei.authorize(client_id=foreign.client_id, prompt="none")
    asked = mei.authorize(client_id=foreign.client_id)

    assert query_of(silent)["error"] == "login_required"
    assert asked["Location"].startswith("/login?")


def test_a_session_of_one_tenant_is_none_on_the_host_of_another(shop):
    """S-70."""
    foreign = make_shop()
    Domain.objects.create(tenant=foreign.tenant, name="login.other.example")
    mei = Visitor(shop)
    mei.enter()

    mei.http.defaults["HTTP_HOST"] = "login.other.example"

    assert query_of(mei.authorize(client_id=foreign.client_id, prompt="none"))["error"] == "login_required"


@pytest.mark.parametrize("prompt", ["login", "select_account", "login consent"])
def test_who_is_to_log_in_again_does(shop, prompt):
    mei = Visitor(shop)
    mei.enter()

    response = mei.authorize(prompt=prompt)

    assert response["Location"].startswith("/login?")
    assert mei.proceed()["Location"].startswith("/login?")
    mei.read(mei.follow(response))
    assert mei.log_in().status_code == 200
    assert code_of(mei.proceed())


def test_the_earlier_cookie_is_worth_nothing_then(shop):
    """S-64."""
    mei = Visitor(shop)
    mei.enter()
    before = mei.cookie
    mei.enter(prompt="login")

    mei.http.cookies["session"] = before

    assert query_of(mei.authorize(prompt="none"))["error"] == "login_required"


@pytest.mark.parametrize("changes", [{"prompt": "login"}, {"prompt": "select_account"}, {"max_age": "0"}], ids=str)
def test_a_link_that_asks_for_another_log_in_does_not_end_the_one_that_is(shop, changes, pass_time):
    """S-66."""
    mei = Visitor(shop)
    mei.enter()
    pass_time(5)
    mei.open_page(**changes)

    assert mei.log_in(password="wrong").status_code == 401
    assert mei.proceed()["Location"].startswith("/login?")
    assert code_of(mei.authorize(prompt="none"))


def test_a_link_to_the_sign_up_by_way_of_an_application_asks_first(shop):
    """S-66."""
    mei = Visitor(shop)
    mei.enter()

    page = mei.follow(mei.authorize(prompt="create"))
    assert "log out first" in page.content.decode()
    assert code_of(mei.authorize(prompt="none"))

    mei.read(page)
    assert mei.post("/logout/confirm").status_code == 200
    assert query_of(mei.authorize(prompt="none"))["error"] == "login_required"
    form = mei.http.get("/signup", {"client_id": shop.client_id})
    assert "Create your account" in form.content.decode()
    assert f'href="/login?client_id={shop.client_id}&amp;{mei.onward.partition("?")[2]}"' in form.content.decode()


def test_logging_in_again_and_again_by_code_meets_no_limit_of_the_session(shop):
    mei = Visitor(shop)
    mei.enter()

    for _ in range(5):
        mei.open_page(prompt="login")
        assert mei.log_in_by_code(email=EMAIL).status_code == 200
        assert code_of(mei.proceed())


def test_a_log_in_may_be_too_old(shop, pass_time):
    mei = Visitor(shop)
    mei.enter()
    pass_time(60)

    assert "code" in query_of(mei.authorize(max_age="61"))
    assert "code" in query_of(mei.authorize(max_age="3600", prompt="none"))
    assert query_of(mei.authorize(max_age="59", prompt="none"))["error"] == "login_required"
    assert mei.authorize(max_age="59")["Location"].startswith("/login?")
    assert mei.proceed()["Location"].startswith("/login?")


def test_with_max_age_zero_somebody_logs_in_now(shop):
    mei = Visitor(shop)
    mei.enter()

    response = mei.enter(max_age="0")

    claims = payload(exchange(shop, response).json()["id_token"])
    assert claims["iat"] - claims["auth_time"] < 60


def test_a_log_in_ends_after_twelve_hours(shop, pass_time):
    mei = Visitor(shop)
    mei.enter()

    pass_time(12 * 3600 - 1)
    assert "code" in query_of(mei.authorize(prompt="none"))
    pass_time(2)
    assert query_of(mei.authorize(prompt="none"))["error"] == "login_required"


def test_whoever_is_new_goes_to_the_sign_up_page(shop):
    lan = Visitor(shop)

    response = lan.authorize(prompt="create", ui_locales="tr")

    request = lan.onward.partition("?")[2]
    assert response["Location"] == f"/signup?client_id={shop.client_id}&{request}&ui_locales=tr"


def test_whoever_is_new_goes_to_the_log_in_page_where_nobody_signs_up():
    """S-72."""
    assert Visitor(make_shop(sign_up=False)).authorize(prompt="create")["Location"].startswith("/login?")


def test_languages_and_hints_are_carried_along(shop):
    mei = Visitor(shop)

    page = mei.follow(mei.authorize(ui_locales="zh-Hans", login_hint="mei@example.com"))

    assert page["Content-Language"] == "zh-Hans"
    assert mei.read(page)["login_hint"] == "mei@example.com"


# For whom the application asks


def id_token(shop: Application, visitor: Visitor, **credentials: str) -> str:
    return exchange(shop, visitor.enter(**credentials)).json()["id_token"]


@pytest.fixture
def other(shop) -> EndUser:
    return make_user(shop, username="li", username_typed="li", phone_number=None, email=None, email_typed="")


def enter_as(visitor: Visitor, username: str, **changes: str):
    visitor.open_page(**changes)
    assert visitor.log_in(username).status_code == 200
    return visitor.proceed()


def test_the_hint_of_who_is_logged_in_gets_a_code(shop):
    mei = Visitor(shop)
    hint = id_token(shop, mei)

    assert code_of(mei.authorize(id_token_hint=hint, prompt="none"))
    assert code_of(mei.authorize(id_token_hint=hint))


def test_an_old_hint_does_too(shop, pass_time):
    mei = Visitor(shop)
    hint = id_token(shop, mei)
    pass_time(3600)

    assert code_of(mei.authorize(id_token_hint=hint, prompt="none"))


def test_the_hint_of_another_end_user_gets_no_code_for_who_is_logged_in(shop, other):
    """OpenID Connect Core §3.1.2.2."""
    hint = id_token(shop, Visitor(shop))
    li = Visitor(shop)
    enter_as(li, "li")

    assert query_of(li.authorize(id_token_hint=hint, prompt="none"))["error"] == "login_required"
    assert li.authorize(id_token_hint=hint)["Location"].startswith("/login?")


def test_whoever_logs_in_instead_of_the_one_who_was_asked_for_gets_no_code(shop, other):
    """OpenID Connect Core §3.1.2.1: an error such as login_required."""
    hint = id_token(shop, Visitor(shop))
    before = AuthorizationCode.objects.count()

    found = query_of(enter_as(Visitor(shop), "li", id_token_hint=hint))

    assert (found["error"], found["state"]) == ("login_required", "of-the-shop")
    assert AuthorizationCode.objects.count() == before


def test_the_one_who_was_asked_for_gets_a_code_after_the_log_in(shop, other):
    hint = id_token(shop, Visitor(shop))
    browser = Visitor(shop)
    enter_as(browser, "li")

    assert code_of(enter_as(browser, "mei", id_token_hint=hint))


@pytest.mark.parametrize("prompt", ["none", "login", None])
def test_a_hint_that_we_did_not_make_for_the_application_is_refused(shop, prompt):
    """S-57."""
    mei = Visitor(shop)
    body = exchange(shop, mei.enter()).json()
    foreign = make_shop(shop.tenant)
    foreign_hint = exchange(foreign, mei.authorize(client_id=foreign.client_id)).json()["id_token"]
    header, claims, signature = body["id_token"].split(".")
    forged = f"{header}.{claims}.{signature[:-4]}AAAA"

    for hint in ("x", "a.b.c", "é", "x" * 10_000, forged, f"e30.{claims}.", body["access_token"], foreign_hint):
        found = query_of(mei.authorize(id_token_hint=hint, prompt=prompt))
        assert (found["error"], found["error_description"]) == (
            "invalid_request",
            "OAuth 2.0 Parameter: id_token_hint",
        )


# Where a native application listens


LOOPBACK = "http://127.0.0.1/callback"


@pytest.mark.parametrize(
    ("registered", "asked"),
    [
        (LOOPBACK, "http://127.0.0.1:51234/callback"),
        ("http://127.0.0.1:8080/callback", "http://127.0.0.1:51234/callback"),
        ("http://127.0.0.1:8080/callback", LOOPBACK),
        ("http://[::1]/callback?a=b", "http://[::1]:65535/callback?a=b"),
        ("http://127.0.0.1", "http://127.0.0.1:1"),
    ],
)
def test_a_native_application_listens_at_any_port_of_the_loopback_address(registered, asked):
    """RFC 8252 §7.3, the one exception to S-69."""
    app = make_shop(type="mobile", redirect_uris=[registered])
    make_user(app)
    mei = Visitor(app)

    response = mei.enter(redirect_uri=asked, **mei.pkce())

    assert response["Location"].startswith(f"{asked}{'&' if '?' in asked else '?'}code=")
    other_port = {"redirect_uri": registered, "code_verifier": mei.verifier}
    assert exchange(app, response, secret=None, **other_port).status_code == 401
    form = {"redirect_uri": asked, "code_verifier": mei.verifier}
    assert exchange(app, response, secret=None, **form).status_code == 200


@pytest.mark.parametrize(
    "spelling",
    [
        "http://127.0.0.1:51234/other",
        "http://127.0.0.1:51234/callback/",
        "http://127.0.0.1:51234/callback?a=b",
        "http://127.0.0.1:51234/callback#a",
        "https://127.0.0.1:51234/callback",
        "HTTP://127.0.0.1:51234/callback",
        "http://localhost:51234/callback",
        "http://[::1]:51234/callback",
        "http://127.0.0.2:51234/callback",
        "http://127.1:51234/callback",
        "http://127.0.0.1:/callback",
        "http://127.0.0.1:0/callback",
        "http://127.0.0.1:65536/callback",
        "http://127.0.0.1:051/callback",
        "http://127.0.0.1:٣/callback",
        "http://127.0.0.1:80:80/callback",
        "http://127.0.0.1:80@evil.example/callback",
        "http://127.0.0.1.evil.example:80/callback",
        "http://127.0.0.1:51234/callback\n",
    ],
)
def test_only_the_port_of_a_loopback_address_is_free(spelling):
    """S-69."""
    app = make_shop(type="mobile", redirect_uris=[LOOPBACK])

    assert told(Visitor(app).authorize(redirect_uri=spelling)) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("kind", "registered", "asked"),
    [
        ("web", LOOPBACK, "http://127.0.0.1:51234/callback"),
        ("spa", LOOPBACK, "http://127.0.0.1:51234/callback"),
        ("mobile", "http://localhost/callback", "http://localhost:51234/callback"),
        ("mobile", "http://192.0.2.7/callback", "http://192.0.2.7:51234/callback"),
    ],
)
def test_no_other_address_or_application_has_a_free_port(kind, registered, asked):
    """S-69."""
    shop = make_shop(type=kind, redirect_uris=[registered])

    assert told(Visitor(shop).authorize(redirect_uri=asked)) == (400, "invalid_request")


# Where there is nothing to answer


def test_a_page_that_is_typed_by_hand_says_so():
    shop = make_shop(make_tenant(login_url=LOGIN_URL))

    response = Visitor(shop).http.get(f"/login?client_id={shop.client_id}")

    assert response.status_code == 400
    assert LOGIN_URL in response.content.decode()


@pytest.mark.parametrize("query", ["", "?client_id=nobody", "?client_id=%00"])
@pytest.mark.parametrize("path", ["/login", "/login/consent"])
def test_a_page_of_no_application_is_a_json_404(shop, path, query):
    assert told(Visitor(shop).http.get(f"{path}{query}")) == (404, "not_found")


def test_nothing_waits_in_a_browser_that_never_came(shop):
    assert told(Visitor(shop).proceed()) == (404, "not_found")


def test_nothing_waits_for_who_is_logged_in_already(shop):
    mei = Visitor(shop)
    mei.enter()

    response = mei.proceed()

    assert (response.status_code, response["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert AuthorizationCode.objects.count() == 1


def test_the_tenants_own_page_is_the_way_on_where_nothing_waits():
    shop = make_shop(make_tenant(login_url=LOGIN_URL, sms_interval_seconds=0))
    make_user(shop)
    mei = Visitor(shop)
    mei.enter()

    assert mei.proceed()["Location"] == LOGIN_URL


def test_a_redirect_uri_that_is_removed_meanwhile_gets_no_code(shop):
    """S-69, S-72."""
    mei = Visitor(shop)
    mei.open_page()
    mei.log_in()
    Application.objects.update(redirect_uris=["https://shop.example/other"])
    publish(Application.objects.get())

    assert mei.proceed().status_code == 200
    assert not AuthorizationCode.objects.exists()


def test_a_client_that_names_no_request_goes_on_with_the_newest(shop):
    mei = Visitor(shop)
    mei.open_page(state="first")
    mei.open_page(state="second")
    mei.log_in()

    assert [query_of(mei.proceed())["state"] for _ in range(2)] == ["second", "first"]
    assert mei.proceed().status_code == 200


def test_the_pages_have_a_brake(shop):
    answers = [Visitor(shop).authorize() for _ in range(241)]

    assert {one.status_code for one in answers[:240]} == {302}
    assert answers[-1].status_code == 429
    assert 240 < int(answers[-1]["Retry-After"]) <= 300
    assert Visitor(shop, address="198.51.100.7").authorize().status_code == 302


def test_an_application_that_only_signs_people_up_has_no_log_in_page():
    shop = make_application(redirect_uris=[CALLBACK])

    page = Visitor(shop).open_page()

    assert page.status_code == 200
