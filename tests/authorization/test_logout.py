"""`/logout` (contract tencent §9, and OpenID Connect RP-Initiated Logout)."""

from urllib.parse import urlencode

import pytest

from signup.models import BrowserSession
from tenants.models import Application, Domain
from tests.authorization.test_requests import SPELLINGS
from tests.authorization.visitors import AFTER, CALLBACK, JSON, Visitor, exchange, make_shop, query_of, told
from tests.dialects.tencent.logins import FORM, Shop, make_user
from tests.factories import make_tenant

pytestmark = pytest.mark.django_db
OTHER = "https://shop.example/other"


@pytest.fixture
def shop() -> Application:
    application = make_shop()
    make_user(application)
    return application


@pytest.fixture
def mei(shop) -> Visitor:
    mei = Visitor(shop)
    mei.enter()
    return mei


def log_out(visitor: Visitor, **parameters: str):
    return visitor.http.get("/logout", parameters)


def is_logged_in(visitor: Visitor) -> bool:
    return "code" in query_of(visitor.authorize(prompt="none"))


def id_token(visitor: Visitor) -> str:
    return exchange(visitor.application, visitor.authorize(prompt="none")).json()["id_token"]


# Asked first


@pytest.mark.parametrize("language", ["en", "zh-Hans", "tr"])
def test_a_link_without_an_id_token_logs_nobody_out(shop, mei, language):
    """RP-Initiated Logout §2."""
    response = log_out(mei, client_id=shop.client_id, ui_locales=language)

    assert (response.status_code, response["Content-Language"]) == (200, language)
    assert "Location" not in response
    assert is_logged_in(mei)


def test_whoever_says_yes_is_logged_out_and_goes_on(shop, mei):
    mei.read(log_out(mei, client_id=shop.client_id, state="bye"))

    confirmed = mei.post("/logout/confirm")
    onward = log_out(mei, client_id=shop.client_id, state="bye")

    assert (confirmed.status_code, confirmed.json()) == (200, {})
    assert onward["Location"] == f"{AFTER}?state=bye"
    assert not BrowserSession.objects.exists()
    assert not is_logged_in(mei)


@pytest.mark.parametrize("state", [None, "", "wrong", 7])
def test_nobody_says_yes_without_having_seen_the_page(shop, mei, state):
    """S-66."""
    mei.read(log_out(mei, client_id=shop.client_id))

    assert mei.post("/logout/confirm", state=state).status_code >= 400
    assert is_logged_in(mei)


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}]
)
def test_no_other_site_says_yes(shop, mei, headers):
    """S-66."""
    mei.read(log_out(mei, client_id=shop.client_id))

    response = mei.http.post("/logout/confirm", {"state": mei.state}, content_type=JSON, headers=headers)

    assert response.status_code == 403
    assert is_logged_in(mei)


def test_a_form_says_nothing(shop, mei):
    """S-66."""
    mei.read(log_out(mei, client_id=shop.client_id))

    response = mei.http.post("/logout/confirm", f"state={mei.state}", content_type=FORM)

    assert response.status_code == 415
    assert is_logged_in(mei)


def test_the_id_token_of_somebody_else_logs_nobody_out(shop, mei):
    """RP-Initiated Logout §2."""
    li = make_user(shop, username="li", username_typed="li", phone_number=None, email=None, email_typed="")
    other = Visitor(shop)
    other.open_page()
    other.log_in(li.username)
    hint = exchange(shop, other.proceed()).json()["id_token"]

    response = log_out(mei, id_token_hint=hint)

    assert response.status_code == 200
    assert is_logged_in(mei)


def test_another_application_of_the_tenant_asks_too(shop, mei):
    other = make_shop(shop.tenant)

    mei.read(log_out(mei, client_id=other.client_id))
    mei.post("/logout/confirm")

    assert not BrowserSession.objects.exists()


def test_a_posted_form_asks_as_well(shop, mei):
    response = mei.http.post("/logout", urlencode({"client_id": shop.client_id}), content_type=FORM)

    assert mei.http.get(response["Location"]).status_code == 200
    assert is_logged_in(mei)


# Logged out at once


def test_the_session_ends_on_the_server_and_in_the_browser(shop, mei):
    """S-64."""
    hint, cookie = id_token(mei), mei.cookie

    response = log_out(mei, id_token_hint=hint)

    assert (response.status_code, response["Location"]) == (302, AFTER)
    assert (response.cookies["session"].value, response.cookies["session"]["max-age"]) == ("", 0)
    assert not BrowserSession.objects.exists()
    mei.http.cookies["session"] = cookie
    assert query_of(mei.authorize(prompt="none"))["error"] == "login_required"


def test_what_applications_have_opened_goes_on(shop):
    """Contract §9: the portal's session only."""
    mei = Visitor(shop)
    tokens = exchange(shop, mei.enter()).json()

    log_out(mei, id_token_hint=tokens["id_token"])

    assert not BrowserSession.objects.exists()
    assert Shop(shop).bearer(tokens["access_token"]).status_code == 200


def test_without_a_client(mei):
    response = log_out(mei)

    assert response.status_code == 400
    assert response.json() == {"error": "invalid_request", "error_description": "Client ID parameter not found"}
    assert "code" in query_of(mei.authorize(prompt="none"))


