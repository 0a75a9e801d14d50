"""An application reads the claims that an end user has allowed, and no more; for what is new it has to ask again."""

from typing import Any

import pytest

from signup.contracts import publish
from tenants.models import Application, LoginFlow
from tests.authorization.visitors import PASSWORD, Visitor, exchange, make_shop, query_of, told
from tests.dialects.tencent.logins import Shop, make_user, payload
from tokens.models import Consent, Session

pytestmark = pytest.mark.django_db

MEI = {"email": "Mei@example.com", "nickname": "Mei"}


@pytest.fixture
def partner() -> Application:
    application = make_shop(consent=True, claims=["nickname"])
    make_user(application)
    return application


def set_login(application: Application, **fields: Any) -> None:
    LoginFlow.objects.filter(application=application).update(**fields)
    publish(application)


def consenting(application: Application) -> Visitor:
    """Mei has logged in, and has the page before her that asks."""
    mei = Visitor(application)
    mei.open_page()
    mei.log_in()
    mei.read(mei.follow(mei.proceed()))
    return mei


def consent(mei: Visitor) -> dict[str, Any]:
    """Allow what the page shows; the tokens that come of it."""
    mei.post("/login/consent", accepted=True)
    return exchange(mei.application, mei.authorize(prompt="none")).json()


def user_info(application: Application, issued: dict[str, Any]) -> dict[str, str]:
    found = Shop(application).bearer(issued["access_token"]).json()
    found.pop("sub")
    return found


def test_what_is_told_is_what_was_allowed(partner):
    issued = consent(consenting(partner))

    assert user_info(partner, issued) == {"nickname": "Mei"}
    assert payload(issued["id_token"])["nickname"] == "Mei"
    assert Consent.objects.get().claims == Session.objects.get().consented_claims == ["nickname"]


def test_tokens_that_are_there_tell_nothing_new(partner):
    issued = consent(consenting(partner))
    set_login(partner, claims=["nickname", "email"])

    renewed = Shop(partner).refresh(issued["refresh_token"]).json()

    assert user_info(partner, issued) == {"nickname": "Mei"}
    assert user_info(partner, renewed) == {"nickname": "Mei"}
    assert "email" not in payload(renewed["id_token"])


def test_who_is_logged_in_is_asked_for_the_difference(partner):
    mei = consenting(partner)
    consent(mei)
    set_login(partner, claims=["nickname", "email"])

    assert query_of(mei.authorize(prompt="none"))["error"] == "consent_required"
    page = mei.follow(mei.authorize())
    assert mei.read(page)["claims"] == ["email"]
    assert user_info(partner, consent(mei)) == MEI
    assert Consent.objects.get().claims == ["email", "nickname"]


def test_who_denies_the_difference_has_allowed_what_he_had(partner):
    mei = consenting(partner)
    consent(mei)
    set_login(partner, claims=["nickname", "email"])
    mei.read(mei.follow(mei.authorize()))

    assert "error=access_denied" in mei.post("/login/consent", accepted=False).json()["location"]
    assert Consent.objects.get().claims == ["nickname"]


def test_a_claim_that_the_page_has_not_shown_is_not_allowed(partner):
    """The application's claims grow while somebody reads the page."""
    mei = consenting(partner)
    set_login(partner, claims=["nickname", "email"])

    mei.post("/login/consent", accepted=True)

    assert Consent.objects.get().claims == ["nickname"]
    assert query_of(mei.authorize(prompt="none"))["error"] == "consent_required"


@pytest.mark.parametrize("claims", [None, "nickname", [1], {"nickname": True}], ids=str)
def test_an_answer_says_what_was_shown(partner, claims):
    mei = consenting(partner)

    assert told(mei.post("/login/consent", accepted=True, claims=claims)) == (422, "invalid_entity")
    assert not Consent.objects.exists()


def test_what_the_application_does_not_ask_for_is_not_stored(partner):
    mei = consenting(partner)

    mei.post("/login/consent", accepted=True, claims=["nickname", "email", "x" * 5000])

    assert Consent.objects.get().claims == ["nickname"]


def test_fewer_claims_need_no_new_answer(partner):
    set_login(partner, claims=["nickname", "email"])
    mei = consenting(partner)
    consent(mei)
    set_login(partner, claims=["email"])

    assert "code" in query_of(mei.authorize(prompt="none"))


def test_other_log_ins_tell_what_was_allowed_on_the_page(partner):
    """A password at `POST /oauth2/token` is no consent."""
    shop = Shop(partner)
    before = shop.log_in_by_password("mei", PASSWORD).json()
    consent(consenting(partner))
    after = shop.log_in_by_password("mei", PASSWORD).json()

    assert user_info(partner, before) == {}
    assert user_info(partner, after) == {"nickname": "Mei"}


def test_a_session_from_before_tells_nothing_once_consent_is_asked_for(partner):
    set_login(partner, consent=False)
    issued = Shop(partner).log_in_by_password("mei", PASSWORD).json()
    assert user_info(partner, issued) == {"nickname": "Mei"}

    set_login(partner, consent=True)

    assert user_info(partner, issued) == {}
    assert "nickname" not in payload(Shop(partner).refresh(issued["refresh_token"]).json()["id_token"])


def test_where_nobody_is_asked_all_claims_are_told(partner):
    issued = consent(consenting(partner))
    set_login(partner, claims=["nickname", "email"], consent=False)

    assert user_info(partner, issued) == MEI
