"""`/api/v1/users`: what a trusted back end makes, reads, changes and deletes (contract §4, §7; design §4.11)."""

import uuid
from datetime import timedelta

import pytest

from accounts.models import EndUser, Identity, PasswordFailure, PasswordHistory
from accounts.passwords import comparing
from ciam.dialects.plusauth import user_views
from otp.delivery.models import OutboxMessage
from signup.contracts import publish
from tenants import clock
from tenants.models import AuditEntry, PasswordAuthSource
from tests.database import meanwhile
from tests.dialects.cloudbase.clients import CloudBaseClient
from tests.dialects.plusauth.clients import EMAIL, PASSWORD, PHONE, BackEnd, Browser, error_of, make_back_end
from tests.factories import make_application, make_tenant
from tests.importing.vectors import VECTORS

pytestmark = pytest.mark.django_db

GOOGLE = {"connection": "google", "provider": "google", "type": "social", "id": "1093", "details": {"name": "Mei"}}
BCRYPT = "$2b$04$abcdefghijklmnopqrstuuhDBMj/oHJTmfGbbdT8ylVNZ2WPTbW7e"


@pytest.fixture
def back_end() -> BackEnd:
    return make_back_end()


@pytest.fixture
def shop(back_end) -> CloudBaseClient:
    """Where the tenant's people log in."""
    return CloudBaseClient(make_application(back_end.application.tenant, password_source={}))


def test_a_user_is_made_with_every_field(back_end):
    response = back_end.create(
        username="Mei",
        email="Mei@Example.com",
        email_verified=True,
        phone_number="+90 532 123 45 67",
        phone_number_verified=True,
        name="Mei Lin",
        picture="data:image/png;base64,AAAA",
        password=PASSWORD,
        blocked=True,
        login_attempts=20_000,
        profile={"given_name": "Mei", "gender": -10},
        metadata={"plan": "basic"},
        identities=[GOOGLE],
    )

    body, end_user = response.json(), EndUser.objects.get()
    assert response.status_code == 201, response.content
    assert body["id"] == end_user.sub
    assert (end_user.username, end_user.email, end_user.phone_number) == ("mei", EMAIL, "+905321234567")
    assert (end_user.email_verified, end_user.phone_number_verified) == (True, True)
    assert (end_user.status, end_user.login_attempts) == ("LOCK", 20_000)
    assert body["identities"] == [GOOGLE]
    identity = Identity.objects.get()
    assert (identity.provider, identity.subject, identity.vendor, identity.type) == (
        "google",
        "1093",
        "google",
        "social",
    )


@pytest.mark.parametrize(("more", "is_sent"), [({}, True), ({"email_verified": True}, False)])
def test_a_back_end_may_ask_for_the_proof_of_an_address(back_end, django_capture_on_commit_callbacks, more, is_sent):
    with django_capture_on_commit_callbacks(execute=True):
        assert back_end.create(email=EMAIL, verify_email=True, **more).status_code == 201

    assert OutboxMessage.objects.filter(destination=EMAIL, usage="verify_email").exists() is is_sent


@pytest.mark.parametrize("value", [{}, "", 0, False])
def test_postal_addresses_are_a_list(back_end, value):
    refusal = back_end.create(email=EMAIL, profile={"addresses": value})

    assert error_of(refusal) == (422, "invalid_entity", "profile.addresses")


def test_an_answer_holds_neither_hash_nor_credential(back_end):
    body = back_end.create(email=EMAIL, password=PASSWORD).json()

    assert set(body) == {
        *("id", "username", "email", "email_verified", "phone_number", "phone_number_verified", "name", "picture"),
        *("profile", "metadata", "created_at", "updated_at", "last_login", "blocked", "login_attempts", "identities"),
    }
    assert EndUser.objects.get().password not in str(body)


def test_a_hash_is_taken_over_and_its_password_logs_in(back_end, shop):
    import bcrypt

    hashed = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()

    assert back_end.create(username="mei", password=hashed, hash_fn="bcrypt").status_code == 201

    assert PasswordHistory.objects.count() == 1
    assert shop.sign_in("mei").status_code == 200


@pytest.mark.parametrize("hash_fn", ["scrypt", "werkzeug", "aspnet", "phpass", "ldap", "crypt"])
def test_a_hash_of_another_system_is_taken_over(back_end, hash_fn):
    vector = next(one for one in VECTORS if one.hash_fn == hash_fn)

    assert back_end.create(username="mei", password=vector.text, hash_fn=hash_fn).status_code == 201

    assert comparing.is_password(vector.password, EndUser.objects.get().password)


