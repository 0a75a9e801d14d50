"""Logging in on our page with an account elsewhere: out, back, and on to the application."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from accounts.models import EndUser, Identity
from signup.contracts import publish
from signup.models import BrowserSession, PendingRequest
from tenants.models import Application, IdentityProvider, SignUpFlow
from tests.authorization.visitors import CALLBACK, Visitor, code_of, exchange, make_shop, query_of, told
from tests.clients import Client
from tests.dialects.tencent.logins import EMAIL, make_user
from tests.factories import configuration_of, make_tenant
from tests.third_party.provider import CODE, Provider, open_provider
from tests.third_party.rows import make_oauth2_provider, make_openid_provider

pytestmark = pytest.mark.django_db
BACK = "/login/callback/partner"


@pytest.fixture
def partner():
    with open_provider() as provider:
        yield provider


@pytest.fixture
def shop(partner) -> Application:
    application = make_shop()
    make_openid_provider(application.tenant, partner)
    return application


@pytest.fixture
def mei(shop) -> Visitor:
    mei = Visitor(shop)
    mei.open_page()
    return mei


def go_out(visitor: Visitor, partner: Provider) -> dict[str, str]:
    """What the third party is asked; its ID token will answer to that."""
    response = visitor.http.get("/login/with/partner")
    assert response["Location"].startswith(f"{partner.url}/authorize?")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(response["Location"]).query).items()}
    partner.id_token_claims["nonce"] = asked.get("nonce")
    return asked


def come_back(visitor: Visitor, partner: Provider, **changes: str):
    asked = go_out(visitor, partner)
    return visitor.http.get(BACK, {"code": CODE, "state": asked["state"]} | changes)


def trouble_of(response) -> str:
    found = parse_qs(urlsplit(response["Location"]).query)
    assert response["Location"].startswith("/login?client_id=")
    return found["trouble"][0]


def test_the_third_party_is_asked_for_our_page(shop, mei, partner):
    asked = go_out(mei, partner)

    assert asked["redirect_uri"] == f"{configuration_of(shop).tenant.base_url}{BACK}"
    assert asked["response_type"] == "code"
    assert (len(asked["state"]), len(asked["nonce"])) == (97, 64)
    assert asked["code_challenge_method"] == "S256"
    assert len({asked["state"], asked["nonce"], asked["code_challenge"], mei.state}) == 4


def test_an_account_elsewhere_is_a_new_user_here_and_the_same_one_later(shop, mei, partner):
    response = come_back(mei, partner)

    assert response["Location"] == mei.onward
    first = exchange(shop, mei.proceed())
    assert first.status_code == 200
    lan = Visitor(shop)
    lan.open_page()
    come_back(lan, partner)
    assert code_of(lan.proceed())
    assert EndUser.objects.count() == Identity.objects.count() == 1


def test_the_verifier_of_the_challenge_goes_along_with_the_code(mei, partner):
    asked = go_out(mei, partner)
    mei.http.get(BACK, {"code": CODE, "state": asked["state"]})

    (form,) = [form for path, form, _ in partner.received if path == "/token"]
    assert create_s256_code_challenge(form["code_verifier"][0]) == asked["code_challenge"]


def test_a_third_party_without_openid(partner):
    shop = make_shop()
    make_oauth2_provider(shop.tenant, partner)
    mei = Visitor(shop)
    mei.open_page()

    assert come_back(mei, partner)["Location"] == mei.onward
    assert code_of(mei.proceed())


def test_the_cookie_is_another_one_then(mei, partner):
    """S-64."""
    before = mei.cookie

    come_back(mei, partner)

    assert mei.cookie != before
    assert BrowserSession.objects.get().authenticated_at is not None


def test_identities_are_never_linked_by_an_address(shop, mei, partner):
    """S-36."""
    known = make_user(shop)
    partner.claims |= {"email": EMAIL, "email_verified": True}

    come_back(mei, partner)

    stranger = BrowserSession.objects.get().end_user
    assert stranger != known
    assert stranger.email is None


def test_a_request_may_name_the_third_party(shop):
    mei = Visitor(shop)

    response = mei.authorize(connection="partner")

    assert response["Location"] == f"/login/with/partner?{mei.onward.partition('?')[2]}"


def test_who_is_logged_in_already_does_not_go_out(shop, mei, partner):
    come_back(mei, partner)

    assert "code" in query_of(mei.authorize(connection="partner"))


def test_a_state_is_of_one_browser_one_page_and_one_way_back(shop, mei, partner):
    """S-66: nobody can be logged in as somebody else by a link."""
    asked = go_out(mei, partner)
    victim = Visitor(shop)
    victim.open_page()

    assert trouble_of(victim.http.get(BACK, {"code": CODE, "state": asked["state"]})) == "login_provider_failed"
    for state in ("", "x", asked["state"][:-1], mei.state):
        assert trouble_of(mei.http.get(BACK, {"code": CODE, "state": state})) == "login_provider_failed"
    assert not [path for path, _, _ in partner.received if path == "/token"]
    mei.http.get(BACK, {"code": "wrong", "state": asked["state"]})
    assert trouble_of(mei.http.get(BACK, {"code": CODE, "state": asked["state"]})) == "login_provider_failed"
    assert not EndUser.objects.exists()


def test_another_third_party_does_not_answer_for_the_first(shop, mei, partner):
    make_openid_provider(shop.tenant, partner, key="other")
    asked = go_out(mei, partner)

    response = mei.http.get("/login/callback/other", {"code": CODE, "state": asked["state"]})

    assert trouble_of(response) == "login_provider_failed"


def test_a_nonce_of_somebody_else_is_refused(mei, partner):
    asked = go_out(mei, partner)
    partner.id_token_claims["nonce"] = "of-another"

    assert trouble_of(mei.http.get(BACK, {"code": CODE, "state": asked["state"]})) == "login_provider_failed"


@pytest.mark.parametrize("changes", [{"code": ""}, {"code": "x" * 4097}, {"code": "wrong"}, {"code": "\x00"}], ids=str)
def test_what_does_not_work_is_said_on_the_page(mei, partner, changes):
    response = come_back(mei, partner, **changes)

    assert trouble_of(response) == "login_provider_failed"
    page = mei.follow(response)
    assert "Partner" in page.content.decode()
    assert mei.read(page)["state"]


def test_no_text_of_the_third_party_is_shown(mei, partner):
    asked = go_out(mei, partner)
    words = "<script>alert(1)</script> evil"

    response = mei.http.get(BACK, {"error": words, "error_description": words, "state": asked["state"]})

    assert "evil" not in response["Location"]
    assert "evil" not in mei.follow(response).content.decode()
    page = mei.http.get(f"/login?client_id={mei.application.client_id}&with=partner&trouble=evil")
    assert '<div id="summary" class="notice bad" role="alert" tabindex="-1"></div>' in page.content.decode()


def test_a_third_party_that_is_unknown_or_off(shop, mei):
    IdentityProvider.objects.update(enabled=False)

    for key in ("partner", "nobody", "a%00b"):
        assert trouble_of(mei.http.get(f"/login/with/{key}")) == "login_provider_failed"


def test_who_has_no_account_where_nobody_signs_up(shop, mei, partner):
    """S-72."""
    SignUpFlow.objects.update(enabled=False)
    publish(shop)

    assert trouble_of(come_back(mei, partner)) == "login_provider_unknown"
    assert not EndUser.objects.exists()


def test_who_is_blocked(shop, mei, partner):
    """S-65."""
    come_back(mei, partner)
    EndUser.objects.update(status=EndUser.Status.LOCK)
    lan = Visitor(shop)
    lan.open_page()

    assert trouble_of(come_back(lan, partner)) == "login_blocked"
    assert lan.proceed()["Location"].startswith("/login?")


def test_whose_address_is_to_be_verified_first(partner):
    """S-35: the session is theirs, and nobody is logged in."""
    shop = make_shop(make_tenant(sms_interval_seconds=0, force_email_verification=True))
    make_openid_provider(shop.tenant, partner)
    mei = Visitor(shop)
    mei.open_page()

    assert trouble_of(come_back(mei, partner)) == "login_mail_text"
    assert BrowserSession.objects.get().end_user is None
    assert PendingRequest.objects.get().end_user == EndUser.objects.get()


def test_what_is_posted_back_is_asked_for_once_more(mei, partner):
    """Apple's way: a post from another site has none of our cookies."""
    asked = go_out(mei, partner)
    stranger = Client(headers={"host": "localhost", "origin": partner.url})

    form = urlencode({"code": CODE, "state": asked["state"], "user": "{}"})
    posted = stranger.post(BACK, form, content_type="application/x-www-form-urlencoded")

    assert posted.status_code == 303
    assert posted["Location"].startswith(f"{BACK}?")
    assert "session" not in posted.cookies
    assert mei.http.get(posted["Location"])["Location"] == mei.onward


@pytest.mark.parametrize("path", ["/login/with/partner", BACK])
def test_without_a_request_that_waits_there_is_nothing(shop, path):
    assert told(Visitor(shop).http.get(path)) == (404, "not_found")
    assert told(Client(headers={"host": "localhost"}).put(path))[0] == 405


def test_what_is_kept_of_the_way_is_nothing(mei, partner):
    """S-105."""
    asked = go_out(mei, partner)

    kept = str([*BrowserSession.objects.values(), *PendingRequest.objects.values()])
    assert not any(asked[name] in kept for name in ("state", "nonce", "code_challenge"))
    assert CALLBACK in kept
