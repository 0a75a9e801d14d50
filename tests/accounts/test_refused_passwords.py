"""S-52: refused passwords are answered at the same time, whether there is such a user, and whatever his hash costs.

Tests read what the server asks for; `bench.enumeration` measures times.
"""

import json
import time
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import EndUser
from accounts.passwords import costs, hashing, imported
from accounts.passwords.turns import Turns
from signup import contracts
from tenants import answer_times
from tenants.models import PasswordAuthSource, Tenant
from tests.dialects.cloudbase.clients import CloudBaseClient
from tests.dialects.plusauth.clients import make_back_end
from tests.dialects.tencent.logins import Shop, make_login_application
from tests.factories import configuration_of, make_application, make_tenant
from tests.importing.hashes import PASSWORD, realistic
from tests.query_work import without_values

pytestmark = pytest.mark.django_db

NOW = 1_000.0
REALISTIC = realistic()
BCRYPT_10 = "bcrypt of cost 10"
USERS = ("ours", "bcrypt 4", BCRYPT_10, "blocked", "none")


@pytest.fixture(autouse=True)
def standing_clock(monkeypatch) -> None:
    """As if nothing took any time; what a test before has asked for is forgotten."""
    monkeypatch.setattr(time, "monotonic", lambda: NOW)
    answer_times.take()


@pytest.fixture
def application():
    found = make_login_application()
    lines = {"bcrypt 4": imported.read(**REALISTIC["bcrypt 2b"]), BCRYPT_10: imported.read(**REALISTIC[BCRYPT_10])}
    for name in USERS:
        line = "" if name == "none" else lines.get(name) or hashing.hash_password(PASSWORD)
        contracts.note_hash(found.tenant_id, line)
        status = EndUser.Status.LOCK if name == "blocked" else EndUser.Status.NORMAL
        EndUser.objects.create(tenant=found.tenant, username=name, username_typed=name, password=line, status=status)
    return found


def published(application) -> int:
    return configuration_of(application).tenant.dearest_hash_milliseconds


@pytest.mark.parametrize("username", [*USERS, "nobody", "13912345678", "nobody@example.com"])
def test_each_refusal_is_answered_three_times_the_dearest_hash_later(application, username):
    Shop(application).log_in_by_password(username, "wrong password")
    of_tencent = answer_times.take()
    CloudBaseClient(application).sign_in(username, "wrong password")
    of_cloudbase = answer_times.take()

    assert published(application) == 75  # bcrypt of cost 10
    blur = costs.BLUR_MICROSECONDS / 1e6
    assert 0.2249 <= of_tencent - NOW <= 0.225 + blur
    assert 0.2249 <= of_cloudbase - NOW <= 0.225 + blur


@pytest.mark.parametrize("username", ["ours", "bcrypt 4", BCRYPT_10])
def test_the_right_password_is_answered_at_once(application, username):
    assert Shop(application).log_in_by_password(username, PASSWORD).status_code == 200

    assert answer_times.take() == 0


@pytest.mark.parametrize(("milliseconds", "seconds"), [(0, 0.2), (24, 0.2), (75, 0.225), (640, 1.92), (1_300, 3.0)])
def test_a_refusal_takes_long_enough_and_not_for_ever(milliseconds, seconds):
    assert costs.wait_seconds(milliseconds) == seconds


@pytest.mark.parametrize("username", ["ours", "bcrypt 4", "blocked"])
def test_a_wrong_password_takes_the_same_statements_as_an_unknown_name(application, username):
    shop, found = Shop(application), []
    for name in (username, "nobody"):
        with CaptureQueriesContext(connection) as captured:
            shop.log_in_by_password(name, "wrong password")
        found.append(without_values(captured))

    assert found[0] == found[1]


@pytest.mark.usefixtures("full_hash_costs")
@pytest.mark.parametrize(("algorithm", "milliseconds"), [("argon2", 23), ("bcrypt", 299), ("pbkdf2", 384)])
def test_what_our_own_hashes_cost_is_published_and_remembered(algorithm, milliseconds):
    application = make_application(make_tenant(), password_source={"hash": algorithm})
    assert published(application) == milliseconds

    PasswordAuthSource.objects.update(hash="argon2")
    contracts.publish(application)

    assert published(application) == milliseconds


def test_an_import_publishes_its_dearest_hash(tmp_path):
    tenant = make_tenant()
    application = make_application(tenant, password_source={})
    file = tmp_path / "users.jsonl"
    rows = [{"username": f"user{number}", **REALISTIC[name]} for number, name in enumerate(("bcrypt 2b", BCRYPT_10))]
    file.write_text("\n".join(map(json.dumps, rows)))

    call_command("import_users", str(file), tenant=tenant.slug)

    assert published(application) == 75


DEAR = {
    "scrypt": ("scrypt:32768:8:1$saltsalt$" + "ab" * 64, range(100, 110)),
    "crypt": ("$6$rounds=656000$saltsalt$" + "a" * 86, range(500, 550)),
    "phpass": ("$S$Esaltsalt" + "a" * 43, range(60, 100)),  # 65,536 rounds of SHA-512, wrapped
}


@pytest.mark.parametrize("hash_fn", DEAR)
def test_hashes_of_other_systems_count_with_what_is_made_before_them(tmp_path, hash_fn):
    tenant = make_tenant()
    application = make_application(tenant, password_source={})
    file, (text, milliseconds) = tmp_path / "users.jsonl", DEAR[hash_fn]
    file.write_text(json.dumps({"username": "mei", "password_hash": text, "hash_fn": hash_fn}))

    call_command("import_users", str(file), tenant=tenant.slug)

    assert published(application) in milliseconds


def test_a_back_end_that_brings_a_hash_publishes_what_it_costs():
    back_end = make_back_end()
    before = published(back_end.application)

    assert back_end.create(username="mei", **REALISTIC[BCRYPT_10]).status_code == 201

    assert (before < 75, published(back_end.application)) == (True, 75)


def test_another_tenants_hashes_change_nothing(application):
    other = make_application(make_tenant(), password_source={})

    assert published(other) < published(application)
    assert Tenant.objects.count() == 2


def test_what_a_thread_waits_for_its_turn_is_counted(monkeypatch):
    """So that a long line before the hash cannot make a dear one stand out."""
    monkeypatch.undo()
    turns, has_turn = Turns(at_once=1, waiting=1, patience_seconds=30), Event()

    def keep_the_turn() -> None:
        with turns.turn():
            has_turn.set()
            time.sleep(timedelta(milliseconds=50).total_seconds())

    Thread(target=keep_the_turn).start()
    has_turn.wait(30)
    with turns.turn():
        pass

    assert turns.waited_seconds() > 0
