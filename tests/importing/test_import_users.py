"""`manage.py import_users`: what is stored, what is refused, and where a run goes on (S-48, S-117)."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from accounts.importing import files, runs
from accounts.importing.belongings import HISTORY_COLUMNS, IDENTITY_COLUMNS
from accounts.importing.rows import USER_COLUMNS
from accounts.importing.rules import Rules
from accounts.importing.verdicts import Kept, Verdict
from accounts.models import EndUser, Identity, ImportRun, PasswordHistory
from accounts.passwords import comparing
from signup.contracts import tenant_settings
from tenants import clock
from tenants.models import AuditEntry, Group
from tests.database import refused_inserts
from tests.factories import make_tenant
from tests.importing import hashes
from tests.importing.files import HASH, Import, user, write
from tests.importing.hashes import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant():
    return make_tenant()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "users.jsonl"


def test_a_user_is_stored_with_everything(file, tenant):
    given = user(
        sub="0190a5c0-0000-7000-8000-00000000abcd",
        email="Mei@Example.com",
        email_verified=True,
        phone_number="+86 136 1234 5678",
        status="FREEZE",
        login_attempts=7,
        groups=["Staff", "VIP"],
        name="Mei Li",
        profile={"given_name": "Mei", "addresses": [{"id": "Home", "street_address": "1 \\ Rd\nFlat 2"}]},
        metadata={"plan": 'a "quoted"\tplan'.replace("\t", " "), "n": 1.5},
        identities=[{"connection": "g", "provider": "google", "type": "social", "id": "42", "details": {"a": [1]}}],
        created_at="2020-02-03T04:05:06+02:00",
    )
    ran = Import(write(file, [given]), tenant)

    assert (ran.status, ran.sentence) == (0, ran.out)
    found = EndUser.objects.get(tenant=tenant)
    assert found.sub == "0190a5c000007000800000000000abcd"
    assert (found.username, found.username_typed) == ("user1", "User1")
    assert (found.email, found.email_typed, found.email_verified) == ("mei@example.com", "Mei@Example.com", True)
    assert (found.phone_number, found.phone_number_verified) == ("+8613612345678", False)
    assert (found.status, found.login_attempts) == ("FREEZE", 7)
    assert found.attributes == {"name": "Mei Li", "given_name": "Mei"}
    assert found.addresses == [{"id": "Home", "street_address": "1 \\ Rd\nFlat 2"}]
    assert found.metadata == {"plan": 'a "quoted" plan', "n": 1.5}
    assert found.created_at.isoformat() == "2020-02-03T02:05:06+00:00"
    assert sorted(found.groups.values_list("name", flat=True)) == ["Staff", "VIP"]
    identity = Identity.objects.get(end_user=found)
    assert (identity.provider, identity.vendor, identity.type, identity.subject) == ("g", "google", "social", "42")
    assert identity.profile == {"a": [1]}
    assert comparing.is_password(PASSWORD, found.password)
    assert not PasswordHistory.objects.exists()


def test_groups_that_are_there_are_used(file, tenant):
    there = Group.objects.create(tenant=tenant, name="VIP")
    Group.objects.create(tenant=make_tenant(), name="Staff")
    Import(write(file, [user(1, groups=["VIP", "Staff"]), user(2, groups=["Staff"])]), tenant)

    assert there.end_users.count() == 1
    assert tenant.groups.get(name="Staff").end_users.count() == 2


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".csv", ".txt"])
def test_json_lines_arrays_and_csv_are_read(tmp_path, tenant, suffix):
    records = [user(number, email=f"user{number}@example.com") for number in (1, 2, 3)]
    ran = Import(write(tmp_path / f"users{suffix}", records), tenant)

    assert ran.status == 0, ran.err
    assert EndUser.objects.filter(tenant=tenant).count() == 3


def test_csv_cells_are_of_the_columns_types(tmp_path, tenant):
    tenant.attributes.create(identifier="visits", type="integer", label="Visits")
    record = user(
        email="a@example.com",
        email_verified="TRUE",
        blocked="false",
        login_attempts="3",
        groups="VIP;Staff",
        visits="12",
        given_name='M, "ei"',
        **{"profile.addresses": '[{"city": "Paris"}]', "metadata.plan": "gold"},
    )
    ran = Import(write(tmp_path / "users.csv", [record]), tenant)

    assert ran.status == 0, ran.rejects
    found = EndUser.objects.get(tenant=tenant)
    assert (found.email_verified, found.status, found.login_attempts) == (True, "NORMAL", 3)
    assert found.attributes == {"given_name": 'M, "ei"', "visits": 12}
    assert (found.addresses, found.metadata) == ([{"city": "Paris"}], {"plan": "gold"})
    assert found.groups.count() == 2


def test_a_csv_cell_may_have_lines(tmp_path, tenant):
    path = tmp_path / "users.csv"
    path.write_bytes(
        b'\xef\xbb\xbfusername,profile.addresses\r\nmei,"[{""street_address"": ""a\\nb""}]"\r\n"li\nu",\r\nann,\r\n'
    )
    ran = Import(path, tenant)

    assert sorted(EndUser.objects.values_list("username", flat=True)) == ["ann", "mei"]
    assert list(ran.reasons) == [3]


BAD = [
    "no json",
    "[1]",
    '"text"',
    "{",
    "{" * 5000,
    '{"username": "a", "metadata": {"a": NaN}}',
    '{"username": "a", "metadata": {"a": 1e999}}',
    "\x00",
    "{}",
    {"username": 5},
    {"username": "mei@example.com"},
    {"email": "no address"},
    {"phone_number": "12"},
    user(email_verified="true"),
    user(login_attempts=20_001),
    user(login_attempts=-1),
    user(metadata={"a": {"b": 1}}),
    user(profile={"gender": 11}),
    user(profile=[]),
    user(attributes={"unheard_of": 1}),
    user(attributes={"birthdate": "31.1.2020"}),
    user(attributes=[]),
    user(sub="42"),
    user(status="GONE"),
    user(status=["LOCK"]),
    user(groups=["a" * 129]),
    user(groups={"a": 1}),
    user(groups=[["a"]]),
    user(created_at="yesterday"),
    user(created_at="1969-12-31T00:00:00Z"),
    user(created_at="9999-12-31T23:59:59-23:59"),
    user(created_at=5),
    user(identities=[{"connection": "g"}]),
    user(identities={}),
    user(identities=[1]),
    user(password_history=[{"password_hash": "plain"}]),
    user(password_history=[1]),
    user(anonymous_device_hash="a b"),
    user(password_hash="plain"),
    user(hash_fn="sha256"),
    user(hash_fn=["bcrypt"]),
    user(hash_fn=None),
    user(password_hash=None),
    user(password="beside"),
    user(hash_fn="argon2"),
    user(hash_fn="stored", password_hash="Quiet-Harbour-1"),
    user(hash_fn=None, password_hash=None, password=HASH),
    user(hash_fn=None, password_hash=None, password="a\u0000b"),
    user(hash_fn=None, password_hash=None, password="a" * 129),
    "x" * 300_000,
]


@pytest.mark.parametrize("suffix", [".jsonl"])
def test_bad_rows_are_told_and_the_others_go_in(tmp_path, tenant, suffix):
    """S-117."""
    records = [user(1), *BAD, user(2)]
    ran = Import(write(tmp_path / f"users{suffix}", records), tenant)

    assert sorted(EndUser.objects.values_list("username", flat=True)) == ["user1", "user2"]
    assert sorted(ran.reasons) == list(range(2, len(BAD) + 2)), ran.reasons
    assert (ran.status, Group.objects.count(), PasswordHistory.objects.count()) == (1, 0, 0)
    assert ran.sentence.startswith(
        f"2 users imported, 2 with a weak hash, made anew at their first log-in; {len(BAD)} rows"
    )
    text = json.dumps(ran.rejects)
    assert HASH not in text
    assert HASH[-31:] not in text


def test_reasons_name_the_field(file, tenant):
    records = [
        user(profile={"addresses": [{"city": 5}]}),
        user(password_hash="$2b$31$" + "a" * 53),
        user(hash_fn=None, password_hash=None, password=HASH),
    ]
    ran = Import(write(file, records), tenant)

    assert list(ran.reasons.values()) == [
        "profile.addresses.0.city must be a text of at most 256 characters",
        "the password hash reads as bcrypt, but its cost is 31: 4 to 14 are taken",
        "password reads as bcrypt, and no hash_fn says so",
    ]


def test_the_first_of_two_has_the_name(file, tenant):
    there = EndUser.objects.create(tenant=tenant, email="taken@example.com")
    EndUser.objects.create(tenant=make_tenant(), email="user2@example.com", username="user2")
    records = [
        user(1),
        user(1, email="another@example.com"),
        user(2, email="User2@example.com"),
        user(3, email="TAKEN@example.com"),
        user(4, sub=there.sub),
        user(5, identities=[identity("1")]),
        user(6, identities=[identity("1")]),
    ]
    ran = Import(write(file, records), tenant)

    assert sorted(EndUser.objects.filter(tenant=tenant).values_list("username", flat=True).exclude(username=None)) == [
        "user1",
        "user2",
        "user5",
    ]
    assert {line: reason.split()[0] for line, reason in ran.reasons.items()} == {
        2: "username",
        4: "email",
        5: "sub",
        7: "identity",
    }


def identity(subject):
    return {"connection": "g", "provider": "google", "type": "social", "id": subject, "details": {}}


def test_a_row_that_the_database_alone_refuses_is_found(file, tenant):
    write(file, [user(number) for number in range(9)])

    with refused_inserts("accounts_enduser", "refused", when="NEW.username = 'user4'"):
        ran = Import(file, tenant)

    assert ran.reasons == {5: "is refused by the database"}
    assert EndUser.objects.filter(tenant=tenant).count() == 8


def test_a_dry_run_says_all_and_stores_nothing(file, tenant):
    """And the test password is tried, never kept nor told."""
    EndUser.objects.create(tenant=tenant, username="user3")
    records = [
        user(1, test_password=PASSWORD),
        user(2, test_password="another one"),
        user(3),
        user(1),
        user(4, password_hash="plain"),
        {
            "username": "md",
            "password_hash": hashes.digest("md5").hexdigest(),
            "hash_fn": "md5",
            "test_password": PASSWORD,
        },
        {"username": "plain", "password": PASSWORD, "groups": ["New"]},
    ]
    ran = Import(write(file, records), tenant, "--dry-run")

    assert [one.get("verdict", "refused") for one in ran.verdicts] == [*["ok"] * 2, *["refused"] * 3, *["ok"] * 2]
    assert [one.get("test_password") for one in ran.verdicts] == ["right", "wrong", None, None, None, "right", None]
    assert ran.err.splitlines()[1].startswith("4 rows would be imported,")
    assert EndUser.objects.count() == 1
    assert (ImportRun.objects.count(), Group.objects.count(), AuditEntry.objects.count()) == (0, 0, 0)
    assert PASSWORD not in ran.out + ran.err
    assert not file.with_name("users.jsonl.rejects.jsonl").exists()


def test_a_dry_run_computes_nothing_without_a_test_password(file, tenant, hashing_calls):
    Import(
        write(
            file,
            [{"username": "a", "password": PASSWORD}, {"username": "b", "password_hash": "ab" * 16, "hash_fn": "md5"}],
        ),
        tenant,
        "--dry-run",
    )

    assert hashing_calls == []


@pytest.mark.usefixtures("full_hash_costs")
def test_a_plain_password_is_hashed_and_a_test_password_is_dropped(file, tenant):
    Import(write(file, [{"username": "mei", "password": PASSWORD, "test_password": PASSWORD}]), tenant)

    found = EndUser.objects.get()
    assert found.password.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert comparing.is_password(PASSWORD, found.password)
    assert found.attributes == {}


def test_a_finished_file_says_so(file, tenant):
    write(file, [user(1), "bad"])
    Import(file, tenant)
    ran = Import(file, tenant)

    totals = "1 users imported, 1 rows refused"
    assert (ran.status, ran.sentence) == (1, f"{file} was imported before: {totals}; --restart begins again.")
    assert EndUser.objects.count() == 1


def test_a_restart_begins_again(file, tenant):
    write(file, [user(1), user(2)])
    Import(file, tenant)
    EndUser.objects.get(username="user2").delete()
    ran = Import(file, tenant, "--restart")

    assert sorted(EndUser.objects.values_list("username", flat=True)) == ["user1", "user2"]
    assert list(ran.reasons) == [1]


def test_the_same_file_is_another_run_for_another_tenant(file, tenant):
    """S-48."""
    other = make_tenant()
    write(file, [user(1)])
    Import(file, tenant)
    Import(file, other)

    assert EndUser.objects.filter(tenant=other).count() == EndUser.objects.filter(tenant=tenant).count() == 1


def test_the_same_export_goes_into_a_second_tenant(tmp_path, tenant):
    """And the subs of the file stay free for the tenant that they are meant for."""
    rehearsal, sub = make_tenant(), "0190a5c000007000800000000000abcd"
    records = [user(1, sub=sub, email="mei@example.com", groups=["VIP"]), user(2, sub=f"{sub[:-1]}e")]
    path = write(tmp_path / "users.jsonl", records)

    assert Import(path, rehearsal, "--new-subs").status == 0
    assert Import(path, tenant).status == 0
    subs = {one.sub: one.tenant for one in EndUser.objects.filter(username="user1")}
    assert subs.pop(sub) == tenant
    assert list(subs.values()) == [rehearsal]
    assert Group.objects.filter(name="VIP").count() == 2


def test_a_sub_of_another_tenant_is_refused_with_what_to_do(file, tenant):
    taken = EndUser.objects.create(tenant=make_tenant(), username="mei")
    ran = Import(write(file, [user(1, sub=taken.sub)]), tenant)

    assert "another tenant" in ran.reasons[1]
    assert "--new-subs" in ran.reasons[1]


@pytest.mark.parametrize("name", ["keycloak-realm.json", "supabase.csv", "cognito-list-users.json"])
def test_an_export_of_a_vendor_goes_into_a_second_tenant(tmp_path, tenant, name):
    path = tmp_path / name
    path.write_bytes((Path(__file__).parent / "samples" / name).read_bytes())
    first, second = Import(path, tenant), Import(path, make_tenant(), "--new-subs")

    assert first.out == second.out
    assert EndUser.objects.filter(tenant=tenant).count() * 2 == EndUser.objects.count()


class Crash(Exception):
    pass


class CutShort(Kept):
    """Rejects in a file, until a run crashes between a batch's rejects and its commit."""

    def __init__(self, path: Path, *, crash_at: int) -> None:
        super().__init__(path)
        self.batches = iter(range(crash_at))

    def write(self, verdicts: Iterable[Verdict]) -> None:
        super().write(verdicts)
        if next(self.batches, None) is None:
            raise Crash