@pytest.mark.parametrize("hashed", [BCRYPT, "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA", "{SSHA}c2FsdA==", "0f" * 16])
@pytest.mark.parametrize("hash_fn", [{}, {"hash_fn": None}, {"hash_fn": ""}])
def test_a_hash_without_its_function_is_never_a_plain_password(back_end, hashed, hash_fn):
    """Or the text of the hash would log in."""
    refused = back_end.create(username="mei", password=hashed, **hash_fn)

    assert error_of(refused) == (422, "invalid_entity", "password")
    assert "hash_fn" in refused.content.decode()
    assert not EndUser.objects.exists()


def test_a_changed_password_is_no_hash_without_its_function(back_end):
    user_id = back_end.create(username="mei", password=PASSWORD).json()["id"]

    assert error_of(back_end.change(user_id, password=BCRYPT)) == (422, "invalid_entity", "password")
    assert comparing.is_password(PASSWORD, EndUser.objects.get().password)


def test_a_person_may_choose_what_looks_like_a_hash():
    """Password managers make such texts, and a person brings no hash."""
    browser = Browser(make_application(authentication=("username",), password_source={"strength": "low"}))
    chosen = "0f3c" * 8

    assert browser.sign_up(username="mei", password=chosen).status_code == 200
    assert comparing.is_password(chosen, EndUser.objects.get().password)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"hash_fn": "bcrypt"}, "password"),
        ({"hash_fn": "md5"}, "hash_fn"),
        ({"hash_fn": "bcrypt", "password": PASSWORD}, "password"),
        ({"hash_fn": "bcrypt", "password": BCRYPT.replace("$04$", "$31$")}, "password"),
        ({"salt": "c2FsdA=="}, "salt"),
    ],
)
def test_a_hash_must_be_one(back_end, more, field):
    assert error_of(back_end.create(username="mei", **more)) == (422, "invalid_entity", field)


@pytest.mark.parametrize("password", ["short", "password123", "Mei-Lin-99"])
def test_the_policy_binds_back_ends_too(back_end, password):
    refused = back_end.create(username="MeiLin", password=password)

    assert error_of(refused) == (422, "weak_password", "password")
    assert not EndUser.objects.exists()


def test_the_policy_is_the_tenants_where_the_application_has_none(back_end):
    PasswordAuthSource.objects.create(tenant=back_end.application.tenant, key="off", strength="nist", enabled=False)
    PasswordAuthSource.objects.create(tenant=back_end.application.tenant, key="on", strength="excellent", hash="pbkdf2")

    assert error_of(back_end.create(username="mei", password="kkkite-Over-9"))[1] == "weak_password"
    assert back_end.create(username="mei", password=PASSWORD).status_code == 201
    assert EndUser.objects.get().password.startswith("$pbkdf2")


@pytest.mark.parametrize(
    ("taken", "field"),
    [
        ({"username": "Mei"}, "username"),
        ({"email": EMAIL}, "email"),
        ({"phone_number": PHONE}, "phone_number"),
        ({"email": EMAIL, "email_verified": True}, "email"),
    ],
)
def test_what_somebody_has_already_exists(back_end, taken, field):
    back_end.create(**taken)

    assert error_of(back_end.create(**taken)) == (409, "already_exists", field)
    assert EndUser.objects.count() == 1


def test_an_identity_that_somebody_has_already_exists(back_end):
    back_end.create(username="mei", identities=[GOOGLE])

    assert error_of(back_end.create(username="lan", identities=[GOOGLE])) == (409, "already_exists", "identities")
    assert back_end.create(username="lan", identities=[GOOGLE | {"id": None}]).status_code == 201


def test_a_verified_address_is_taken_from_who_only_claimed_it(back_end):
    Browser(make_application(back_end.application.tenant)).sign_up(email=EMAIL)

    assert error_of(back_end.create(email=EMAIL)) == (409, "already_exists", "email")
    assert back_end.create(email=EMAIL, email_verified=True).status_code == 201
    assert EndUser.objects.get().email_verified is True


def test_a_user_is_read_by_id_with_hyphens_or_without(back_end):
    user_id = back_end.create(email=EMAIL).json()["id"]

    for spelled in (user_id, str(uuid.UUID(user_id)), f"{user_id}/"):
        assert back_end.call("get", f"/api/v1/users/{spelled}").json()["email"] == EMAIL
    for unknown in ("nobody", uuid.uuid4().hex):
        for method in ("get", "patch", "delete"):
            response = back_end.call(method, f"/api/v1/users/{unknown}", {})
            assert error_of(response) == (404, "entity_not_found", "")


