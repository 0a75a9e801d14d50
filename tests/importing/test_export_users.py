"""`manage.py export_users`: what it prints goes into an empty tenant, and comes out as it was."""

import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from accounts import exporting, statuses
from accounts.models import EndUser, Identity
from accounts.passwords import comparing, hashing, looks
from tenants import audit, clock
from tenants.models import AuditEntry
from tests.dialects.cloudbase.clients import EMAIL, CloudBaseClient
from tests.factories import make_application, make_tenant
from tests.importing.files import Import, export, user, write
from tests.importing.hashes import PASSWORD, realistic

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant():
    return make_tenant_with_birthdates()


def make_tenant_with_birthdates():
    """One that takes them in any form, as PlusAuth's rule would not."""
    tenant = make_tenant()
    tenant.attributes.get_or_create(identifier="birthdate", defaults={"type": "string"})
    return tenant


def fill(tenant, tmp_path):
    """Users with every kind of hash, and with everything that a user can have."""
    records = [
        {"username": f"User{number}"}
        | dict(zip(("password_hash", "hash_fn"), (given["password"], given["hash_fn"]), strict=True))
        | {name: given[name] for name in ("salt", "salt_position") if name in given}
        for number, given in enumerate(realistic().values())
        if "rounds" not in given
    ]
    records[0] |= {
        "email": "Mei@Bücher.example",
        "email_verified": True,
        "phone_number": "+905321234567",
        "phone_number_verified": True,
        "status": "FREEZE",
        "login_attempts": 19,
        "groups": ["VIP", "Staff"],
        "name": "Mei\\Li",
        "profile": {"gender": -3, "birthdate": "0000-02-29", "addresses": [{"id": "Home", "street_address": "a\nb"}]},
        "metadata": {"a": None, "b": True, "c": 1.5},
        "identities": [{"connection": "g", "provider": "google", "type": "social", "id": "42", "details": {"a": "b"}}],
    }
    records[1] |= {"blocked": True}
    ran = Import(write(tmp_path / "made.jsonl", records), tenant)
    assert not ran.rejects
    bare = EndUser.objects.create(tenant=tenant, email="dotless@intranet", attributes={"birthdate": "31.1.2020"})
    Identity.objects.create(tenant=tenant, provider="wechat", subject="x\u4e2d", end_user=bare, created_at=clock.now())
    EndUser.objects.create(tenant=tenant, anonymous_device_hash="ab" * 32, updated_at=clock.now())
    EndUser.objects.create(tenant=tenant, username="nopassword", username_typed="NoPassword")


def test_an_export_imports_into_an_empty_tenant_and_exports_alike(tenant, tmp_path):
    fill(tenant, tmp_path)
    before = export(tenant)
    EndUser.objects.filter(tenant=tenant).delete()
    path = tmp_path / "exported.jsonl"
    path.write_text("\n".join([*before, ""]))
    other = make_tenant_with_birthdates()

    ran = Import(path, other)

    assert (ran.status, ran.rejects) == (0, [])
    assert export(other) == before
    assert len(before) > 30


def test_the_lines_hold_what_is_stored(tenant, tmp_path):
    fill(tenant, tmp_path)
    lines = [json.loads(line) for line in export(tenant)]

    wrapped = [one for one in lines if one.get("password_hash", "").startswith("$wrapped$md5")]
    assert wrapped
    assert all(one["hash_fn"] == "stored" for one in wrapped)
    first = next(one for one in lines if one["username"] == "User0")
    assert (first["status"], first["login_attempts"], first["groups"]) == ("FREEZE", 19, ["Staff", "VIP"])
    assert first["password_history"] == []


