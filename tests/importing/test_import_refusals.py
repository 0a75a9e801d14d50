"""What an import refuses before it begins, what it says of earlier runs, and rows that stop nobody but themselves."""

import csv
import inspect
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command

from accounts.importing import batches, files
from accounts.importing.entries import Rejected
from accounts.importing.files import Layout, Record
from accounts.importing.formats import tencent
from accounts.importing.members import Members
from accounts.importing.rules import Rules
from accounts.importing.verdicts import Kept
from accounts.models import EndUser, ImportRun, PasswordHistory
from signup.contracts import tenant_settings
from tenants import clock
from tenants.models import AuditEntry
from tests.database import meanwhile
from tests.factories import make_tenant
from tests.importing.files import HASH, Import, user, write

pytestmark = pytest.mark.django_db

VERDICT = '{"line": 7, "reason": "of before"}\n'


@pytest.fixture
def tenant():
    return make_tenant()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "users.jsonl"


def nothing_has_changed(ran):
    return ran.status == 1 and ran.err.endswith("Nothing has changed.") and not ImportRun.objects.exists()


@pytest.mark.parametrize("how", ["itself", "link", "symlink"])
def test_the_file_itself_is_no_place_for_rejects(file, tenant, how):
    write(file, [user(1)])
    content, path = file.read_bytes(), file.with_name("rejects")
    if how == "itself":
        path = file
    else:
        (path.hardlink_to if how == "link" else path.symlink_to)(file)

    assert nothing_has_changed(Import(file, tenant, "--rejects", str(path)))
    assert file.read_bytes() == content


@pytest.mark.parametrize("content", ["username,email\n", '{"username": "mei"}\n', "\n", "no newline", "\x00\xff"])
def test_a_file_of_something_else_is_no_place_for_rejects(file, tenant, content):
    path = file.with_name("notes.txt")
    path.write_text(content)

    assert nothing_has_changed(Import(write(file, [user(1), "bad"]), tenant, "--rejects", str(path)))
    assert path.read_text() == content


@pytest.mark.parametrize("content", ["", VERDICT, VERDICT[:20]])
def test_rejects_of_before_make_way(file, tenant, content):
    path = file.with_name("notes.txt")
    path.write_text(content)
    Import(write(file, [user(1), "bad"]), tenant, "--rejects", str(path))

    assert [json.loads(line)["line"] for line in path.read_text().splitlines()] == [2]


def test_what_is_no_plain_file_is_neither_emptied_nor_removed(file):
    """As /dev/null is, which no test should name: run by root, a mistake here would remove the machine's."""
    path = file.with_name("pipe")
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    Kept(path).check(write(file, [user(1)]))
    Kept(path).keep_until(0, is_new=True)
    os.close(reader)

    assert path.is_fifo()


@pytest.mark.parametrize("name", [".", "missing/rejects"])
def test_rejects_that_cannot_be_written_are_told_before_the_first_batch(file, tenant, name):
    ran = Import(write(file, [user(1), "bad"]), tenant, "--rejects", str(file.parent / name))

    assert "cannot be written" in ran.err
    assert nothing_has_changed(ran)
    assert not EndUser.objects.exists()


def test_a_refused_place_for_rejects_forgets_no_run(file, tenant):
    Import(write(file, [user(1)]), tenant)
    ran = Import(file, tenant, "--restart", "--rejects", str(file))

    assert ran.err.endswith("Nothing has changed.")
    assert ImportRun.objects.count() == 1


def test_a_run_without_rejects_leaves_no_file(file, tenant):
    Import(write(file, [user(1)]), tenant)

    assert [one.name for one in file.parent.iterdir()] == [file.name]


def nested(depth, kind="object"):
    ends = ('{"a": ', "}") if kind == "object" else ("[", "]")
    return '{"a": ' + ends[0] * depth + "1" + ends[1] * depth + "}"


@pytest.mark.parametrize("suffix", [".jsonl", ".json"])
@pytest.mark.parametrize("kind", ["object", "list"])
@pytest.mark.parametrize("depth", [40, 600, 5000, 50_000])
def test_a_row_as_deep_as_a_well_stops_nobody(tmp_path, tenant, suffix, kind, depth):
    details = nested(depth, kind)
    deep = f'{{"username": "d", "identities": [{{"connection": "g", "id": "1", "details": {details}}}]}}'
    lines = [json.dumps(user(1)), deep, json.dumps(user(2))]
    path = tmp_path / f"users{suffix}"
    path.write_text("[" + ",".join(lines) + "]" if suffix == ".json" else "\n".join(lines))
    ran = Import(path, tenant)

    if "is no JSON." in ran.err:  # the whole array, before anything is stored
        assert nothing_has_changed(ran)
        return
    assert sorted(EndUser.objects.values_list("username", flat=True)) == ["user1", "user2"]
    assert list(ran.reasons) == [2]


