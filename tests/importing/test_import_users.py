"""`manage.py import_users`: what is stored, what is refused, and where a run goes on (S-48, S-117)."""

import json

import pytest

from accounts.importing import runs, workers
from accounts.importing.belongings import HISTORY_COLUMNS, IDENTITY_COLUMNS
from accounts.importing.rows import USER_COLUMNS
from accounts.importing.verdicts import Kept
from accounts.models import EndUser, Identity, ImportRun, PasswordHistory
from accounts.passwords import comparing
from tenants.models import AuditEntry, Group
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
    """A typed address longer than its column is a lawful one in its canonical form."""
    records = [user(number) for number in range(9)]
    records[4]["email"] = "a" * 60 + "@" + ("ａ" * 60 + ".") * 3 + "example.com"
    ran = Import(write(file, records), tenant)

    assert EndUser.objects.filter(tenant=tenant).count() + len(ran.rejects) == 9
    assert EndUser.objects.filter(tenant=tenant).count() >= 8


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
    assert ran.err.startswith("4 rows would be imported,")
    assert EndUser.objects.count() == 1
    assert (ImportRun.objects.count(), Group.objects.count(), AuditEntry.objects.count()) == (0, 0, 0)
    assert PASSWORD not in ran.out + ran.err
    assert not file.with_name("users.jsonl.rejects.jsonl").exists()


def test_a_dry_run_computes_nothing_without_a_test_password(file, tenant, monkeypatch):
    turns = []
    monkeypatch.setattr("accounts.passwords.hashing.HASHING.turn", lambda: turns.append(1))
    Import(
        write(
            file,
            [{"username": "a", "password": PASSWORD}, {"username": "b", "password_hash": "ab" * 16, "hash_fn": "md5"}],
        ),
        tenant,
        "--dry-run",
    )

    assert not turns


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


class Crash(Exception):
    pass


@pytest.mark.parametrize("crash_at", [1, 2, 3])
def test_a_run_that_was_cut_goes_on_where_it_stopped(file, tenant, monkeypatch, crash_at):
    """Whatever the batch in hand had done is undone, its rejects too."""
    monkeypatch.setattr(runs, "RECORDS_IN_A_BATCH", 10)
    monkeypatch.setattr(workers, "ALONE", 100)
    records = [user(number) if number % 7 else "bad" for number in range(1, 41)]
    write(file, records)
    done = []
    real = Kept.write
    monkeypatch.setattr(Kept, "write", lambda self, found: (real(self, found), crash_or_not(done, crash_at)))
    with pytest.raises(Crash):
        Import(file, tenant)
    assert EndUser.objects.count() < 35
    assert ImportRun.objects.get().position == 10 * (crash_at - 1)
    monkeypatch.setattr(Kept, "write", real)

    ran = Import(file, tenant)

    assert EndUser.objects.count() == 35
    assert list(ran.reasons) == [7, 14, 21, 28, 35]
    run = ImportRun.objects.get()
    assert (run.position, run.imported, run.rejected) == (40, 35, 5)
    assert run.finished_at


def crash_or_not(done, crash_at):
    done.append(1)
    if len(done) == crash_at:
        raise Crash


def test_many_rows_are_read_by_other_processes(file, tenant, monkeypatch):
    """And come in the order of the file."""
    monkeypatch.setattr(runs, "RECORDS_IN_A_BATCH", 50)
    records = [user(number) if number % 100 else "bad" for number in range(1, 501)]
    ran = Import(write(file, records), tenant)

    assert EndUser.objects.filter(tenant=tenant).count() == 495
    assert list(ran.reasons) == [100, 200, 300, 400, 500]


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
        (b"\xff\n", "does not begin with the names"),
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
    for model, columns in ((EndUser, USER_COLUMNS), (PasswordHistory, HISTORY_COLUMNS), (Identity, IDENTITY_COLUMNS)):
        assert {field.column for field in model._meta.concrete_fields} == set(columns)