@pytest.mark.parametrize("crash_at", [0, 1])
def test_a_run_that_was_cut_goes_on_where_it_stopped(file, tenant, crash_at):
    """Whatever the batch in hand had done is undone, its rejects too."""
    write(file, [user(1), *["bad"] * 3999, user(2), "bad", user(3)])  # a batch of 4,000 lines, and one of three
    task = runs.Import(files.open_source(file), "ciam", Rules(tenant_settings(tenant), {}, clock.now()), lambda _: None)
    with pytest.raises(Crash):
        runs.run(task, CutShort(file.with_name("users.jsonl.rejects.jsonl"), crash_at=crash_at))
    assert EndUser.objects.count() == crash_at
    assert ImportRun.objects.get().position == 4000 * crash_at

    ran = Import(file, tenant)

    assert EndUser.objects.count() == 3
    assert [one["line"] for one in ran.rejects] == [*range(2, 4001), 4002]
    run = ImportRun.objects.get()
    assert (run.position, run.imported, run.rejected) == (4003, 3, 4000)
    assert run.finished_at


def test_many_rows_are_read_by_other_processes(file, tenant, hashing_calls):
    """And come in the order of the file, which has eleven batches here: more than are read ahead."""
    records: list[Any] = ["bad"] * 40_100
    records[1::20_000] = [{"username": f"user{number}", "password": PASSWORD} for number in range(3)]
    ran = Import(write(file, records), tenant)

    users = EndUser.objects.filter(tenant=tenant).order_by("id")
    assert list(users.values_list("username", flat=True)) == ["user0", "user1", "user2"]
    lines = [one["line"] for one in ran.rejects]
    assert lines == [line for line in range(1, 40_101) if line not in (2, 20_002, 40_002)]
    assert hashing_calls == []  # in this process


