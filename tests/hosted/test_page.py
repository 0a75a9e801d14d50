"""`GET /signup?client_id=...`: the page is what the application asks for, and opens a session."""

import json
import re

import pytest

from signup.contracts import publish
from signup.models import BrowserSession, PendingRequest
from tenants.models import Application, Counter, Domain, OtpAuthSource
from tests.authorization.visitors import Visitor, make_shop
from tests.browser import hostile
from tests.clients import Client
from tests.factories import make_application, make_tenant
from tests.hosted.readers import Reader, get, read

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


def make_attribute(application: Application, identifier: str, **fields) -> None:
    application.tenant.attributes.filter(identifier=identifier).update(**fields)
    publish(application)


def test_fields_come_in_the_admins_order_and_the_password_after_the_names() -> None:
    application = make_application(
        authentication=("email", "phone_number"),
        required=("nickname", "name"),
        optional=("locale", "zoneinfo"),
        password_source={},
    )

    page = read(application)

    assert page.asked == ["email", "phone_number", "password", "nickname", "name", "locale", "zoneinfo"]
    assert page.label("nickname") == "Nickname required"
    assert page.label("locale") == "Language optional"


def test_standard_labels_are_translated_and_the_admins_own_stay() -> None:
    application = make_application(authentication=("phone_number",), required=("name", "member_no"))
    make_attribute(application, "name", label="Your name as on the card")

    page = read(application, ui_locales="zh-CN")

    assert page.one("html").attributes["lang"] == "zh-Hans"
    assert page.label("phone_number") == "手机号 必填"
    assert page.label("name") == "Your name as on the card 必填"
    assert page.label("member_no") == "member_no 必填"


def test_browsers_are_told_what_to_fill_in() -> None:
    application = make_application(
        authentication=("username", "phone_number", "email"), optional=("name", "nickname"), password_source={}
    )

    page = read(application)

    names = ("username", "phone_number", "email", "password", "name", "nickname")
    filled = {name: page.field(name).attributes["autocomplete"] for name in names}
    assert filled == {
        "username": "username",
        "phone_number": "tel",
        "email": "email",
        "password": "new-password",
        "name": "name",
        "nickname": "nickname",
    }
    code = page.field("phone_number_code").attributes
    assert (code["autocomplete"], code["inputmode"]) == ("one-time-code", "numeric")


def test_types_have_inputs_of_their_own() -> None:
    application = make_application(authentication=("email",), required=("age", "zoneinfo"), optional=("news",))
    make_attribute(application, "age", type="integer")
    make_attribute(application, "news", type="boolean")

    page = read(application)

    assert page.field("age").attributes["inputmode"] == "numeric"
    assert page.field("news").attributes["type"] == "checkbox"
    assert page.field("zoneinfo").tag == "select"
    zones = [option.text for option in page.all("option")]
    assert {"Europe/Istanbul", "Asia/Shanghai", "UTC"} <= set(zones)


def test_the_pattern_and_the_admins_complaint_are_in_the_page() -> None:
    application = make_application(authentication=("email",), required=("member_no",))
    make_attribute(application, "member_no", regex="M[0-9]{6}", error_message='M and "six" digits')

    box = read(application).box("member_no").attributes

    assert box["data-pattern"] == "^(?:M[0-9]{6})$"
    assert box["data-complaint"] == 'M and "six" digits'


def test_one_name_of_several_is_enough_where_the_admin_says_so() -> None:
    page = read(make_application(authentication=("phone_number", "email"), any_of=True))

    assert "Give at least one of these required" in " ".join(page.one("fieldset").text.split())
    assert page.label("phone_number") == "Phone number"
    assert "data-mandatory" not in page.box("email").attributes


def test_all_names_are_needed_where_the_admin_says_so() -> None:
    page = read(make_application(authentication=("phone_number", "email")))

    assert page.all("fieldset") == []
    assert "data-mandatory" in page.box("phone_number").attributes
    assert "data-mandatory" in page.box("email").attributes


