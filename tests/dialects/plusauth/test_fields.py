"""The fields of the vendor's page, one by one: what each may be, and what not (contract §4; S-08, S-15, S-16, S-17)."""

from typing import Any

import pytest

from accounts.models import EndUser, Identity, PasswordFailure
from otp.delivery.models import OutboxMessage
from tests.dialects.plusauth.clients import EMAIL, PASSWORD, BackEnd, Browser, error_of, make_back_end
from tests.factories import make_application, make_tenant

pytestmark = pytest.mark.django_db

LONG, STREET, TEXT = "x" * 256, "x" * 1024, "x" * 255
GOOGLE = {"connection": "google", "provider": "google", "type": "social", "id": "1", "details": {}}
UNFIT = "a\x00b"
FORBIDDEN_LINKS = ["javascript:alert(1)", "data:text/html;base64,AAAA", "//evil.example/x", "file:///etc/passwd", "x"]


def nested(path: str, value: Any) -> dict[str, Any]:
    """A body with the value at this path: numbers are positions in a list."""
    first, _, rest = path.partition(".")
    if not rest:
        return {first: value}
    if rest.partition(".")[0].isdecimal():
        _, _, inner = rest.partition(".")
        return {first: [nested(inner, value) if inner else value]}
    return {first: nested(rest, value)}


def body_with(path: str, value: Any) -> dict[str, Any]:
    body = {"email": EMAIL} | nested(path, value)
    if path.startswith("identities.0"):
        body["identities"] = [GOOGLE | body["identities"][0]]
    return body


def is_refused(response, path: str) -> bool:
    return error_of(response) == (422, "invalid_entity", path) and not EndUser.objects.exists()


# Of each field: what it may be, the longest it may be included, and what it may not.
OF_EVERYBODY: list[tuple[str, list[Any], list[Any]]] = [
    ("username", ["mei", "x" * 256, "mei.lin-7"], ["x" * 257, "a b", UNFIT, 7]),
    ("email", ["a@b.example", f"{'x' * 64}@{'y' * 60}.{'z' * 60}.{'w' * 60}.abcde"], ["a@b", "a", 7, "x@" + "y" * 260]),
    ("phone_number", ["+90 532 123 45 67", "+49 (1512) 345-6789"], ["12", "+1" * 20, 905321234567, "phone"]),
    ("name", [TEXT, "", None, "李 梅"], [LONG, UNFIT, 7, ["x"]]),
    (
        "picture",
        ["https://a.example/b.png", "http://a.example/" + "x" * 2031],
        [*FORBIDDEN_LINKS, "http://a.example/" + "x" * 2032, 7],
    ),
    ("password", [PASSWORD], [7, ["x"], True]),
    ("verify_email", [False, None], ["true", 1, 0]),
    (
        "metadata",
        [{}, {str(n): n for n in range(10)}, {"x" * 1024: "y" * 1024}, {"a": None, "b": 1.5, "c": True}],
        [{str(n): n for n in range(11)}, [], "x", {"x" * 1025: 1}, {"\x00": 1}],
    ),
    ("metadata.a", ["x" * 1024, -1, 0.25, False], ["x" * 1025, [], {}, UNFIT]),
    ("profile", [{}, None], [[], "x", 7]),
    *((f"profile.{name}", [LONG, ""], ["x" * 257, 7, UNFIT]) for name in ("given_name", "middle_name", "family_name")),
    ("profile.nickname", [TEXT], [LONG, 7, UNFIT]),
    ("profile.gender", [-10, 10, "female", LONG], [-11, 11, True, 1.5, "x" * 257]),
    (
        "profile.birthdate",
        ["1990-12-31", "0000-02-29", "1990", "2000-02-29"],
        ["19901210", "1990-W10-1", "1990-02-30", "1900-02-29", "90", "1990-1-1", "0000", 1990],
    ),
    ("profile.locale", ["tr-TR", "zh-Hans-CN", "en"], ["x", "not a locale", "tr_", 7, "é"]),
    (
        "profile.zoneinfo",
        ["Europe/Istanbul", "America/Los_Angeles"],
        ["Factory", "localtime", "../x", "Mars/Base", "", 7],
    ),
    *(
        (
            f"profile.{name}",
            ["https://a.example", "http://a.example/" + "x" * 2031],
            [*FORBIDDEN_LINKS, "http://a.example/" + "x" * 2032],
        )
        for name in ("website", "profile_page")
    ),
    ("profile.addresses", [[], [{}] * 20, None], [[{}] * 21, {"0": {}}, "x"]),
    ("profile.addresses.0", [{}], [[], "x", 7]),
    *(
        (f"profile.addresses.0.{name}", [LONG], ["x" * 257, 7, UNFIT])
        for name in ("id", "first_name", "last_name", "city", "state", "country", "zip_code")
    ),
    *(
        (f"profile.addresses.0.{name}", [STREET, "Road 1\nDoor 2"], ["x" * 1025, 7, UNFIT])
        for name in ("street_address", "street_address_2")
    ),
    ("profile.addresses.0.is_primary", [True, False], ["true", 1, 0]),
]
OF_BACK_ENDS: list[tuple[str, list[Any], list[Any]]] = [
    *((name, [True, False, None], ["true", 1, 0]) for name in ("blocked", "email_verified")),
    ("login_attempts", [0, 20_000], [-1, 20_001, True, "1", 1.5]),
    ("hash_fn", [None, ""], ["md5", 7, "BCRYPT"]),
    ("salt", [None, ""], ["x", 7, "x" * 300]),
    ("identities", [[], None], [{}, "x", [GOOGLE | {"connection": str(n)} for n in range(21)]]),
    ("identities.0.connection", ["x" * 64], ["", "x" * 65, 7, None]),
    ("identities.0.provider", ["github", "e-devlet", "custom-oauth2"], ["twilio", "", 7, None]),
    ("identities.0.type", ["social"], ["email", "x", 7, None]),
    ("identities.0.id", ["x" * 256, None], ["x" * 257, 7, UNFIT]),
    ("identities.0.details", [{"a": {"b": [1, None]}}], [[], None, {"a": UNFIT}, {"a": "x" * 8193}]),
]
GOOD = [(path, value) for path, good, _ in OF_EVERYBODY for value in good]
BAD = [(path, value) for path, _, bad in OF_EVERYBODY for value in bad]


