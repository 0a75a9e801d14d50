"""S-83, S-84: what callers without a secret may have sent in all, whatever application and session they name."""

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from ciam.findings import find
from ciam.provisioning import provision
from otp import public_sends
from otp.delivery import growth
from otp.delivery.models import Delivery, OutboxMessage
from otp.models import Destination, QuotaUse
from signup import proof_of_work
from tenants import call_limits, clock, counters
from tenants.call_limits import CODES_IN_WINDOW, FREE_CODES
from tenants.models import Application, Counter, Sender
from tests.authorization.visitors import Visitor, make_shop, told
from tests.clients import TencentClient, last_code
from tests.delivery.senders import make_deliveries
from tests.dialects.cloudbase.clients import EMAIL, CloudBaseClient, error_of
from tests.dialects.plusauth.test_codes import solve
from tests.factories import make_application, make_tenant
from tests.operations.lines import Lines, lines
from tests.provisioning import files
from tests.races import at_once

pytestmark = pytest.mark.django_db

__all__ = ["lines"]

TOO_MANY, CAPTCHA = (429, "resource_exhausted", 8), (400, "captcha_required", 4001)


@pytest.fixture
def beyond_networks(monkeypatch) -> None:
    """As if every request came from a network of its own."""
    sources = (f"198.51.100.{number}" for number in range(10_000))
    monkeypatch.setattr("ciam.dialects.cloudbase.brakes.source_of", lambda _: next(sources))


def send(application: Application, number: int, *, country: str = "+90", **headers: str) -> HttpResponse:
    """To a number that nobody else asks for."""
    phone_number = f"{country} 5{number:09}"
    return CloudBaseClient(application).call("POST", "/verification", {"phone_number": phone_number}, **headers)


def enter(application: Application, number: int) -> None:
    """Send a code and return it."""
    client = CloudBaseClient(application)
    verification_id = send(application, number).json()["verification_id"]
    body = {"verification_id": verification_id, "verification_code": last_code(f"+905{number:09}")}
    assert client.post("/verification/verify", **body).status_code == 200


def test_one_network_has_one_bucket_over_all_applications_and_tenants():
    """Four applications of one tenant were four times as many codes without a captcha."""
    tenant = make_tenant(phone_regions=["TR"])
    applications = [*(make_application(tenant) for _ in range(4)), make_application(make_tenant())]

    answers = [send(applications[number % 5], number) for number in range(FREE_CODES + 3)]

    assert [answer.status_code for answer in answers] == [200] * FREE_CODES + [400] * 3
    assert error_of(answers[-1]) == CAPTCHA
    assert OutboxMessage.objects.count() == FREE_CODES


def test_the_pages_and_the_api_share_the_bucket_of_a_network():
    shop = make_shop(make_tenant(phone_regions=["TR", "CN"]))
    for number in range(FREE_CODES):
        send(shop, number)
    visitor = Visitor(shop, address="127.0.0.1")
    visitor.open_page()

    asked = visitor.post("/login/code", phone_number="13912345678")

    assert told(asked) == (400, "captcha_required")
    solved = solve(asked.json()["challenge"])
    assert visitor.post("/login/code", phone_number="13912345678", altcha=solved).status_code == 200


def test_new_sessions_of_one_network_get_no_free_codes_without_end():
    """The three free codes of a session were three of each new one."""
    shop = make_shop(make_tenant(phone_regions=["CN"]))

    answers = []
    for number in range(FREE_CODES + 5):
        visitor = Visitor(shop)
        visitor.open_page()
        answers.append(visitor.post("/login/code", phone_number=f"139{number:08}"))

    assert [answer.status_code for answer in answers] == [200] * FREE_CODES + [400] * 5
    assert OutboxMessage.objects.count() == FREE_CODES


def test_the_proofs_of_a_network_get_dearer():
    shop = make_shop(make_tenant(phone_regions=["CN"]))
    visitor = Visitor(shop)
    visitor.open_page()

    sizes = []
    for earlier in (FREE_CODES, 19, 19):
        for _ in range(earlier):
            call_limits.take_code(source="192.0.2.1", now=clock.now())
        asked = visitor.post("/login/code", phone_number="13912345678")
        sizes.append(asked.json()["challenge"]["maxnumber"])

    cheapest = proof_of_work.LARGEST_NUMBER
    assert sizes == [cheapest, 2 * cheapest, 4 * cheapest]


def test_beyond_a_hundred_a_network_gets_no_code_at_all():
    application = make_application(make_tenant(phone_regions=["TR"]))
    answers = [send(application, number) for number in range(CODES_IN_WINDOW + 1)]

    assert error_of(answers[-1]) == TOO_MANY
    assert int(answers[-1]["Retry-After"]) > 0