def test_another_tenants_user_is_unknown(back_end):
    """S-70."""
    user_id = make_back_end().create(email=EMAIL).json()["id"]

    for method in ("get", "patch", "delete"):
        assert error_of(back_end.call(method, f"/api/v1/users/{user_id}", {"name": "x"}))[0] == 404
    assert back_end.call("get", "/api/v1/users").json() == {"total": 0, "results": []}
    assert EndUser.objects.get().attributes == {}


def test_reading_and_writing_have_a_scope_each():
    reader, writer = make_back_end(scopes=["read:user"]), make_back_end(scopes=["write:user"])

    assert reader.call("get", "/api/v1/users").status_code == 200
    assert error_of(writer.call("get", "/api/v1/users")) == (401, "missing_scope", "")
    for method in ("patch", "delete"):
        assert error_of(reader.call(method, "/api/v1/users/x", {})) == (401, "missing_scope", "")


def test_an_end_users_token_opens_nothing(shop, back_end):
    """S-48."""
    back_end.create(username="mei", password=PASSWORD)
    back_end.token = shop.sign_in("mei").json()["access_token"]

    assert error_of(back_end.call("get", "/api/v1/users")) == (401, "missing_scope", "")


def test_only_what_is_given_changes(back_end):
    first = back_end.create(
        email=EMAIL, name="Mei", profile={"given_name": "Mei", "family_name": "Lin"}, metadata={"plan": "a"}
    ).json()

    changed = back_end.change(first["id"], name="Mei Lin", profile={"family_name": "Chen"}).json()

    profile = {"given_name": "Mei", "family_name": "Chen", "addresses": []}
    assert changed == first | {"name": "Mei Lin", "profile": profile, "updated_at": changed["updated_at"]}
    assert changed["updated_at"] > first["updated_at"]


def test_what_stands_in_another_place_is_not_touched(back_end):
    back_end.application.tenant.attributes.create(identifier="employee_no", type="string")
    publish(back_end.application)
    made = back_end.create(email=EMAIL, name="Mei", employee_no="E1", profile={"website": "https://old.example/"})

    back_end.change(made.json()["id"], website="https://new.example/", profile={"employee_no": "E2", "name": "Z"})

    kept = EndUser.objects.get().attributes
    assert kept == {"name": "Mei", "employee_no": "E1", "website": "https://old.example/"}


def test_a_password_is_taken_away_by_null_and_judged_by_who_the_user_is(back_end, shop):
    made = back_end.create(username="u1795340924", password=PASSWORD).json()["id"]

    refusal = back_end.change(made, password="U1795340924!!")
    assert error_of(refusal)[:2] == (422, "weak_password")

    assert back_end.change(made, password=None).status_code == 200
    end_user = EndUser.objects.get()
    assert (end_user.password, end_user.sessions_valid_from > end_user.created_at) == ("", True)
    assert shop.sign_in(username="u1795340924", password=PASSWORD).status_code == 400


def test_who_logs_in_by_the_old_password_while_it_is_changed_is_out_afterwards(back_end, shop, pass_time):
    """S-65."""
    made = back_end.create(username="mei", password=PASSWORD).json()["id"]
    opened = {}

    def log_in() -> None:
        pass_time(1)
        opened.update(shop.sign_in(username="mei", password=PASSWORD).json())
        pass_time(1)

    with meanwhile('FROM "accounts_enduser"', log_in):
        assert back_end.change(made, password="Kite-over-8-Hills").status_code == 200

    assert shop.bearer(opened["access_token"], "GET", "/user/me").status_code == 401


def test_null_clears(back_end):
    first = back_end.create(
        username="mei", email=EMAIL, name="Mei", metadata={"a": 1}, profile={"gender": 1, "addresses": [{"city": "X"}]}
    ).json()

    changed = back_end.change(first["id"], email=None, name=None, metadata=None, profile={"gender": None}).json()
    cleared = back_end.change(first["id"], profile=None).json()

    assert (changed["email"], changed["name"], changed["metadata"]) == (None, None, {})
    assert changed["profile"] == {"addresses": [{"city": "X"}]}
    assert cleared["profile"] == {"addresses": []}
    assert error_of(back_end.change(first["id"], username=None)) == (422, "invalid_entity", "username")