@pytest.mark.parametrize("client_id", ["nobody", "a\x00b", "x" * 5000])
def test_an_unknown_client(mei, client_id):
    assert told(log_out(mei, client_id=client_id)) == (401, "invalid_client")


def test_a_client_of_another_tenant_than_the_hosts(shop):
    """S-70."""
    Domain.objects.create(tenant=make_tenant(), name="login.other.example")

    assert told(log_out(Visitor(shop, host="login.other.example"), client_id=shop.client_id)) == (401, "invalid_client")


@pytest.mark.parametrize("name", ["logout_redirect_uri", "post_logout_redirect_uri"])
def test_one_of_several_addresses_is_named(name):
    shop = make_shop(logout_redirect_uris=[AFTER, OTHER])

    assert log_out(Visitor(shop), client_id=shop.client_id, **{name: OTHER})["Location"] == OTHER
    assert told(log_out(Visitor(shop), client_id=shop.client_id)) == (400, "invalid_request")
    both = {"logout_redirect_uri": AFTER, "post_logout_redirect_uri": OTHER}
    assert told(log_out(Visitor(shop), client_id=shop.client_id, **both)) == (400, "invalid_request")


@pytest.mark.parametrize("spelling", [CALLBACK, *(one.replace("callback", "bye") for one in SPELLINGS if one)])
@pytest.mark.parametrize("name", ["logout_redirect_uri", "post_logout_redirect_uri"])
def test_nobody_is_sent_to_an_address_that_is_not_registered_letter_by_letter(shop, mei, name, spelling):
    """S-69."""
    response = log_out(mei, client_id=shop.client_id, **{name: spelling})

    assert told(response) == (400, "invalid_request")
    assert "Location" not in response
    assert BrowserSession.objects.exists()


def test_the_state_is_echoed(shop, mei):
    assert log_out(mei, id_token_hint=id_token(mei), state="a b&c")["Location"] == f"{AFTER}?state=a+b%26c"


def test_the_address_keeps_its_own_parameters():
    shop = make_shop(logout_redirect_uris=[f"{AFTER}?shop=1"])

    assert log_out(Visitor(shop), client_id=shop.client_id, state="x")["Location"] == f"{AFTER}?shop=1&state=x"


def test_a_parameter_that_comes_twice(shop):
    response = Visitor(shop).http.get(f"/logout?client_id={shop.client_id}&state=a&state=b")

    assert told(response) == (400, "invalid_request")


def test_without_any_address_a_page_says_it(shop):
    shop = make_shop(logout_redirect_uris=[])

    response = log_out(Visitor(shop), client_id=shop.client_id)

    assert response.status_code == 200
    assert "You are logged out" in response.content.decode()


def test_an_id_token_names_the_client(shop):
    mei = Visitor(shop)
    token = exchange(shop, mei.enter()).json()["id_token"]

    assert log_out(mei, id_token_hint=token)["Location"] == AFTER
    assert log_out(mei, id_token_hint=token, client_id=shop.client_id)["Location"] == AFTER


def test_an_old_id_token_does_too(shop, pass_time):
    token = exchange(shop, Visitor(shop).enter()).json()["id_token"]
    pass_time(90_000)

    assert log_out(Visitor(shop), id_token_hint=token)["Location"] == AFTER


def test_only_our_own_id_tokens_name_anybody(shop):
    """S-57."""
    body = exchange(shop, Visitor(shop).enter()).json()
    header, claims, signature = body["id_token"].split(".")
    forged = f"{header}.{claims}.{signature[:-4]}AAAA"

    for token in ("x", "a.b.c", "é", "x" * 10_000, forged, f"e30.{claims}.", body["access_token"]):
        assert told(log_out(Visitor(shop), id_token_hint=token)) == (400, "invalid_request")
    other = make_shop(shop.tenant)
    both = {"id_token_hint": body["id_token"], "client_id": other.client_id}
    assert told(log_out(Visitor(shop), **both)) == (400, "invalid_request")


def test_the_session_of_another_tenant_stays(shop, mei):
    """S-70: in the browser too."""
    response = log_out(mei, client_id=make_shop().client_id)

    assert response["Location"] == AFTER
    assert is_logged_in(mei)


def test_where_nobody_is_logged_in_nothing_is_asked(shop):
    visitor = Visitor(shop)
    visitor.open_page()

    assert log_out(visitor, client_id=shop.client_id)["Location"] == AFTER


# The sign-up page


def test_a_link_to_the_sign_up_page_logs_nobody_out(shop, mei):
    """S-66."""
    response = mei.http.get("/signup", {"client_id": shop.client_id})

    assert response.status_code == 200
    assert "log out first" in response.content.decode()
    assert is_logged_in(mei)


def test_whoever_logs_out_there_may_sign_up(shop, mei):
    mei.read(mei.http.get("/signup", {"client_id": shop.client_id}))
    mei.post("/logout/confirm")

    page = mei.http.get("/signup", {"client_id": shop.client_id})

    assert "Create your account" in page.content.decode()


def test_a_link_to_the_sign_up_page_of_another_tenant_logs_nobody_out(shop, mei):
    """S-70: on a shared host."""
    mei.http.get("/signup", {"client_id": make_shop().client_id})

    assert is_logged_in(mei)
