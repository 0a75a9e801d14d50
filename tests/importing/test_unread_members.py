"""Nothing in a file goes unsaid: what no format reads is mapped, ignored by name, or told."""

import json

import pytest

from accounts.importing import unread
from accounts.models import EndUser, ImportRun
from accounts.passwords import comparing
from tests.database import meanwhile
from tests.factories import make_tenant
from tests.importing.files import HASH, Import, user, write
from tests.importing.hashes import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant():
    return make_tenant()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "users.jsonl"


def test_unread_members_are_told_with_their_rows(file, tenant):
    records = [user(1, plan="gold", visits=3), user(2, plan="", visits=None), user(3, plan="blue")]
    ran = Import(write(file, records), tenant)

    assert (ran.status, EndUser.objects.count()) == (3, 3)
    assert "Not read, with the number of rows: plan (2), visits (1)." in ran.err
    assert ran.sentence.endswith("0 rows refused; members not read: 2.")


def test_members_within_members_are_told_by_their_path(file, tenant):
    record = user(
        profile={"given_name": "Mei", "shoe": {"size": 38}, "addresses": [{"city": "Wuhan", "floor": 3}]},
        identities=[{"connection": "g", "id": "1", "details": {"a": 1}, "linked_by": "x"}],
    )
    ran = Import(write(file, [record]), tenant)

    assert EndUser.objects.get().addresses == [{"city": "Wuhan"}]
    assert "profile.shoe.size (1), profile.addresses.floor (1), identities.linked_by (1)" in ran.err


def test_a_dry_run_tells_the_same(file, tenant):
    ran = Import(write(file, [user(1, plan="gold"), user(2, is_active=False)]), tenant, "--dry-run")

    assert ran.status == 1
    assert "plan (1), is_active (1)" in ran.err
    assert "is_active" in ran.verdicts[1]["reason"]


@pytest.mark.parametrize(
    "fields",
    [
        {"encrypted_password": HASH},
        {"passwordHash": HASH},
        {"email_confirmed_at": "2024-01-01"},
        {"emailVerified": True},
        {"enabled": False},
        {"active": 0},
        {"disabled": True},
        {"is_banned": "t"},
        {"lockedUntil": 1704164645},
        {"deleted_at": "2024-01-01"},
        {"suspended": 1},
        {"status": "NORMAL", "account_status": "closed"},
        {"mfa": {"secret": "JBSWY3DP"}},
        {"two_factor": ["sms"]},
        {"account": {"state": {"is_locked": True}}},
    ],
)
def test_a_row_is_refused_that_loses_a_password_a_proof_or_a_lock(file, tenant, fields):
    ran = Import(write(file, [user(1), user(2) | fields]), tenant)

    assert (ran.status, list(ran.reasons)) == (1, [2])
    assert "with --ignore" in ran.reasons[2]
    assert HASH not in ran.reasons[2]


@pytest.mark.parametrize(
    ("name", "value", "ours"),
    [
        ("encrypted_password", "a hash", "password_hash"),
        ("email_confirmed_at", "2024-01-01", "email_verified"),
        ("isPhoneVerified", True, "phone_number_verified"),
        ("is_active", False, "not-blocked"),
        ("enabled", False, "not-blocked"),
        ("disabled", True, "blocked"),
        ("deleted_at", "2024-01-01", "blocked"),
        ("mfa_secret", "JBSWY3DP", ""),
    ],
)
def test_a_reason_says_what_to_do_and_that_works(file, tenant, name, value, ours):
    given = HASH if value == "a hash" else value
    write(file, [user(phone_number="+905321234567", email="mei@example.com", **{name: given})])
    reason = Import(file, tenant).reasons[1]

    assert (f"--map {name}={ours}," in reason) == bool(ours)
    option = ("--map", f"{name}={ours}") if ours else ("--ignore", name)
    assert Import(file, tenant, "--restart", *option).status == 0
    found = EndUser.objects.get()
    wanted = {"blocked": found.status == "LOCK", "not-blocked": found.status == "LOCK", "": True}
    wanted["password_hash"] = comparing.is_password(PASSWORD, found.password)
    assert wanted[ours] if ours in wanted else getattr(found, ours)


def test_a_mapped_hash_that_does_not_say_what_it_is_needs_its_function(file, tenant):
    write(file, [{"username": "mei", "digest": "ab" * 16}])

    assert "reads as md5, which does not say" in Import(file, tenant, "--map", "digest=password_hash").reasons[1]


@pytest.mark.parametrize(
    "fields",
    [
        {"disabled": False, "is_banned": 0, "mfa_enabled_at": None, "passkeys": [], "factors": {}},
        {"last_password_reset": "2024-01-01", "lastActiveAt": 1704164645000},
        {"plan": "locksmith", "nation": "CN"},
    ],
)
def test_what_says_nothing_of_them_refuses_nobody(file, tenant, fields):
    assert Import(write(file, [user() | fields]), tenant).reasons == {}


def test_what_is_named_is_left_out(file, tenant):
    record = user(plan="gold", app={"roles": ["a"], "level": 3}, encrypted_password="x")
    options = ("--ignore", "plan", "--ignore", "app", "--ignore", "encrypted_password")
    ran = Import(write(file, [record]), tenant, *options)

    assert (ran.status, ran.err) == (0, "Read as ciam: JSON Lines, UTF-8.")