def test_a_back_end_with_its_secret_is_not_counted_by_network():
    """Design decision 9."""
    client = TencentClient(make_application(make_tenant(public_per_hour=0)))

    answers = [client.send(usage="signup", phone_number=f"139{number:08}") for number in range(CODES_IN_WINDOW + 1)]

    assert {answer.status_code for answer in answers} == {200}
    assert not Counter.objects.exists()


def test_a_tenants_hour_of_public_messages_ends(beyond_networks, pass_time):
    application = make_application(make_tenant(public_per_hour=3, sms_quota=10))
    sister = make_application(application.tenant)

    answers = [send(one, number) for number, one in enumerate((application, sister, application, sister))]

    refused = answers.pop()
    assert ([answer.status_code for answer in answers], error_of(refused)) == ([200] * 3, TOO_MANY)
    assert 0 < int(refused["Retry-After"]) <= 3600
    assert QuotaUse.objects.get().used == Destination.objects.count() == OutboxMessage.objects.count() == 3
    assert send(make_application(), 9).status_code == 200
    back_end = TencentClient(application)
    assert back_end.send(usage="signup", phone_number="13912345678").status_code == 200
    pass_time(int(refused["Retry-After"]))
    assert send(application, 5).status_code == 200


def test_a_tenant_may_have_no_public_messages_or_any_number(beyond_networks):
    none = make_application(make_tenant(public_per_hour=0))
    any_number = make_application(make_tenant(public_per_hour=None, phone_regions=["TR"]))

    assert error_of(send(none, 1)) == TOO_MANY
    assert {send(any_number, number).status_code for number in range(5)} == {200}


def test_a_page_says_when_the_tenants_hour_is_over():
    shop = make_shop(make_tenant(public_per_hour=0))
    visitor = Visitor(shop)
    visitor.open_page()

    refused = visitor.post("/login/code", phone_number="13912345678")

    assert told(refused) == (429, "too_many_requests")
    assert int(refused["Retry-After"]) > 0
    assert visitor.row.codes_sent == 0


def test_a_country_whose_codes_never_come_back_gets_no_more(beyond_networks, pass_time):
    """S-84: other countries, and those who show a secret, are served on."""
    application = make_application(make_tenant(sms_quota=1_000))
    answers = [send(application, number) for number in range(public_sends.JUDGED_FROM + 2)]

    assert [answer.status_code for answer in answers] == [200] * public_sends.JUDGED_FROM + [429] * 2
    assert error_of(answers[-1]) == TOO_MANY
    assert QuotaUse.objects.get().used == public_sends.JUDGED_FROM
    assert send(application, 1, country="+49").status_code == 200
    credentials = TencentClient(application).http.defaults["HTTP_AUTHORIZATION"]
    assert send(application, 1_000, authorization=credentials).status_code == 200
    pass_time(int(answers[-1]["Retry-After"]))
    assert send(application, 1_001).status_code == 200


def test_a_country_whose_codes_come_back_is_served_on(beyond_networks):
    application = make_application()
    for number in range(5):
        enter(application, number)

    answers = {send(application, number).status_code for number in range(5, public_sends.JUDGED_FROM + 1)}
    before_more_come_back = send(application, 900)
    enter_later = send(application, 901)

    assert answers == {200}
    assert (before_more_come_back.status_code, enter_later.status_code) == (429, 429)


def test_a_tenant_that_lists_its_countries_is_not_judged_by_them(beyond_networks):
    application = make_application(make_tenant(phone_regions=["TR"]))

    answers = {send(application, number).status_code for number in range(public_sends.JUDGED_FROM + 5)}

    assert answers == {200}


def test_messages_that_were_not_sent_are_given_back(beyond_networks):
    tenant = make_tenant(public_per_hour=2)
    application = make_application(tenant)
    broken = Sender.objects.create(
        tenant=tenant, key="broken", vendor="custom", channel="sms", settings={"url": "http://127.0.0.1:9/"}
    )

    failed = [send(application, number).status_code for number in range(5)]
    broken.delete()

    assert failed == [503] * 5
    assert [send(application, number).status_code for number in range(3)] == [200, 200, 429]


def test_switched_off_throttles_leave_the_contracts_limits(settings, beyond_networks):
    settings.RATE_LIMITS = False
    application = make_application(make_tenant(public_per_hour=0))

    assert [send(application, 1).status_code, send(application, 1).status_code] == [200, 429]


def test_a_public_code_takes_two_statements_more_than_one_of_a_back_end():
    application = make_application()
    credentials = TencentClient(application).http.defaults["HTTP_AUTHORIZATION"]

    def statements(number: int, **headers: str) -> list[str]:
        send(application, number + 100, **headers)
        with CaptureQueriesContext(connection) as captured:
            send(application, number, **headers)
        return [query["sql"] for query in captured.captured_queries if "INTO tenants_counter" in query["sql"]]

    assert len(statements(1)) == 2  # the network before the work, the rest with it
    assert statements(2, authorization=credentials) == []