def test_data_alone_is_on_standard_output(tenant, tmp_path):
    Import(write(tmp_path / "a.jsonl", [user()]), tenant)
    out, err = io.StringIO(), io.StringIO()
    call_command("export_users", "--tenant", tenant.slug, stdout=out, stderr=err)

    assert [json.loads(line)["username"] for line in out.getvalue().splitlines()] == ["User1"]
    assert err.getvalue() == "1 users exported, with their password hashes.\n"
    assert AuditEntry.objects.get(event="end_users.export").detail == {"exported": 1}


def test_one_tenants_users_alone_are_exported(tenant, tmp_path):
    """S-48."""
    Import(write(tmp_path / "a.jsonl", [user()]), make_tenant())

    assert export(tenant) == []
    with pytest.raises(CommandError, match="There is no tenant nobody"):
        call_command("export_users", "--tenant", "nobody")


def test_an_export_reads_a_thousand_users_at_a_time(tenant, django_assert_num_queries):
    EndUser.objects.bulk_create(EndUser(tenant=tenant, username=f"user{number:04}") for number in range(2001))

    with django_assert_num_queries(4 * 3 + 1):
        found = list(exporting.lines(tenant.id, datetime.now(UTC)))

    assert [json.loads(line)["username"] for line in found] == [f"user{number:04}" for number in range(2001)]


def test_a_block_moves_with_who_when_why_and_until_when(tmp_path, tenant):
    now = clock.now()
    user, ended = (EndUser.objects.create(tenant=tenant, username=name) for name in ("mei", "lan"))
    with audit.acting_as("staff:root"):
        statuses.set_status(user, "FREEZE", now, reason="debts", until=now + timedelta(days=9))
        statuses.set_status(ended, "LOCK", now, reason="debts", until=now)
    path = tmp_path / "exported.jsonl"
    path.write_text("\n".join([*export(tenant), ""]))
    before = EndUser.objects.filter(username="mei").values(*statuses.COLUMNS).get()
    EndUser.objects.all().delete()

    assert Import(path, tenant).status == 0

    assert EndUser.objects.filter(username="mei").values(*statuses.COLUMNS).get() == before
    assert EndUser.objects.get(username="lan").status == "NORMAL"


@pytest.mark.parametrize(
    "block",
    [
        "x",
        {"unknown": 1},
        {"until": "soon"},
        {"until": 1},
        {"at": "2999-01-01"},
        {"reason": "x" * 201},
        {"by": 1},
        {"reason": "x\x00"},
    ],
)
def test_a_block_that_cannot_be_is_refused(tmp_path, tenant, block):
    path = write(tmp_path / "users.jsonl", [user(status="LOCK", block=block)])

    assert Import(path, tenant).rejects
    assert not EndUser.objects.exists()


def test_who_signed_up_here_signs_in_after_a_move(tmp_path):
    """And keeps his `sub`."""
    here, there = (CloudBaseClient(make_application(make_tenant(), password_source={})) for _ in range(2))
    moved = EndUser.objects.create(
        tenant=here.application.tenant, email=EMAIL, email_verified=True, password=hashing.hash_password(PASSWORD)
    )
    path = tmp_path / "exported.jsonl"
    path.write_text("\n".join([*export(here.application.tenant), ""]))
    moved.delete()
    Import(path, there.application.tenant)

    response = there.sign_in(EMAIL, PASSWORD)

    assert response.json()["sub"] == json.loads(path.read_text())["sub"]


def test_a_stored_line_that_is_none_of_ours_is_refused(tenant, tmp_path):
    """S-45: an export is no way round the bounds."""
    line = "$wrapped$md5$suffix$" + "$argon2id$v=19$m=9999999,t=2,p=1$q9OwcgBqCjhhWkICVoG+qA$zgGUO1/HVEetoAFdbML5pw"
    ran = Import(write(tmp_path / "a.jsonl", [user(password_hash=line, hash_fn="stored")]), tenant)

    assert ran.reasons[1].startswith("the password hash reads as argon2, but its memory in KiB is 9999999")
    assert not comparing.is_password(PASSWORD, line)
    assert looks.looks_like(PASSWORD) == ""