@pytest.mark.parametrize(
    ("with_codes", "authentication", "mark"),
    [
        (False, ("phone_number",), "required"),
        (True, ("phone_number",), "optional"),
        (True, ("username",), "required"),
    ],
)
def test_a_password_is_required_where_it_is_the_only_way_back_in(with_codes, authentication, mark) -> None:
    tenant = make_tenant()
    sources = (OtpAuthSource.objects.create(tenant=tenant, key="sms", channel="sms"),) if with_codes else ()
    application = make_application(
        tenant, authentication=authentication, optional=("email",), password_source={}, otp_sources=sources
    )

    assert read(application).label("password") == f"Password {mark}"


def test_no_password_is_asked_for_where_none_is_kept() -> None:
    assert "password" not in read(make_application(authentication=("phone_number",))).asked


def test_the_policy_is_told_in_the_readers_words() -> None:
    application = make_application(password_source={"strength": "excellent"})

    rules = [item.text for item in read(application, ui_locales="tr").all("li")]

    assert rules[0] == "10 ile 128 karakter arası"
    assert "art arda üç kez aynı karakter olmasın" in rules


def test_who_has_no_scripts_is_told_that_they_are_needed() -> None:
    page = read(make_application(), ui_locales="tr")

    assert "JavaScript gerekir" in page.one("noscript").text
    assert "disabled" in page.all("button", type="submit")[0].attributes


def test_no_code_is_asked_for_an_address_that_is_confirmed_afterwards() -> None:
    application = make_application(make_tenant(force_email_verification=True), authentication=("email",))

    page = read(application)

    assert "data-needs-code" not in page.box("email").attributes
    assert "We will send you a message to confirm it." in page.box("email").text


def test_private_answers_ask_for_a_code_all_the_same() -> None:
    application = make_application(
        make_tenant(force_email_verification=True), authentication=("email",), answers="private"
    )

    assert "data-needs-code" in read(application).box("email").attributes


def phone_hint(page: Reader) -> str:
    return page.one("p", id="hint-phone_number").text.replace("\u00a0", " ")


def test_the_form_of_a_phone_number_is_told_by_the_tenants_first_region() -> None:
    of_turkey = make_application(make_tenant(phone_regions=["TR", "CN"]))
    of_anywhere = make_application()

    assert phone_hint(read(of_turkey)) == "As 0501 234 56 78, or from abroad +90 501 234 56 78."
    assert phone_hint(read(of_anywhere)) == "With its country code, as +44 7400 123456."
    assert "例如 +86 131 2345 6789。" in phone_hint(read(of_anywhere, ui_locales="zh"))


def test_unknown_missing_switched_off_and_foreign_applications_are_not_found() -> None:
    application, other = make_application(), make_application()
    off = make_application(enabled=False)
    Domain.objects.create(tenant=other.tenant, name="id.other.example")

    answers = [
        Client().get("/signup", headers={"host": "localhost"}),
        Client().get("/signup?client_id=", headers={"host": "localhost"}),
        Client().get("/signup?client_id=nobody", headers={"host": "localhost"}),
        Client().get("/signup?client_id=a%00b", headers={"host": "localhost"}),
        get(off),
        get(application, headers={"host": "id.other.example"}),
    ]

    assert [(answer.status_code, answer.json()["error"]) for answer in answers] == [(404, "not_found")] * 6
    assert not BrowserSession.objects.exists()
    assert not any(answer.cookies for answer in answers)
    assert get(other, headers={"host": "id.other.example"}).status_code == 200


def test_switched_off_sign_up_is_told_in_the_readers_words() -> None:
    answer = get(make_application(make_tenant(name="Anka"), sign_up=False), ui_locales="zh")

    assert answer.status_code == 403
    assert "Anka 目前不能创建新账号。" in answer.content.decode()
    assert "<form" not in answer.content.decode()
    assert not BrowserSession.objects.exists()


def test_head_opens_no_session() -> None:
    application = make_application()

    answer = Client().head("/signup", {"client_id": application.client_id}, headers={"host": "localhost"})

    assert (answer.status_code, answer.content) == (200, b"")
    assert not answer.cookies
    assert not BrowserSession.objects.exists()