@pytest.mark.parametrize("name", ["metadata", "attributes", "profile", "groups", "password_history", "created_at"])
def test_no_other_member_is_a_well_either(file, tenant, name):
    deep = f'{{"username": ["d"], "{name}": {nested(900)}}}'
    ran = Import(write(file, [user(1), deep, user(2)]), tenant)

    assert list(ran.reasons) == [2]


def test_recursion_is_a_reject_wherever_it_happens(tenant):
    """With ever more room for nested calls: in the parser, then in what reads the row, then nowhere."""
    job = batches.Job("ciam", Layout("jsonl"), Rules(tenant_settings(tenant), {}, clock.now()))
    content = json.dumps(user(1)).encode()

    reasons = [reason_with_room(frames, job, Record(1, content, len(content))) for frames in range(100)]

    assert list(dict.fromkeys(reasons)) == ["no room", "is no JSON", "nests too deeply", ""]


def reason_with_room(frames: int, job: batches.Job, record: Record) -> str:
    usual = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(len(inspect.stack(0)) + frames)
        batch = batches.read(job, [record])
    except RecursionError:
        return "no room"
    finally:
        sys.setrecursionlimit(usual)
    return batch.rejects[0].reason if batch.rejects else ""


def test_a_finished_file_tells_of_its_rejects(file, tenant):
    Import(write(file, [user(1), "bad"]), tenant)
    ran = Import(file, tenant)

    assert ran.status == 1
    assert "was imported before" in ran.sentence
    assert "1 users imported, 1 rows refused" in ran.sentence


def test_a_finished_file_without_rejects_is_well(file, tenant):
    Import(write(file, [user(1)]), tenant)

    assert Import(file, tenant).status == 0


def send(number: signal.Signals) -> Callable[[], None]:
    return lambda: os.kill(os.getpid(), number)


def test_a_run_that_goes_on_counts_the_rejects_of_before(file, tenant):
    """A batch has 4,000 lines: the second one is interrupted."""
    write(file, [user(1), *["bad"] * 3999, user(2, groups=["VIP"]), user(3)])

    with meanwhile('INTO "tenants_group"', send(signal.SIGINT)):
        assert Import(file, tenant).status == 130
    ran = Import(file, tenant)

    assert ran.status == 1
    assert "2 users imported after line 4,000" in ran.sentence
    assert "3 users imported, 3,999 rows refused" in ran.sentence


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("a,b,c\n", "has 3 cells, and the header names 2"),
        ('"a"b,c\n', "is no line of CSV"),
        ('5" disk,c\n', "is no line of CSV"),
        ("a\n", "has 1 cells, and the header names 2"),
    ],
)
def test_refusals_of_csv_say_what_they_are(content, reason):
    with pytest.raises(Rejected, match=reason):
        files.parse(Record(2, content.encode(), len(content)), Layout("csv", ("username", "nickname")))


@pytest.mark.parametrize("stray", ['5" disk', 'a 5" b 3" c 1"', '"a"b', '"a" ', ' "a"'])
def test_a_stray_quote_costs_its_own_row_alone(tmp_path, tenant, stray):
    path = tmp_path / "users.csv"
    path.write_text(f'username,nickname\na,"x, ""y"", z"\nb,{stray}\nc,"l, ""m"", n"\nd,\ne,"""q"""\n')
    ran = Import(path, tenant)

    assert list(ran.reasons) == [3]
    assert sorted(EndUser.objects.values_list("username", flat=True)) == ["a", "c", "d", "e"]
    assert EndUser.objects.get(username="a").attributes == {"nickname": 'x, "y", z'}
    assert EndUser.objects.get(username="e").attributes == {"nickname": '"q"'}


def test_records_of_csv_end_where_their_quotes_do(tmp_path):
    cells = ["", '"', '""', 'a"b', '",', ',"', "a\nb", '\n"\n', '"\n,"', "a,\n", 'x","y', "\r\n"]
    rows = [[one, other] for one in cells for other in cells]
    path = tmp_path / "users.csv"
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([["a", "b"], *rows])
    source = files.open_source(path)
    found = [files.parse(record, source.layout) for record in files.records(source)]

    assert found == [{name: cell for name, cell in zip("ab", row, strict=True) if cell} for row in rows]


def test_a_cell_that_is_never_closed_is_read_in_no_time(tmp_path):
    path = tmp_path / "users.csv"
    path.write_text('a,b\n"' + "\n" * 200_000 + 'x,"y\n')
    begun = time.monotonic()
    list(files.records(files.open_source(path)))

    assert time.monotonic() - begun < 3


def test_blank_lines_come_before_a_header(tmp_path, tenant):
    path = tmp_path / "users.csv"
    path.write_text("\n \r\nusername\nmei\n")
    ran = Import(path, tenant)

    assert (ran.status, EndUser.objects.get().username) == (0, "mei")