def test_a_member_that_would_be_refused_can_be_left_out(file, tenant):
    record = user(picture="no address", profile={"gender": 99, "given_name": "Mei"})
    ran = Import(write(file, [record]), tenant, "--ignore", "picture", "--ignore", "profile.gender")

    assert (ran.status, EndUser.objects.get().attributes) == (0, {"given_name": "Mei"})


def test_what_is_mapped_is_read_as_ours(file, tenant):
    tenant.attributes.create(identifier="visits", type="integer", label="Visits")
    record = {
        "login": "Mei",
        "crypt": HASH,
        "kind": "bcrypt",
        "contact": {"mail": "mei@example.com", "confirmed_at": "2024-01-02T03:04:05Z"},
        "enabled": False,
        "first": "Mei",
        "joined": 1_704_164_645_000,
        "loyalty": {"plan": "gold", "tags": ["a", "b"]},
        "count": 3,
        "metadata": {"old": True},
    }
    pairs = {
        "login": "username",
        "crypt": "password_hash",
        "kind": "hash_fn",
        "contact.mail": "email",
        "contact.confirmed_at": "email_verified",
        "enabled": "not-blocked",
        "first": "given_name",
        "joined": "created_at",
        "loyalty.plan": "metadata.plan",
        "loyalty.tags": "metadata.tags",
        "count": "visits",
    }
    options = [option for pair in pairs.items() for option in ("--map", "=".join(pair))]
    ran = Import(write(file, [record]), tenant, *options)

    assert ran.status == 0, ran.rejects
    found = EndUser.objects.get()
    assert (found.username, found.email, found.email_verified, found.status) == ("mei", "mei@example.com", True, "LOCK")
    assert found.attributes == {"given_name": "Mei", "visits": 3}
    assert found.metadata == {"old": True, "plan": "gold", "tags": '["a", "b"]'}
    assert found.created_at.isoformat() == "2024-01-02T03:04:05+00:00"
    assert comparing.is_password(PASSWORD, found.password)


def test_cells_of_csv_are_mapped_too(tmp_path, tenant):
    path = tmp_path / "users.csv"
    path.write_text("login,verified,mail,active\nmei,t,mei@example.com,no\nli,f,li@example.com,yes\nan,maybe,a@b.cd,\n")
    options = ("--map", "login=username", "--map", "verified=email_verified", "--map", "mail=email")
    ran = Import(path, tenant, *options, "--map", "active=not-blocked")

    found = EndUser.objects.order_by("username").values_list("username", "email_verified", "status")
    assert list(found) == [("li", False, "NORMAL"), ("mei", True, "LOCK")]
    assert ran.reasons == {4: "email_verified must be true or false, or a time when it became true"}


@pytest.mark.parametrize("pair", ["plan", "=name", "plan=", "plan=unheard_of", "a=metadata.", "a=not-name", "a=name.b"])
def test_what_is_mapped_to_nothing_of_ours_is_told(file, tenant, pair):
    ran = Import(write(file, [user()]), tenant, "--map", pair)

    assert (ran.status, ran.err.endswith("Nothing has changed.")) == (1, True)
    assert not ImportRun.objects.exists()


def test_a_mapping_whole_and_in_parts_refuses_its_row(file, tenant):
    ran = Import(write(file, [user(a={"b": 1}, c=2)]), tenant, "--map", "a=metadata", "--map", "c=metadata.c")

    assert ran.status == 0, ran.rejects  # an object takes one more
    assert EndUser.objects.get().metadata == {"b": 1, "c": 2}


def test_a_finished_file_tells_what_it_left(file, tenant):
    write(file, [user(1, plan="gold")])
    Import(file, tenant)
    ran = Import(file, tenant)

    assert ran.status == 3
    assert "plan (1)" in ran.err
    assert ImportRun.objects.get().unread == {"plan": 1}


def test_a_run_that_goes_on_tells_what_was_left_before(file, tenant):
    write(file, [user(1, plan="gold"), *["bad"] * 3999, user(2, groups=["VIP"], plan="blue")])

    with meanwhile('INTO "tenants_group"', interrupt):
        assert Import(file, tenant).status == 130
    ran = Import(file, tenant)

    assert "plan (2)" in ran.err


def interrupt():
    raise KeyboardInterrupt


def test_names_without_end_are_counted_together(file, tenant):
    records = [user(number, **{f"of_{number}_{part}": 1 for part in range(150)}) for number in range(2)]
    ran = Import(write(file, records), tenant)

    assert len(ImportRun.objects.get().unread) == unread.MOST_NAMES + 1
    assert f"{unread.OTHERS} (100)" in ran.err
    assert ran.status == 3


def test_neither_values_nor_long_names_are_repeated(file, tenant):
    record = user(**{"secret" + "x" * 5000: "Kept-Quiet", "recovery_code": "Kept-Quiet"})
    ran = Import(write(file, [record]), tenant)

    assert "Kept-Quiet" not in json.dumps(ran.rejects) + ran.err + ran.out
    assert len(ran.reasons[1]) < 1000


def test_nested_and_many_user_metadata_lose_no_user(file, tenant):
    data = {"plan": "gold", "address": {"city": "Wuhan"}, "tags": ["a"], "story": "x" * 2000}
    data |= {f"n{number}": number for number in range(12)}
    ran = Import(write(file, [{"email": "mei@example.com", "user_metadata": data}]), tenant)

    found = EndUser.objects.get()
    assert found.metadata == {"plan": "gold", "address.city": "Wuhan"} | {f"n{number}": number for number in range(8)}
    assert ran.status == 3
    assert all(f"user_metadata.{name} (1)" in ran.err for name in ("tags", "story", "n8", "n11"))