def name_of(value: Any) -> str:
    return str(value)[:24].encode("ascii", "replace").decode().replace("\x00", "0")


@pytest.fixture
def browser() -> Browser:
    return Browser(make_application(password_source={}))


@pytest.fixture
def back_end() -> BackEnd:
    return make_back_end()


@pytest.mark.parametrize(("path", "value"), GOOD, ids=name_of)
def test_whoever_signs_up_may_send(browser, path, value):
    response = browser.sign_up(**body_with(path, value))

    assert response.status_code == 200, response.content


@pytest.mark.parametrize(("path", "value"), BAD, ids=name_of)
def test_whoever_signs_up_may_not_send(browser, path, value):
    response = browser.sign_up(**body_with(path, value))

    told = "metadata" if path == "metadata" else path
    assert is_refused(response, told), response.content


@pytest.mark.parametrize(
    ("path", "value"), [(path, value) for path, good, _ in OF_BACK_ENDS for value in good], ids=name_of
)
def test_a_back_end_may_send(back_end, path, value):
    assert back_end.create(**body_with(path, value)).status_code == 201


@pytest.mark.parametrize(
    ("path", "value"), [(path, value) for path, _, bad in OF_BACK_ENDS for value in bad], ids=name_of
)
def test_a_back_end_may_not_send(back_end, path, value):
    response = back_end.create(**body_with(path, value))

    status, error, field = error_of(response)
    assert (status, error) == (422, "invalid_entity")
    assert field.startswith(path.removesuffix(".type"))


def test_what_binds_people_binds_back_ends(back_end):
    for path, value in BAD:
        if not (path == "picture" and str(value).startswith("data:")):
            assert is_refused(back_end.create(**body_with(path, value)), path), (path, value)


def test_two_addresses_are_not_both_the_primary_one(browser):
    addresses = [{"is_primary": True}, {"is_primary": False}, {"is_primary": True}]

    response = browser.sign_up(email=EMAIL, profile={"addresses": addresses})

    assert is_refused(response, "profile.addresses.2.is_primary")


def test_members_that_nobody_knows_are_left_out(browser):
    body = {"addresses": [{"city": "Izmir", "is_admin": True}], "role": "admin", "given_name": "Mei"}

    stored = browser.sign_up(email=EMAIL, profile=body).json()["profile"]

    assert stored == {"given_name": "Mei", "addresses": [{"city": "Izmir"}]}


