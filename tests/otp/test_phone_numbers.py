"""A number is one number however it is typed, and wherever: one reading for every call, command and page (S-10)."""

import json
from functools import partial
from importlib import import_module
from io import StringIO
from urllib.parse import quote

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import EndUser
from ciam.findings.search import find
from otp import phone_numbers
from otp.address_search import possible_addresses
from otp.phone_numbers import read
from signup.contracts import tenant_settings
from tests.clients import TencentClient
from tests.dialects.cloudbase.clients import CloudBaseClient
from tests.dialects.plusauth.clients import Browser, make_back_end
from tests.factories import make_application, make_tenant
from tests.importing.files import Import, write

CHINESE, TURKISH, AMERICAN = "+8613612345678", "+905321234567", "+14155552671"


@pytest.mark.parametrize(
    "typed",
    [
        "+86 136\u00a01234\u202f5678",  # no-break spaces
        "\u200e+86 136 1234 5678\u200f",  # marks of direction
        "\u202a+86 136 1234 5678\u202c",
        "\u202d136 1234 5678\u202c",
        "\u2068136 1234 5678\u2069",
        "136\u200b1234\u200d5678\ufeff",  # of no width
        "136\u20101234\u20115678",
        "136\u20121234\u20135678",
        "136\u20141234\u20155678",
        "136\u22121234-5678",
        "\uff0b\uff18\uff16\uff11\uff13\uff16\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18",  # fullwidth
        "\u0661\u0663\u0666\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668",  # Arabic-Indic
        "\u06f1\u06f3\u06f6\u06f1\u06f2\u06f3\u06f4\u06f5\u06f6\u06f7\u06f8",
        "136\t1234\t5678\r\n",
        "(136) 1234.5678",
        "[136] 1234/5678",
        "\u3000136\u30001234 5678",
        "0086 136 1234 5678",
        "86 136 1234 5678",
        "+86 (0)136 1234 5678",
        "0136 1234 5678",
    ],
)
@pytest.mark.parametrize("regions", [[], ["CN"], ["TR", "CN"]])
def test_what_people_paste_is_one_number(typed, regions):
    assert read(typed, regions) == CHINESE


@pytest.mark.parametrize(
    ("regions", "typed", "number"),
    [
        (["US", "CN"], "1 (415) 555-2671", AMERICAN),
        (["US", "CN"], "415.555.2671", AMERICAN),
        (["US", "CN"], "011 86 136 1234 5678", CHINESE),
        (["US", "CN"], "0086 136 1234 5678", CHINESE),
        (["CN", "US"], "1 (415) 555-2671", "+8614155552671"),
        (["CN", "TR"], "0532 123 45 67", TURKISH),
        (["CN", "TR"], "532 123 45 67", TURKISH),
        (["CN", "TR"], "90 532 123 45 67", TURKISH),
        (["CN", "TR"], "0090 532 123 45 67", TURKISH),
        (["CN", "TR"], "+90 0532 123 45 67", TURKISH),
        (["TR", "CN"], "13612345678", CHINESE),
        (["RU"], "8 (912) 345-67-89", "+79123456789"),
        (["RU"], "7 912 345 67 89", "+79123456789"),
        (["RU", "CN"], "8 10 86 136 1234 5678", CHINESE),
        (["AU", "CN"], "0011 86 136 1234 5678", CHINESE),
        (["JP", "CN"], "010 86 136 1234 5678", CHINESE),
        (["GB"], "07400 123456", "+447400123456"),
        (["GB"], "+44 (0)7400 123456", "+447400123456"),
        (["HU"], "06 20 123 4567", "+36201234567"),
        (["IT"], "06 1234 5678", "+390612345678"),
        (["IT"], "+39 06 1234 5678", "+390612345678"),
        (["IT"], "333 123 4567", "+393331234567"),
        (["MX"], "55 1234 5678", "+525512345678"),
        (["MX"], "+52 1 55 1234 5678", "+525512345678"),
        (["MX"], "044 55 1234 5678", "+525512345678"),
        (["MX"], "01 55 1234 5678", "+525512345678"),
        (["AR"], "+54 9 11 2345 6789", "+5491123456789"),
        (["AR"], "+54 11 2345 6789", "+5491123456789"),
        (["AR"], "011 15 2345-6789", "+5491123456789"),
        (["AR"], "11 2345 6789", "+5491123456789"),
        (["BR"], "(11) 98765-4321", "+5511987654321"),
        (["BR"], "+55 11 8765 4321", "+5511987654321"),
        (["BR"], "11 3333 4444", "+551133334444"),
        (["BR"], "+55 11 7777 1234", "+551177771234"),  # there are mobiles of eight digits that begin so
        ([], "001 415 555 2671", AMERICAN),
    ],
)
def test_a_number_is_read_by_the_regions_in_their_order(regions, typed, number):
    assert read(typed, regions) == number
    assert read(number, regions) == read(number, []) == number