# S-64
def test_the_cookie_is_exact_and_the_page_carries_the_sessions_state() -> None:
    answer = get(make_application())

    (row,) = BrowserSession.objects.all()
    (cookie,) = answer.cookies.values()
    kept = {name: value for name, value in cookie.items() if value}
    assert cookie.key == "session"
    assert kept == {"path": "/", "httponly": True, "samesite": "Lax"}
    assert len(cookie.value) >= 43
    script = json.loads(Reader(answer.content.decode()).one("script", id="page").text)
    assert script["state"] == PendingRequest.objects.get(session=row).state


# S-64
def test_beyond_this_machine_the_cookie_is_for_tls_alone() -> None:
    application = make_application()
    Domain.objects.create(tenant=application.tenant, name="id.acme.example")

    answer = get(application, headers={"host": "id.acme.example"})

    assert answer.cookies["session"]["secure"]


# S-64
def test_a_cookie_that_somebody_else_set_is_replaced() -> None:
    client = Client()
    client.cookies["session"] = "chosen-by-somebody-else-" + "x" * 24

    answer = get(make_application(), client)

    assert answer.cookies["session"].value != "chosen-by-somebody-else-" + "x" * 24
    assert BrowserSession.objects.count() == 1


def test_whoever_loads_the_page_again_keeps_the_session_under_a_new_cookie() -> None:
    application, client = make_application(), Client()
    first = get(application, client).cookies["session"].value

    second = get(application, client).cookies["session"].value

    assert first != second
    assert BrowserSession.objects.count() == 1


def test_the_page_is_not_kept_and_says_what_may_run() -> None:
    answer = get(make_application())

    (nonce,) = re.findall(r'<style nonce="([^"]{22})">', answer.content.decode())
    assert answer["Content-Security-Policy"] == (
        f"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert nonce not in get(make_application()).content.decode()


# S-113
@pytest.mark.parametrize("text", hostile.TEXTS)
def test_texts_of_the_tenant_are_shown_as_they_are(text) -> None:
    tenant = make_tenant(name=text[:128], login_url="javascript:alert('hostile')")
    application = make_application(tenant, authentication=("email",), required=("motto",))
    make_attribute(application, "motto", label=text[:128], error_message=text[:256])
    usual = Reader(get(make_application(authentication=("email",), required=("motto",))).content.decode())

    page = read(application)

    assert [one.tag for one in page.elements] == [one.tag for one in usual.elements]
    assert [set(one.attributes) for one in page.elements] == [set(one.attributes) for one in usual.elements]
    assert page.box("motto").attributes["data-complaint"] == text[:256]
    assert " ".join(text[:128].split()) in page.label("motto")


def test_one_address_opens_no_sessions_without_end(pass_time) -> None:
    application = make_application()
    get(application)
    Counter.objects.update(count=119)
    assert get(application).status_code == 200

    answer = get(application, ui_locales="tr")

    assert answer.status_code == 429
    assert 240 < int(answer["Retry-After"]) <= 300
    assert "5 dakika sonra" in answer.content.decode()
    assert BrowserSession.objects.count() == 2
    pass_time(301)
    assert get(application).status_code == 200


def test_only_reading_and_signing_up_are_known_here() -> None:
    answer = Client().delete("/signup", headers={"host": "localhost"})

    assert answer.status_code == 405
    assert answer["Content-Type"].startswith("application/json")


def test_who_has_an_account_goes_on_with_the_log_in_that_waits() -> None:
    """And otherwise where the tenant says."""
    visitor = Visitor(make_shop(make_tenant(login_url="https://shop.example/log-in")))
    path = f"/signup?client_id={visitor.application.client_id}"

    assert 'href="https://shop.example/log-in"' in visitor.http.get(path).content.decode()
    visitor.authorize()
    log_in = f"/login?client_id={visitor.application.client_id}&amp;{visitor.onward.partition('?')[2]}"
    assert f'href="{log_in}"' in visitor.http.get(path).content.decode()


def test_a_machine_has_no_page_on_which_it_shows_no_secret() -> None:
    response = get(make_application(type="m2m"))

    assert response.status_code == 404
    assert not BrowserSession.objects.exists()
