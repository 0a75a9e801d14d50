"""Phone numbers on the hosted pages: read by the reader's region, and told as they were understood."""

import pytest

from accounts.models import EndUser
from signup.contracts import publish
from tenants.models import PasswordAuthSource
from tests.authorization.visitors import Visitor, make_shop
from tests.clients import last_code
from tests.dialects.plusauth.clients import Browser, error_of
from tests.dialects.tencent.logins import make_user
from tests.factories import make_application, make_tenant
from tests.hosted.readers import get, read
from tests.hosted.test_page import phone_hint

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

AMERICAN, CHINESE = "+14155552671", "+8614155552671"
TYPED = "1 (415) 555-2671"


@pytest.fixture
def application():
    return make_application(make_tenant(phone_regions=["CN", "TR", "US", "GB"], sms_interval_seconds=0))


@pytest.mark.parametrize(
    ("accepted", "ui_locales", "region"),
    [
        ("", "", "CN"),
        ("tr-TR,tr;q=0.9,en;q=0.8", "", "TR"),
        ("tr", "", "TR"),
        ("en-US,en;q=0.9", "", "US"),
        ("en-GB,tr;q=0.5", "", "GB"),
        ("en,de-DE", "", "CN"),
        ("zh-Hant-TW", "", "CN"),
        ("en-US", "tr", "TR"),
        ("en-US;q=0,tr", "", "TR"),
        ("<script>", "x-y", "CN"),
    ],
)
def test_the_page_is_for_the_readers_region(application, accepted, ui_locales, region):
    answer = get(application, ui_locales=ui_locales, headers={"accept-language": accepted})

    page = answer.content.decode()
    assert f'"region": "{region}"' in page
    assert f'id="hint-phone_number" data-region="{region}"' in page


def test_the_example_is_of_the_region_that_reads_it(application):
    page = read(application, headers={"accept-language": "tr-TR"})

    assert phone_hint(page).startswith("Örneğin 0501 234 56 78, ")


def test_no_country_is_named_where_there_is_one_alone():
    page = read(make_application(make_tenant(phone_regions=["TR"])))

    assert "data-region" not in page.one("p", id="hint-phone_number").attributes


@pytest.mark.parametrize(
    ("region", "number", "shown", "told"),
    [
        ("US", AMERICAN, "+1 415-555-2671", "US"),
        ("CN", CHINESE, "+86 141 5555 2671", "CN"),
        ("DE", CHINESE, None, "CN"),
    ],
)
def test_a_code_goes_to_the_number_that_the_page_reads(application, region, number, shown, told):
    browser = Browser(application)

    sent = browser.ask_code(phone_number=TYPED, phone_region=region)
    made = browser.sign_up(phone_number=TYPED, phone_region=region, phone_number_code=last_code(number))

    assert sent.json()["region"] == told
    assert shown is None or sent.json()["sent_to"] == shown
    assert made.status_code == 200
    assert EndUser.objects.get().phone_number == number


def test_other_clients_are_not_told_and_read_by_the_tenants_order(application):
    sent = Browser(application).ask_code(phone_number=TYPED)

    assert set(sent.json()) == {"expires_in", "resend_in"}
    assert last_code(CHINESE)


@pytest.mark.parametrize("region", [7, "TURKEY", "T\u0000"])
def test_a_region_that_is_none_is_refused(application, region):
    assert error_of(Browser(application).ask_code(phone_number=TYPED, phone_region=region))[0] == 422


def visitor_of(**tenant) -> Visitor:
    shop = make_shop(make_tenant(sms_interval_seconds=0, **tenant))
    make_user(shop, phone_number=AMERICAN)
    visitor = Visitor(shop)
    visitor.open_page()
    return visitor


def test_the_log_in_page_reads_by_its_region_too():
    visitor = visitor_of(phone_regions=["CN", "US"])

    assert visitor.log_in(TYPED, phone_region="US").status_code == 200


def test_a_code_to_log_in_is_for_the_number_of_the_region():
    visitor = visitor_of(phone_regions=["CN", "US"])

    sent = visitor.post("/login/code", phone_number=TYPED, phone_region="US")
    done = visitor.post("/login/verify", phone_number=TYPED, phone_region="US", code=last_code(AMERICAN))

    assert sent.json()["sent_to"] == "+1 415-555-2671"
    assert done.status_code == 200


@pytest.mark.parametrize("typed", ["0532 12", "+999 123", "12345", "\u202a0532\u00a012\u202c"])
def test_a_number_that_is_none_is_told_so_at_log_in(typed):
    visitor = visitor_of(phone_regions=["CN", "US"])

    assert error_of(visitor.log_in(typed)) == (422, "invalid_entity", "phone_number")


@pytest.mark.parametrize("typed", ["+14155559999", "mei2", "12/34", "nobody@example.com"])
def test_what_may_be_somebodys_name_is_told_nothing_of(typed):
    assert error_of(visitor_of(phone_regions=["CN", "US"]).log_in(typed))[:2] == (401, "invalid_credentials")


def test_where_nobody_logs_in_by_number_a_number_is_as_wrong_as_any_name():
    visitor = visitor_of(phone_regions=["CN", "US"])
    PasswordAuthSource.objects.update(login_attributes=["username"])
    publish(visitor.application)

    assert error_of(visitor.log_in("12345"))[:2] == (401, "invalid_credentials")