@pytest.mark.django_db
def test_the_region_of_a_page_comes_before_the_others():
    tenant = tenant_settings(make_tenant(phone_regions=["CN", "US"]))

    assert read("1 (415) 555-2671", tenant.with_region_first("US").phone_regions) == AMERICAN
    assert tenant.with_region_first("TR") == tenant.with_region_first("CN") == tenant.with_region_first("") == tenant


@pytest.mark.parametrize(
    ("regions", "typed"),
    [
        ([], "0532 123 45 67"),
        ([], "(415) 555-2671"),
        (["TR"], "13612345678"),
        (["TR"], "+86 136 1234 5678"),
        (["CN"], "020 1234 5678"),
        ([], "138hello1234"),
        ([], "136 1234 5678 x12"),
        ([], "136\u00001234 5678"),
        ([], "++86 136 1234 5678"),
        ([], "136 1234 5678 / 137 1234 5678"),
        ([], ""),
        ([], "+"),
    ],
)
def test_what_is_no_number_of_a_region_is_malformed(regions, typed):
    assert read(typed, regions) is None


@settings(deadline=None)
@given(
    st.from_regex(r"\+(52|54|55|39|7|90|86|1)[0-9]{8,11}", fullmatch=True),
    st.lists(st.sampled_from(["AR", "BR", "CN", "IT", "MX", "RU", "TR", "US"]), unique=True, max_size=4),
)
def test_a_canonical_number_is_read_as_itself(typed, regions):
    number = read(typed, regions)

    if number is not None:
        assert read(number, regions) == read(number, []) == number
        assert possible_form(number) == number


def possible_form(number: str) -> str | None:
    """As somebody writes it who leaves the plus out, from abroad."""
    return read(f"00{number[1:]}", [phone_numbers.region_of(number)]) if phone_numbers.region_of(number) else number


@pytest.mark.django_db
def test_every_way_to_type_a_number_reaches_one_account(tmp_path):
    tenant = make_tenant(phone_regions=["CN", "TR"])
    application = make_application(tenant, type="web", password_source={"login_attributes": ["phone_number"]})
    made = Browser(application)
    assert made.sign_up(**made.proof(phone_number=TURKISH)).status_code == 200

    browser, vendor = Browser(application), CloudBaseClient(application)
    typed = "\u202a0532\u00a0123\u201345\u201367\u202c"

    assert browser.ask_code(phone_number=typed).status_code == 409
    assert vendor.post("/verification", phone_number=typed, target="NOT_USER").json()["error"] == "already_exists"
    assert Import(write(tmp_path / "users.jsonl", [{"phone_number": typed}]), tenant).rejects != []
    assert EndUser.objects.get().phone_number == TURKISH


@pytest.mark.django_db
def test_back_ends_and_the_outbox_read_numbers_alike():
    tenant = make_tenant(phone_regions=["US", "CN"])
    back_end = make_back_end(make_application(tenant))
    typed = "1 (415)\u00a0555\u20112671"

    created = back_end.create(phone_number=typed)

    assert created.status_code == 201, created.content
    assert len(back_end.call("get", f"/api/v1/users?q={quote(typed)}").json()["results"]) == 1
    assert EndUser.objects.get().phone_number == AMERICAN
    assert AMERICAN in possible_addresses(typed)


@pytest.mark.django_db
def test_the_documented_pattern_stays_strict_on_the_wire():
    client = TencentClient(make_application())

    for typed in ("136 1234 5678", "+8613612345678", "13612345678\u200e"):
        response = client.send(usage="signup", phone_number=typed)
        assert response.status_code == 400


@pytest.mark.django_db
def test_the_migration_stores_the_one_form_and_leaves_two_of_one_number():
    lonely, pair, other = make_tenant(), make_tenant(), make_tenant()
    numbers = [
        *((lonely, "+541123456789"), (lonely, "+551187654321"), (lonely, "+551133334444"), (lonely, CHINESE)),
        *((pair, "+541123456789"), (pair, "+5491123456789"), (other, "+5491123456789")),
    ]
    rows = [EndUser.objects.create(tenant=tenant, phone_number=number) for tenant, number in numbers]

    migration = import_module("accounts.migrations.0013_one_form_for_each_number")
    for _ in range(2):
        migration.unify(apps, partial(connection.schema_editor)())

    stored = [EndUser.objects.get(pk=row.pk).phone_number for row in rows]
    assert stored == [
        *("+5491123456789", "+5511987654321", "+551133334444", CHINESE),
        *("+541123456789", "+5491123456789", "+5491123456789"),
    ]
    (finding,) = [one for one in find() if one.code == "two-numbers"]
    assert finding.tenant == pair.slug
    assert "no longer read: 1." in finding.message


@pytest.mark.django_db
def test_the_outbox_finds_a_number_as_it_was_pasted():
    application = make_application(make_tenant(phone_regions=["CN", "TR"]))
    Browser(application).proof(phone_number=TURKISH)
    out = StringIO()

    call_command("outbox", "--to", "\u200e0532 123 45 67", "--latest", "--json", stdout=out)

    assert json.loads(out.getvalue())["to"] == TURKISH