def test_csv_brings_a_password_history(tmp_path, tenant):
    old = [{"password_hash": HASH, "set_at": "2024-01-01"}]
    path = write(tmp_path / "users.csv", [user(1, password_history=json.dumps(old))])

    assert Import(path, tenant).status == 0
    assert PasswordHistory.objects.count() == 1


def test_an_export_is_told_before_its_first_line(tenant):
    """Even if nobody reads it."""
    EndUser.objects.create(tenant=tenant, username="mei")
    reading, writing = os.pipe()
    os.close(reading)

    with pytest.raises(BrokenPipeError), open(writing, "w", buffering=1) as stdout:
        call_command("export_users", "--tenant", tenant.slug, stdout=stdout)

    assert AuditEntry.objects.get().event == "end_users.export_start"


@pytest.mark.parametrize(
    "fields",
    [
        {"picture": "", "name": "", "birthdate": "", "email": "", "created_at": "", "status": "", "groups": ""},
        {"UserName": "mei", "username": None, "Birthdate": "", "NickName": "", "LastModifiedDate": ""},
        {"credentials": [], "picture": "", "profile": {"birthdate": ""}, "updated_at": ""},
        {"user_metadata": {}, "picture": "", "given_name": "", "created_at": "", "phone_number": ""},
    ],
)
def test_an_empty_text_is_as_good_as_absent(file, tenant, fields):
    ran = Import(write(file, [{"username": "mei"} | fields]), tenant)

    assert ran.status == 0, ran.rejects
    assert EndUser.objects.get().attributes == {}


def test_a_user_of_tencents_api_is_read(file, tenant):
    tenant.attributes.create(identifier="plan", type="string", label="Plan")
    record = {
        "UserName": "mei",
        "Zone": "Asia/Shanghai",
        "CreatedDate": 1_577_934_245_678,
        "LastModifiedDate": "1577934246000",
        "CustomAttributes": [{"Name": "plan", "Value": "gold"}, {"Name": "unset", "Value": ""}],
        "UserGroups": [{"UserGroupId": "1", "DisplayName": "VIP"}],
    }
    ran = Import(write(file, [record]), tenant)

    assert ran.status == 0, ran.rejects
    found = EndUser.objects.get()
    assert found.attributes == {"zoneinfo": "Asia/Shanghai", "plan": "gold"}
    assert found.created_at.isoformat() == "2020-01-02T03:04:05.678000+00:00"
    assert found.updated_at.isoformat() == "2020-01-02T03:04:06+00:00"
    assert list(found.groups.values_list("name", flat=True)) == ["VIP"]


@pytest.mark.parametrize(
    "fields",
    [
        {"CreatedDate": 10**20},
        {"CreatedDate": True},
        {"CustomAttributes": {"a": 1}},
        {"CustomAttributes": [1]},
        {"CustomAttributes": [{"Name": [], "Value": "a"}]},
        {"UserGroups": [{"Unheard": "a"}]},
        {"attributes": 5, "CustomAttributes": []},
    ],
)
def test_what_is_no_user_of_tencents_is_refused(file, tenant, fields):
    assert list(Import(write(file, [{"UserName": "mei"} | fields]), tenant).reasons) == [1]


def test_tencents_names_are_ours():
    assert tencent.read(Members({"UserName": "a", "Zone": "Asia/Tokyo"})).attributes == {"zoneinfo": "Asia/Tokyo"}


def test_what_of_tencents_is_not_read_is_told_by_its_name(file, tenant):
    ran = Import(write(file, [{"UserName": "mei", "LastSignIn": 5, "IsEnabled": False}]), tenant)

    assert "LastSignIn (1), IsEnabled (1)" in ran.err
    assert "IsEnabled" in ran.reasons[1]


def test_sigterm_stops_a_run_in_order(file, tenant):
    before = signal.getsignal(signal.SIGTERM)

    with meanwhile('INTO "tenants_group"', send(signal.SIGTERM)):
        ran = Import(write(file, [user(1, groups=["VIP"])]), tenant)

    assert (ran.status, EndUser.objects.count()) == (130, 0)
    assert signal.getsignal(signal.SIGTERM) is before


PARENT = """
import multiprocessing, os, sys, time
from accounts.importing import workers
def child():
    workers.end_with_parent()
    print(os.getpid(), flush=True)
    time.sleep(60)
if __name__ == "__main__":
    multiprocessing.get_context("spawn").Process(target=child).start()
    time.sleep(60)
"""


def test_a_process_ends_with_the_run_that_began_it(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    environment = os.environ | {"PYTHONPATH": os.getcwd()}
    run = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, env=environment)
    assert run.stdout
    child = int(run.stdout.readline())
    run.kill()
    run.wait()

    assert run.stdout.read() == b""  # at its end: the child held it too, and is gone
    with pytest.raises(ProcessLookupError):
        wait_for_the_end_of(child)


def wait_for_the_end_of(pid):
    for _ in range(100):
        os.kill(pid, 0)
        if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            raise ProcessLookupError
        time.sleep(0.1)