def make_provisioned_application() -> Application:
    """Of a tenant whose file says nothing about limits."""
    sign_up = "        sign_up: {authentication_attributes: [email]}\n"
    provision(files.application(f"        client_secret: {files.SECRET}\n{sign_up}"))
    return Application.objects.get()


def test_an_address_gets_one_mail_in_thirty_seconds_and_ten_a_day(pass_time):
    """Twenty within two seconds was no limit at all."""
    client = TencentClient(make_provisioned_application(), secret=files.SECRET)

    at_first = [client.send(usage="signup", email=EMAIL).status_code for _ in range(2)]
    later = []
    for _ in range(10):
        pass_time(31)
        later.append(client.send(usage="signup", email=EMAIL).status_code)

    assert at_first == [200, 429]
    assert later == [200] * 9 + [429]


# The alarm


def test_an_hour_with_far_more_messages_than_usual_is_told_once(lines: Lines):
    application = make_application()
    make_deliveries(application, 10 * growth.HOURS_BEFORE, minutes_ago=120)
    make_deliveries(application, growth.LEAST, minutes_ago=5)

    growth.watch()
    growth.watch()

    line = lines.only("sends_growth")
    assert (line["level"], line["sent"] >= growth.LEAST, line["usual"]) == ("warning", True, 10)
    assert growth.is_under_way(application.tenant_id, clock.now())


def test_a_usual_hour_is_not_told():
    application = make_application()
    make_deliveries(application, 30 * growth.HOURS_BEFORE, minutes_ago=120)
    make_deliveries(application, growth.LEAST, minutes_ago=5)

    assert growth.find(clock.now()) == []


def test_codes_for_addresses_that_nobody_has_are_no_messages():
    application = make_application()
    make_deliveries(application, growth.LEAST, minutes_ago=5)
    Delivery.objects.update(status=Delivery.Status.SKIPPED)

    assert growth.find(clock.now()) == []


def test_few_messages_are_not_told():
    application = make_application()
    make_deliveries(application, growth.LEAST - 10, minutes_ago=5)

    assert growth.find(clock.now()) == []


def test_the_check_tells_of_growth():
    application = make_application()
    make_deliveries(application, growth.LEAST, minutes_ago=5)

    (finding,) = [one for one in find(application.tenant) if one.code == "sends-growth"]

    assert (finding.level, finding.tenant) == ("warning", application.tenant.slug)


def test_while_messages_grow_a_proof_costs_four_times_as_much():
    shop = make_shop(make_tenant(phone_regions=["CN"], sms_interval_seconds=0))
    counters.take(growth.KIND, shop.tenant_id.hex, window=growth.LASTS, now=clock.now())
    visitor = Visitor(shop)
    visitor.open_page()
    for number in range(3):
        assert visitor.post("/login/code", phone_number=f"139{number:08}").status_code == 200

    challenge = visitor.post("/login/code", phone_number="13912345678").json()["challenge"]

    assert challenge["maxnumber"] == 4 * proof_of_work.LARGEST_NUMBER


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_fifty_public_messages_at_once_a_tenant_sends_its_hour(beyond_networks):
    application = make_application(make_tenant(public_per_hour=20, phone_regions=["TR"]))

    answers = at_once([lambda number=number: send(application, number).status_code for number in range(50)])

    assert sorted(answers) == [200] * 20 + [429] * 30
    assert Delivery.objects.count() == 20


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_a_hundred_public_messages_at_once_a_country_gets_fifty(beyond_networks):
    application = make_application()

    answers = at_once([lambda number=number: send(application, number).status_code for number in range(100)])

    assert sorted(answers) == [200] * 50 + [429] * 50


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_fifty_codes_of_one_network_at_once_twenty_are_free():
    tenant = make_tenant(phone_regions=["TR"])
    applications = [make_application(tenant) for _ in range(5)]

    answers = at_once(
        [lambda number=number: send(applications[number % 5], number).status_code for number in range(50)]
    )

    assert sorted(answers) == [200] * FREE_CODES + [400] * (50 - FREE_CODES)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_fifty_mails_to_one_address_at_once_one_is_sent():
    application = make_provisioned_application()

    def asking() -> HttpResponse:
        return TencentClient(application, secret=files.SECRET).send(usage="signup", email=EMAIL)

    answers = at_once([asking for _ in range(50)])

    assert sorted(answer.status_code for answer in answers) == [200] + [429] * 49
    assert OutboxMessage.objects.count() == 1
