"""Imports beside each other and beside sign-ups: a name goes to one of them, and no run is lost."""

from functools import partial

import pytest
from django.db import IntegrityError

from accounts import end_users
from accounts.end_users import NewEndUser
from accounts.importing import files, runs
from accounts.importing.rules import Rules
from accounts.importing.runs import AnotherRun, Import
from accounts.importing.verdicts import Kept
from accounts.models import EndUser, ImportRun
from accounts.passwords import hash_keys
from accounts.passwords.hash_keys import AnotherKey
from signup.contracts import tenant_settings
from tenants import clock
from tests.factories import make_tenant
from tests.importing.files import user, write
from tests.races import at_once, outcome_of

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


USERS = 4100  # two batches, which this process reads itself


@pytest.fixture
def tenant():
    return make_tenant()


def task(path, tenant):
    rules = Rules(tenant_settings(tenant), {}, clock.now())
    return Import(files.open_source(path), "ciam", rules, lambda _: None)


def test_of_two_imports_of_one_file_one_goes_on(tenant, tmp_path):
    path = write(tmp_path / "users.jsonl", [user(number) for number in range(USERS)])
    given = task(path, tenant)

    ran = at_once([outcome_of(lambda: runs.run(given, Kept(tmp_path / "rejects.jsonl")))] * 2)

    assert EndUser.objects.filter(tenant=tenant).count() == USERS
    run = ImportRun.objects.get()
    assert (run.position, run.imported, run.rejected) == (USERS, USERS, 0)
    assert all(isinstance(one, AnotherRun) or one.rejected == 0 for one in ran), ran


def test_of_two_files_with_the_same_users_each_user_is_taken_once(tenant, tmp_path):
    records = [user(number, email=f"user{number}@example.com") for number in range(USERS)]
    paths = [write(tmp_path / "a.jsonl", records), write(tmp_path / "b.jsonl", records[::-1])]
    tasks = [task(path, tenant) for path in paths]

    ran = at_once([lambda: run_next(tasks)] * 2)

    assert EndUser.objects.filter(tenant=tenant).count() == USERS
    assert sum(one.imported for one in ran) == sum(one.rejected for one in ran) == USERS


def run_next(tasks):
    one = tasks.pop()
    return runs.run(one, Kept(one.source.path.with_suffix(".rejects")))


def test_sign_ups_go_on_beside_an_import_and_take_names_before_it(tenant, tmp_path):
    path = write(tmp_path / "users.jsonl", [user(number) for number in range(USERS)])
    given = [task(path, tenant)]
    numbers = list(range(0, USERS, 80))
    taken = []

    def sign_up():
        while numbers:
            number = numbers.pop()
            try:
                end_users.create(tenant.id, NewEndUser(username=f"user{number}"), clock.now())
                taken.append(number)
            except IntegrityError:
                continue

    def work():
        try:
            one = given.pop()
        except IndexError:
            return sign_up()
        return runs.run(one, Kept(tmp_path / "rejects.jsonl"))

    ran = at_once([outcome_of(work)] * 3)

    result = next(one for one in ran if one is not None)
    assert not isinstance(result, Exception), result
    assert EndUser.objects.filter(tenant=tenant).count() == USERS
    assert (result.imported, result.rejected) == (USERS - len(taken), len(taken))


def test_of_fifty_keys_of_one_name_one_is_stored(tenant):
    """S-46: the others are told, so that no hash is compared with a key that is not its own."""
    keys = [b"key %d" % number for number in range(50)]

    def store(key: bytes) -> bytes:
        hash_keys.store(tenant_id=tenant.id, name="default", key=key, now=clock.now())
        return key

    ran = at_once([outcome_of(partial(store, key)) for key in keys])

    assert sum(isinstance(one, AnotherKey) for one in ran) == 49
    assert list(hash_keys.read_all(tenant.id).values()) == [one for one in ran if isinstance(one, bytes)]