def test_a_new_address_is_not_verified_unless_that_is_said(back_end):
    """S-35."""
    user_id = back_end.create(email=EMAIL, email_verified=True, phone_number=PHONE, phone_number_verified=True).json()[
        "id"
    ]

    same = back_end.change(user_id, email="MEI@example.com", name="x").json()
    other = back_end.change(user_id, email="lan@example.com").json()
    told = back_end.change(user_id, phone_number="+8613712345678", phone_number_verified=True).json()
    marked = back_end.change(user_id, email_verified=True).json()

    assert (same["email_verified"], other["email_verified"], told["phone_number_verified"]) == (True, False, True)
    assert marked["email_verified"] is True
    assert back_end.change(user_id, email=None).json()["email_verified"] is False
    assert error_of(back_end.change(user_id, email_verified=True)) == (422, "invalid_entity", "email_verified")


def test_blocking_ends_sessions_and_unblocking_lets_in_again(back_end, shop):
    user_id = back_end.create(username="mei", password=PASSWORD).json()["id"]
    token = shop.sign_in("mei").json()["access_token"]

    assert back_end.change(user_id, blocked=True).json()["blocked"] is True
    assert shop.bearer(token, "GET", "/user/me").status_code == 401
    assert shop.sign_in("mei").status_code == 403
    assert back_end.change(user_id, blocked=False).json()["blocked"] is False
    assert shop.sign_in("mei").status_code == 200


def test_whom_an_administrator_froze_stays_frozen_until_unblocked(back_end):
    user_id = back_end.create(username="mei").json()["id"]
    EndUser.objects.update(status="FREEZE")

    assert back_end.change(user_id, blocked=True).json()["blocked"] is True
    assert EndUser.objects.get().status == "FREEZE"


def test_a_block_tells_which_application_made_it_and_may_end_by_itself(back_end, pass_time):
    user_id = back_end.create(username="mei", blocked=True).json()["id"]
    block = EndUser.objects.get()
    assert block.blocked_by == f"application:{back_end.application.client_id}"
    assert block.blocked_at is not None

    EndUser.objects.update(blocked_until=clock.now() + timedelta(seconds=60))
    assert back_end.call("get", f"/api/v1/users/{user_id}").json()["blocked"] is True
    pass_time(61)
    assert back_end.call("get", f"/api/v1/users/{user_id}").json()["blocked"] is False


def test_a_new_password_ends_sessions_and_a_lock_out(back_end, shop, pass_time):
    user_id = back_end.create(username="mei", password=PASSWORD).json()["id"]
    token = shop.sign_in("mei").json()["access_token"]
    shop.sign_in("mei", "wrong-Password-1")
    pass_time(2)

    assert back_end.change(user_id, password="Another-kite-8").status_code == 200

    assert shop.bearer(token, "GET", "/user/me").status_code == 401
    assert shop.sign_in("mei", PASSWORD).status_code == 400
    assert shop.sign_in("mei", "Another-kite-8").status_code == 200
    assert PasswordHistory.objects.count() == 2
    assert not PasswordFailure.objects.filter(count__gt=1).exists()


def test_identities_are_replaced(back_end):
    user_id = back_end.create(username="mei", identities=[GOOGLE]).json()["id"]
    github = GOOGLE | {"connection": "github", "provider": "github"}

    assert back_end.change(user_id, identities=[github]).json()["identities"] == [github]
    assert back_end.change(user_id, identities=None).json()["identities"] == []


def test_a_change_to_what_somebody_has_is_refused(back_end):
    back_end.create(username="mei", email=EMAIL, email_verified=True)
    user_id = back_end.create(username="lan").json()["id"]

    assert error_of(back_end.change(user_id, username="MEI")) == (409, "already_exists", "username")
    assert error_of(back_end.change(user_id, email=EMAIL, email_verified=True)) == (409, "already_exists", "email")
    assert back_end.change(user_id, username="LAN").status_code == 200


def test_a_user_is_deleted(back_end):
    user_id = back_end.create(username="mei", password=PASSWORD, identities=[GOOGLE]).json()["id"]

    response = back_end.call("delete", f"/api/v1/users/{user_id}")

    assert (response.status_code, response.content) == (204, b"")
    assert not EndUser.objects.exists()
    assert not Identity.objects.exists()


