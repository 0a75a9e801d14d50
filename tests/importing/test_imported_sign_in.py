"""Users with imported hashes log in by CloudBase's password sign-in, and are hashed anew (S-44 to S-52)."""

import pytest

from accounts.models import EndUser
from accounts.passwords import attempts, hashing, imported
from tests.dialects.cloudbase.clients import CloudBaseClient, error_of
from tests.factories import make_application, make_tenant
from tests.importing.hashes import PASSWORD, realistic
from tests.importing.vectors import VECTORS
from tests.races import at_once

pytestmark = pytest.mark.django_db

WRONG = (400, "invalid_username_or_password", 4043)
REALISTIC = realistic()
AS_OF_NOW = hashing.prefix("argon2")


def make_client(**source) -> CloudBaseClient:
    return CloudBaseClient(make_application(make_tenant(), password_source=source))


def make_user(client: CloudBaseClient, password: str, **fields) -> EndUser:
    return EndUser.objects.create(
        tenant=client.application.tenant, username="mei", username_typed="Mei", password=password, **fields
    )


@pytest.fixture
def client() -> CloudBaseClient:
    return make_client()


def paddings(calls: list[tuple]) -> int:
    """How many of the comparisons were with a line of our own cost."""
    return sum(name == "verify" and rest[0].startswith(hashing.prefix("argon2").encode()) for name, *rest in calls)


@pytest.mark.parametrize("name", REALISTIC)
def test_an_imported_password_signs_in_and_is_hashed_anew(client, name):
    """S-44, S-47."""
    end_user = make_user(client, imported.read(**REALISTIC[name]))

    assert error_of(client.sign_in("mei", "wrong password")) == WRONG
    assert client.sign_in("mei", PASSWORD).status_code == 200

    end_user.refresh_from_db()
    assert end_user.password.startswith(AS_OF_NOW)
    assert client.sign_in("mei", PASSWORD).status_code == 200
    assert error_of(client.sign_in("mei", "wrong password")) == WRONG


OTHERS = {
    one.hash_fn: one for one in reversed(VECTORS) if one.hash_fn in ("scrypt", "phpass", "aspnet", "ldap", "crypt")
}


@pytest.mark.parametrize("vector", OTHERS.values(), ids=OTHERS)
def test_a_password_of_another_system_signs_in_and_is_hashed_anew(client, vector):
    """S-44, S-47."""
    end_user = make_user(client, imported.read(vector.text, hash_fn=vector.hash_fn))

    assert error_of(client.sign_in("mei", "wrong password")) == WRONG
    assert client.sign_in("mei", vector.password).status_code == 200

    end_user.refresh_from_db()
    assert end_user.password.startswith(AS_OF_NOW)
    assert client.sign_in("mei", vector.password).status_code == 200


@pytest.mark.parametrize("algorithm", ["bcrypt", "pbkdf2"])
def test_it_is_hashed_as_the_source_says(algorithm):
    """S-44."""
    client = make_client(hash=algorithm)
    end_user = make_user(client, imported.read(**REALISTIC["argon2d"]))

    client.sign_in("mei", PASSWORD)

    end_user.refresh_from_db()
    assert end_user.password.startswith(hashing.prefix(algorithm))


def test_a_password_that_the_sources_bcrypt_would_cut_keeps_its_hash():
    """S-50."""
    client = make_client(hash="bcrypt")
    password = "Quiet-Harbour-1 " * 5
    end_user = make_user(client, hashing.hash_password(password))

    assert client.sign_in("mei", password).status_code == 200
    end_user.refresh_from_db()
    assert end_user.password.startswith(AS_OF_NOW)


@pytest.mark.parametrize("stored", ["plain", "$2b$31$" + "a" * 53, "$argon2id$v=19$m=9999999,t=2,p=1$AAAA$AAAA"])
def test_a_poisoned_row_fails_that_log_in_alone(client, stored, hashing_calls):
    """S-46, S-52: and it costs what any wrong password costs."""
    make_user(client, stored)

    assert error_of(client.sign_in("mei", PASSWORD)) == WRONG
    assert (len(hashing_calls), paddings(hashing_calls)) == (1, 1)


@pytest.mark.usefixtures("full_hash_costs")
@pytest.mark.parametrize("name", ["bcrypt 2b", "argon2id", "bcrypt of cost 10", "argon2id as ours", "md5"])
def test_a_wrong_password_is_compared_once_however_cheap_the_hash_is(client, name, hashing_calls):
    """S-52: tests/accounts/test_refused_passwords.py has when it is answered."""
    make_user(client, imported.read(**REALISTIC[name]))
    hashing_calls.clear()

    client.sign_in("mei", "wrong password")

    assert len(hashing_calls) == 1


@pytest.mark.parametrize("password", ["", "\0", "x" * 4000])
def test_odd_passwords_get_an_ordinary_answer(client, password):
    """S-50, S-51."""
    make_user(client, imported.read(**REALISTIC["bcrypt 2b"]))

    response = client.sign_in("mei", password)

    assert response.status_code == 400
    assert "error" in response.json()


def attempts_of(end_user: EndUser) -> int:
    return EndUser.objects.get(pk=end_user.pk).login_attempts


def test_wrong_passwords_are_counted_until_a_right_one(client):
    end_user = make_user(client, imported.read(**REALISTIC["bcrypt 2b"]))

    for _ in range(3):
        client.sign_in("mei", "wrong password")
    assert attempts_of(end_user) == 3

    client.sign_in("mei", PASSWORD)
    assert attempts_of(end_user) == 0


def test_an_imported_count_goes_on_and_ends_at_20000(client):
    end_user = make_user(client, imported.read(**REALISTIC["bcrypt 2b"]), login_attempts=19_999)

    for _ in range(3):
        client.sign_in("mei", "wrong password")

    assert attempts_of(end_user) == 20_000


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_no_wrong_password_is_lost_among_many_at_once(client):
    end_user = make_user(client, "", login_attempts=19_990)

    at_once([lambda: attempts.count_wrong(end_user.pk)] * 8)
    assert attempts_of(end_user) == 19_998

    at_once([lambda: attempts.count_wrong(end_user.pk)] * 8)
    assert attempts_of(end_user) == 20_000
