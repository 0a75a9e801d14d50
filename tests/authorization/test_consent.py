"""Where an application wants it, people are asked before it is told who they are: once."""

import pytest

from accounts.models import EndUser
from signup.contracts import publish
from tenants.models import Application, AuditEntry, LoginFlow
from tests.authorization.visitors import CALLBACK, Visitor, code_of, exchange, make_shop, query_of, told
from tests.dialects.tencent.logins import make_user
from tokens.models import AuthorizationCode, Consent

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Application:
    application = make_shop(consent=True, name="Shop & <b>Sons</b>", claims=["email", "nickname"])
    make_user(application)
    return application


@pytest.fixture
def mei(shop) -> Visitor:
    """She has logged in, and is asked now."""
    mei = Visitor(shop)
    mei.open_page()
    mei.log_in()
    mei.page = mei.follow(mei.proceed())  # type: ignore[attr-defined]
    mei.read(mei.page)  # type: ignore[attr-defined]
    return mei


def test_the_page_says_who_asks_and_what_is_told(mei):
    text = mei.page.content.decode()

    assert "Shop &amp; &lt;b&gt;Sons&lt;/b&gt;" in text
    assert "Nickname" in text
    assert not AuthorizationCode.objects.exists()


def test_who_accepts_is_not_asked_again(shop, mei):
    answer = mei.post("/login/consent", accepted=True)

    assert answer.status_code == 200
    assert answer.json()["location"].startswith(f"{CALLBACK}?code=")
    assert Consent.objects.get().end_user == EndUser.objects.get()
    assert "code" in query_of(mei.authorize(prompt="none"))
    assert code_of(Visitor(shop).enter())
    assert [one.outcome for one in AuditEntry.objects.filter(event="consent")] == ["succeeded"]


def test_who_denies_goes_back_with_that(mei):
    answer = mei.post("/login/consent", accepted=False)

    location = answer.json()["location"]
    assert location.startswith(f"{CALLBACK}?error=access_denied&")
    assert "state=of-the-shop" in location
    assert not Consent.objects.exists()
    assert not AuthorizationCode.objects.exists()
    assert query_of(mei.authorize(prompt="none"))["error"] == "consent_required"
    assert mei.authorize()["Location"].startswith("/login/consent?")


def test_the_code_of_the_answer_is_exchanged(shop, mei):
    location = mei.post("/login/consent", accepted=True).json()["location"]
    code = location.partition("code=")[2].partition("&")[0]

    body = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    answer = exchange(shop, Visitor(shop).enter(), **body)

    assert answer.status_code == 200


def test_prompt_asks_again(mei):
    mei.post("/login/consent", accepted=True)

    assert mei.authorize(prompt="consent")["Location"].startswith("/login/consent?")
    assert mei.proceed()["Location"].startswith("/login/consent?")
    mei.read(mei.follow(mei.proceed()))
    assert mei.post("/login/consent", accepted=True).json()["location"].startswith(f"{CALLBACK}?code=")
    assert Consent.objects.count() == 1


def test_each_application_asks_for_itself(shop, mei):
    other = make_shop(shop.tenant, consent=True)
    mei.post("/login/consent", accepted=True)

    assert query_of(mei.authorize(client_id=other.client_id, prompt="none"))["error"] == "consent_required"


def test_an_answer_is_for_the_page_that_was_read(shop, mei):
    """A request of another application that came meanwhile is not answered by it."""
    other = make_shop(shop.tenant, consent=True)
    mei.authorize(client_id=other.client_id)

    assert mei.post("/login/consent", accepted=True).status_code == 200
    assert Consent.objects.get().application == shop


def test_an_answer_is_of_who_was_asked(shop, mei):
    """S-66: somebody else has logged in in another tab meanwhile."""
    make_user(shop, username="li", username_typed="li", phone_number=None, email=None, email_typed="")
    asked = mei.state
    mei.open_page(prompt="login")
    mei.log_in("li")

    assert told(mei.post("/login/consent", accepted=True, state=asked)) == (401, "invalid_session")
    assert not Consent.objects.exists()


def test_an_answer_counts_once(mei):
    mei.post("/login/consent", accepted=True)

    assert told(mei.post("/login/consent", accepted=True)) == (401, "invalid_session")
    assert AuthorizationCode.objects.count() == 1


@pytest.mark.parametrize(
    "body", [{}, {"accepted": None}, {"accepted": "true"}, {"accepted": 1}, {"accepted": []}], ids=str
)
def test_an_answer_is_yes_or_no(mei, body):
    assert told(mei.post("/login/consent", **body)) == (422, "invalid_entity")


def test_an_answer_names_its_page(mei):
    """S-66."""
    mei.state = None

    assert told(mei.post("/login/consent", accepted=True)) == (422, "invalid_entity")


def test_nobody_consents_without_being_logged_in(shop):
    """S-65."""
    lan = Visitor(shop)
    lan.open_page()

    assert told(lan.post("/login/consent", accepted=True)) == (401, "invalid_session")
    assert lan.http.get("/login/consent")["Location"] == lan.onward


def test_somebody_who_is_blocked_meanwhile_consents_to_nothing(mei):
    """S-65."""
    EndUser.objects.update(status=EndUser.Status.LOCK)

    assert told(mei.post("/login/consent", accepted=True)) == (401, "invalid_session")
    assert not AuthorizationCode.objects.exists()


def test_where_nobody_is_asked_any_more_the_page_goes_on(shop, mei):
    """S-72."""
    LoginFlow.objects.update(consent=False)
    publish(shop)

    assert mei.http.get("/login/consent")["Location"] == mei.onward
    assert code_of(mei.proceed())


def test_the_page_of_a_browser_without_session(shop):
    response = Visitor(shop).http.get(f"/login/consent?client_id={shop.client_id}")

    assert response.status_code == 400
    assert "text/html" in response["Content-Type"]