def test_the_trail_names_the_application_and_no_address(back_end):
    user_id = back_end.create(email=EMAIL, password=PASSWORD).json()["id"]
    back_end.change(user_id, email="lan@example.com", profile={"given_name": "Lan"})
    back_end.call("delete", f"/api/v1/users/{user_id}")

    entries = list(AuditEntry.objects.filter(event__startswith="end_user.").order_by("id"))
    assert [entry.event for entry in entries] == ["end_user.create", "end_user.change", "end_user.delete"]
    assert {entry.actor for entry in entries} == {f"application:{back_end.application.client_id}"}
    assert entries[1].detail == {"changed": ["email", "profile.given_name"]}
    assert "example.com" not in str([vars(entry) for entry in entries])


def names(response) -> list[str]:
    assert response.status_code == 200, response.content
    return [one["username"] for one in response.json()["results"]]


def test_a_list_has_pages_and_an_order(back_end):
    for number in range(5):
        back_end.create(username=f"user{number}")

    assert names(back_end.call("get", "/api/v1/users")) == ["user4", "user3", "user2", "user1", "user0"]
    second = back_end.call("get", "/api/v1/users/?limit=2&offset=1&sort_by=created_at.asc")
    assert (names(second), second.json()["total"]) == (["user2", "user3"], 5)
    assert names(back_end.call("get", "/api/v1/users?limit=2&offset=9")) == []


def test_a_list_is_searched_by_an_exact_name_however_spelled(back_end):
    back_end.create(username="Mei", email=EMAIL, phone_number=PHONE)
    back_end.create(username="lan")

    for q in ("mEI", "MEI@EXAMPLE.COM", "%2B86 136 1234 5678", "13612345678"):
        assert names(back_end.call("get", f"/api/v1/users?q={q}")) == ["Mei"]
    for q in ("me", "%25", "' OR 1=1 --", "nobody"):
        assert names(back_end.call("get", f"/api/v1/users?q={q}")) == []


def test_a_list_is_searched_by_an_address_that_another_dialect_accepts(back_end):
    EndUser.objects.create(tenant=back_end.application.tenant, username_typed="Lan", email="lan@intranet")

    assert names(back_end.call("get", "/api/v1/users?q=Lan@Intranet")) == ["Lan"]


def test_a_list_may_have_some_fields_alone(back_end):
    back_end.create(username="mei")

    results = back_end.call("get", "/api/v1/users?fields=username,%20email,password").json()["results"]

    assert results == [{"username": "mei", "email": None}]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=x",
        "limit=-1",
        "limit=²",
        "offset=-1",
        "offset=1000000000000",
        "sort_by=name",
        "q=%00",
    ],
)
def test_a_malformed_query_is_refused(back_end, query):
    assert error_of(back_end.call("get", f"/api/v1/users?{query}")) == (400, "invalid_request", "")


def test_the_total_counts_no_further_than_it_must(back_end, monkeypatch):
    monkeypatch.setattr(user_views, "COUNTED", 3)
    for number in range(5):
        back_end.create(username=f"user{number}")

    assert back_end.call("get", "/api/v1/users").json()["total"] == 3


def test_a_page_takes_few_statements(back_end, django_assert_max_num_queries):
    for number in range(10):
        back_end.create(username=f"user{number}", identities=[GOOGLE | {"id": str(number)}])

    with django_assert_max_num_queries(10):
        back_end.call("get", "/api/v1/users")


def test_the_last_log_in_is_told(back_end, shop):
    user_id = back_end.create(username="mei", password=PASSWORD).json()["id"]
    assert back_end.call("get", f"/api/v1/users/{user_id}").json()["last_login"] is None

    shop.sign_in("mei")

    assert back_end.call("get", f"/api/v1/users/{user_id}").json()["last_login"].endswith("Z")


@pytest.mark.parametrize("path", ["/api/v1/", "/api/v1/roles", "/api/v1/users/x/roles"])
def test_other_paths_are_a_json_404(back_end, path):
    assert back_end.call("get", path).status_code == 404
    assert back_end.call("get", path)["Content-Type"].startswith("application/json")


def test_custom_attributes_stand_at_the_top():
    tenant = make_tenant()
    tenant.attributes.create(identifier="employee_no", type="integer")
    back_end = make_back_end(make_application(tenant))

    user = back_end.create(username="mei", employee_no=7).json()

    assert user["employee_no"] == 7
    assert error_of(back_end.create(username="lan", employee_no="7")) == (422, "invalid_entity", "employee_no")
    assert "employee_no" not in back_end.change(user["id"], employee_no=None).json()