def test_the_trail_tells_of_a_run(file, tenant):
    Import(write(file, [user(1, email="mei@example.com"), "bad"]), tenant)

    start, end = AuditEntry.objects.filter(tenant_id=tenant.id).order_by("at", "id")
    assert (start.event, end.event) == ("end_users.import_start", "end_users.import_end")
    assert (end.detail["imported"], end.detail["rejected"], end.detail["weak_hashes"]) == (1, 1, 1)
    assert end.actor.startswith("command")
    assert "mei" not in json.dumps([start.detail, end.detail])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"username,username\n", "each column needs a name of its own"),
        (b"\xff\xfa\xf0\n", "its bytes do not tell what else it is"),
        (b"[1,", "is no JSON"),
        (b"{\n{\n", "holds no users"),
    ],
)
def test_a_file_that_is_none_changes_nothing(file, tenant, content, sentence):
    path = file.with_suffix(".txt")
    path.write_bytes(content)
    ran = Import(path, tenant)

    assert ran.status == 1
    assert sentence in ran.err
    assert ran.err.endswith("Nothing has changed.")
    assert ImportRun.objects.count() == 0


def test_unknown_tenants_and_files_are_told(tmp_path, tenant):
    assert "cannot be read" in Import(tmp_path / "missing", tenant).err
    tenant.slug = "nobody"
    assert "There is no tenant nobody" in Import(write(tmp_path / "a.jsonl", [user()]), tenant).err


def test_every_column_of_a_user_is_written():
    """But for those that are null where the addresses are verified from the beginning."""
    null = {"phone_number_verified_at", "email_verified_at"}
    users = (*USER_COLUMNS, *null)
    for model, columns in ((EndUser, users), (PasswordHistory, HISTORY_COLUMNS), (Identity, IDENTITY_COLUMNS)):
        assert {field.column for field in model._meta.concrete_fields} == set(columns)