PRIVILEGED: dict[str, list[Any]] = {
    "blocked": [True, 1, "false"],
    "email_verified": [True, 1, "true"],
    "phone_number_verified": [True, "yes", [True]],
    "login_attempts": [1, -1, "0"],
    "hash_fn": ["bcrypt", "x", 7],
    "salt": ["c2FsdA==", 1, ["x"]],
    "identities": [[GOOGLE], {"a": 1}, "x"],
    **{
        name: ["x", 1, ["admin"]]
        for name in (
            *("id", "created_at", "updated_at", "last_login", "last_ip", "roles", "role_groups", "credentials"),
            *("sessions", "password_history"),
        )
    },
}


@pytest.mark.parametrize("name", PRIVILEGED)
def test_whoever_signs_up_may_not_set_what_is_a_back_ends(browser, name):
    """S-08, S-35, S-48: refused by name, and nothing stored."""
    for value in PRIVILEGED[name]:
        assert is_refused(browser.sign_up(email=EMAIL, password=PASSWORD, **{name: value}), name)


@pytest.mark.parametrize("default", [False, 0, None, "", [], {}], ids=str)
def test_a_harmless_default_is_ignored(browser, default):
    """People submit the whole documented body."""
    response = browser.sign_up(email=EMAIL, **dict.fromkeys(PRIVILEGED, default))

    assert response.status_code == 200
    end_user = EndUser.objects.get()
    assert (end_user.status, end_user.email_verified, end_user.login_attempts) == ("NORMAL", False, 0)


COLUMNS = {
    column for field in EndUser._meta.get_fields() for column in (field.name, getattr(field, "attname", field.name))
}
POWERS = {
    *("is_staff", "is_superuser", "is_admin", "admin", "role", "roles_id", "groups", "group_id", "group_ids", "scope"),
    *("scopes", "permissions", "user_permissions", "tenant", "tenant_id", "tenant_slug", "sub", "status", "state_id"),
    *("verified", "is_verified", "is_active", "active", "enabled", "trusted", "internal", "user_type", "owner_id"),
    *("credits", "plan", "quota", "password_hash", "password_line", "hash", "token", "access_token", "session_id"),
    *("sessions_valid_from", "anonymous_device_hash", "anonymous_id", "login_source", "__class__", "pk", "_state"),
    *("email__in", "tenant__slug", "pk__gt", "or", "$ne", "constructor", "__proto__"),
}
OWN = {
    *("username", "email", "phone_number", "password", "addresses", "metadata", "login_attempts", "identities"),
    *("email_verified", "phone_number_verified", "id", "created_at", "updated_at", "password_history", "sessions"),
}


def standing() -> dict[str, Any]:
    """The row but for what names it."""
    row = EndUser.objects.values().get()
    return {name: value for name, value in row.items() if name not in ("id", "created_at", "sessions_valid_from")}


@pytest.mark.parametrize("value", ["x", True, 1], ids=str)
def test_no_name_of_a_column_or_a_power_changes_anything(value):
    """S-08: for the browser and for the back end alike."""
    names = dict.fromkeys((COLUMNS | POWERS) - OWN, value)

    def row_of(call) -> dict[str, Any]:
        EndUser.objects.all().delete()
        response = call()
        assert response.status_code in (200, 201), response.content
        return standing()

    tenant = make_tenant()
    application, back_end = make_application(tenant), make_back_end(make_application(tenant))
    with_session = row_of(lambda: Browser(application).sign_up(email=EMAIL, **names))
    by_back_end = row_of(lambda: back_end.create(email=EMAIL, **names))
    plain = row_of(lambda: Browser(application).sign_up(email=EMAIL))

    assert with_session == by_back_end == plain
    assert not Identity.objects.exists()
    assert not PasswordFailure.objects.exists()


def test_nothing_is_sent_for_a_refused_body():
    browser = Browser(make_application(make_tenant(force_email_verification=True)))

    browser.sign_up(email=EMAIL, blocked=True)

    assert not OutboxMessage.objects.exists()


def test_no_link_is_ever_fetched(browser, monkeypatch):
    """S-16."""
    import socket

    def refuse(*arguments: object) -> None:
        raise AssertionError("somebody fetched it")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    link = "http://127.0.0.1:9/canary"
    assert (
        browser.sign_up(email=EMAIL, picture=link, profile={"website": link, "profile_page": link}).status_code == 200
    )
