"""Exports of other vendors, as files of `samples/`: each is known by its shape, and what is in it is read or told."""

import csv
import hmac
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from accounts.importing import formats
from accounts.importing.formats import firebase
from accounts.models import EndUser, Identity
from accounts.passwords import comparing, hash_keys
from tests.dialects.cloudbase.clients import CloudBaseClient
from tests.factories import make_application, make_tenant
from tests.importing.files import Import, write
from tests.importing.hashes import PASSWORD, bcrypted

pytestmark = pytest.mark.django_db

SAMPLES = Path(__file__).parent / "samples"
FIREBASE_KEY = ("--hash-key", str(SAMPLES / "firebase-hash-config.txt"))


@pytest.fixture
def tenant():
    return make_tenant()


def run(tmp_path: Path, name: str, tenant: Any, *options: str) -> Import:
    path = tmp_path / name
    shutil.copy(SAMPLES / name, path)
    return Import(path, tenant, *options)


def users(tenant: Any) -> list[EndUser]:
    return list(EndUser.objects.filter(tenant=tenant).order_by("id"))


def with_the_password(tenant: Any) -> list[str]:
    """The names of those whose password it is."""
    keys = hash_keys.read_all(tenant.id)
    return [
        str(one) for one in users(tenant) if one.password and comparing.is_password(PASSWORD, one.password, keys.get)
    ]


def identities(tenant: Any) -> set[tuple[str, str | None]]:
    return set(Identity.objects.filter(tenant=tenant).values_list("provider", "subject"))


def told(ran: Import) -> dict[str, int]:
    """What was not read, by its path."""
    line = next((line for line in ran.err.splitlines() if line.startswith("Not read")), "")
    listed = line.partition(": ")[2].partition(". --map")[0].split(", ")
    return {name: int(number.rstrip(")")) for name, _, number in (one.rpartition(" (") for one in listed) if name}


def test_a_realm_of_keycloak(tmp_path, tenant):
    ran = run(tmp_path, "keycloak-realm.json", tenant)

    mei, ayse, jose, old = users(tenant)
    assert "Read as keycloak: JSON" in ran.err
    assert (mei.sub, mei.email, mei.email_verified) == ("0b9f7a1011114a6f9d6e000000000001", "mei.li@example.com", True)
    assert (mei.phone_number, mei.phone_number_verified, mei.metadata) == (
        "+8613612345678",
        True,
        {"department": "R&D"},
    )
    assert mei.attributes == {"given_name": "Mei", "family_name": "Li", "nickname": "小美", "locale": "zh-CN"}
    assert sorted(mei.groups.values_list("name", flat=True)) == ["customers/vip", "staff"]
    assert mei.created_at.isoformat() == "2023-11-14T22:13:20.123000+00:00"
    assert (ayse.status, ayse.username, ayse.email_verified, jose.status) == ("LOCK", None, False, "NORMAL")
    assert identities(tenant) == {("google", "112233445566"), ("github", "4242")}
    assert with_the_password(tenant) == ["mei.li", "ayse@example.com", str(old)]
    assert told(ran) == {"realmRoles": 1, "requiredActions": 1, "credentials.otp": 1}
    assert ran.reasons[4].startswith("not read, though it may decide who can log in: credentials.otp;")
    assert ran.reasons[5] == "is the service account of a client, and no end user"
    assert ran.reasons[7].startswith("username is taken")


def test_users_of_keycloaks_api(tmp_path, tenant):
    ran = run(tmp_path, "keycloak-users-array.json", tenant)

    assert (ran.status, told(ran), len(users(tenant))) == (0, {}, 2)


@pytest.mark.parametrize("name", ["firebase.json", "firebase.csv"])
def test_accounts_of_firebase(tmp_path, tenant, name):
    ran = run(tmp_path, name, tenant, *FIREBASE_KEY)

    mei, ayse, phone, two = users(tenant)
    assert "Read as firebase: " in ran.err
    assert (mei.email_verified, mei.phone_number, mei.phone_number_verified) == (True, "+8613612345678", True)
    assert mei.attributes == {"name": "Li, Mei 小美", "picture": "https://example.com/mei.png"}
    assert mei.created_at.isoformat() == "2023-11-14T22:13:20+00:00"
    assert (ayse.status, ayse.email_verified, phone.phone_number, two.password) == ("LOCK", False, "+905321234567", "")
    assert with_the_password(tenant) == ["mei@example.com", "ayse@example.com"]
    assert identities(tenant) >= {("google", "1122334455"), ("facebook", "987")}
    assert told(ran) == {"localId": 5, "customAttributes.admin": 1, "customAttributes.plan": 1}
    assert list(ran.reasons) == [5]  # an anonymous account


def test_hashes_of_firebase_need_the_projects_key(tmp_path, tenant):
    ran = run(tmp_path, "firebase.json", tenant)

    assert "--hash-key" in ran.reasons[1]
    assert sorted(ran.reasons) == [1, 2, 5]


@pytest.mark.parametrize("length", [24, 30])
def test_firebase_rows_have_their_number_of_columns(length):
    assert firebase.header_of(["id", "a@example.com", "true", *[""] * (length - 3)]) == ()


def test_the_table_of_supabase(tmp_path, tenant):
    ran = run(tmp_path, "supabase.csv", tenant)

    mei, ayse, back = users(tenant)
    assert "Read as supabase: CSV (comma)" in ran.err
    assert (mei.sub, mei.email_verified) == ("7c9e6679742540de944be07fc1f90ae1", True)
    assert (mei.phone_number, mei.phone_number_verified) == ("+8613612345678", False)
    assert mei.attributes == {"name": "Mei Li 小美", "picture": "https://example.com/mei.png"}
    assert (mei.metadata, mei.created_at.isoformat()) == ({"plan": "gold"}, "2024-01-02T03:04:00+00:00")
    assert (ayse.status, ayse.blocked_until.year, ayse.email_verified) == ("LOCK", 2124, False)
    assert (back.status, back.password) == ("NORMAL", "")  # the ban is over
    assert with_the_password(tenant) == ["mei@example.com", "ayse@example.com"]
    assert told(ran) == {"raw_app_meta_data.role": 1, "deleted_at": 1}
    assert list(ran.reasons) == [4]


def test_users_of_supabases_api(tmp_path, tenant):
    ran = run(tmp_path, "supabase-admin-api.json", tenant)

    assert [one.email for one in users(tenant)] == ["jose@example.com"]
    assert identities(tenant) == {("google", "998877")}
    assert told(ran) == {"factors": 1}
    assert list(run(tmp_path, "supabase-admin-api.json", make_tenant(), "--ignore", "factors").reasons) == [1]  # `sub`


def test_users_of_cognito(tmp_path, tenant):
    ran = run(tmp_path, "cognito-list-users.json", tenant)

    mei, ayse, jose = users(tenant)
    assert "Read as cognito: JSON" in ran.err
    assert (mei.sub, mei.username, mei.email_verified) == ("3f5b9c2a11114a6f9d6e000000000001", "mei_li", True)
    assert (mei.phone_number_verified, mei.attributes["birthdate"]) == (False, "1990-05-01")
    assert (ayse.username, ayse.status, jose.username) == ("ayse", "LOCK", None)
    assert mei.created_at.isoformat() == "2024-01-01T19:04:05.678000+00:00"
    assert identities(tenant) == {("google", "1122334455")}
    assert told(ran) == dict.fromkeys(
        ["custom:plan", "address", "PreferredMfaSetting", "UserMFASettingList", "UserStatus"], 1
    )
    assert sorted(ran.reasons) == [4, 5]


def test_a_table_of_cognito(tmp_path, tenant):
    ran = run(tmp_path, "cognito.csv", tenant, "--map", "custom:plan=metadata.plan", "--ignore", "cognito:mfa_enabled")

    mei, li = users(tenant)
    assert (ran.status, told(ran)) == (0, {})
    assert (mei.username, mei.metadata, li.username, li.email_verified) == ("mei_li", {"plan": "gold"}, None, True)


def test_users_of_okta(tmp_path, tenant):
    ran = run(tmp_path, "okta.json", tenant)

    mei, ayse, jose, anna = users(tenant)
    assert "Read as okta: JSON" in ran.err
    assert (mei.username, mei.email_verified, mei.phone_number) == (None, True, "+8613612345678")
    assert (mei.metadata, mei.attributes["zoneinfo"]) == ({"department": "R&D"}, "Asia/Shanghai")
    assert (ayse.username, ayse.status, anna.status, jose.username) == ("ayse", "LOCK", "NORMAL", None)
    assert with_the_password(tenant) == ["mei@example.com", "jose@example.com", "anna@example.com"]
    assert told(ran) == {"id": 4, "recovery_question": 1}
    assert (jose.metadata, ayse.metadata) == ({"login": "jose@corp.example"}, {"mobilePhone": "555-415-1337"})
    assert ran.reasons == {5: "status must be one of Okta's"}


def test_a_table_of_okta(tmp_path, tenant):
    ran = run(tmp_path, "okta.csv", tenant)

    mei, li = users(tenant)
    assert (ran.status, mei.status, li.status) == (0, "LOCK", "NORMAL")
    assert li.attributes == {"given_name": "雷", "family_name": "李"}


def test_the_table_of_logto(tmp_path, tenant):
    ran = run(tmp_path, "logto-table.csv", tenant, "--map", "id=metadata.logto_id")

    mei, ayse, _ = users(tenant)
    assert "Read as logto: CSV" in ran.err
    assert (mei.email_verified, mei.phone_number, mei.phone_number_verified) == (True, "+8613612345678", True)
    assert mei.metadata == {"plan": "gold", "nested.a": 1, "logto_id": "x1y2z3a4b5c6"}
    assert (ayse.status, mei.attributes["given_name"]) == ("LOCK", "Mei")
    assert with_the_password(tenant) == ["mei_li", "ayse", "jose"]
    assert identities(tenant) == {("google", "1122334455")}
    assert told(ran) == {"profile.address.formatted": 1, "mfaVerifications": 1}
    assert list(ran.reasons) == [5]


def test_users_of_logtos_api_say_that_a_password_stays_there(tmp_path, tenant):
    ran = run(tmp_path, "logto-api.json", tenant)

    assert [one.attributes for one in users(tenant)] == [{"name": "李雷"}]
    assert "hasPassword" in ran.reasons[2]


def test_the_table_of_clerk(tmp_path, tenant):
    ran = run(tmp_path, "clerk.csv", tenant)

    mei, ayse, jose = users(tenant)
    assert "Read as clerk: CSV" in ran.err
    assert (mei.username, mei.email_verified, mei.phone_number_verified) == ("mei_li", True, False)
    assert (ayse.email_verified, jose.email_verified) == (True, False)
    assert with_the_password(tenant) == ["mei_li", "ayse@example.com"]
    assert told(ran) == {"id": 4, "email_addresses": 1, "totp_secret": 1}
    assert "totp_secret" in ran.reasons[5]
    assert ran.reasons[6].startswith("password_hasher must be one of bcrypt,")


def test_users_of_clerks_api(tmp_path, tenant):
    ran = run(tmp_path, "clerk-api.json", tenant, "--ignore", "password_enabled")

    jose, han = users(tenant)
    assert (jose.email, jose.email_verified, jose.status) == ("jose@example.com", True, "LOCK")
    assert (jose.metadata, han.phone_number_verified) == ({"plan": "gold", "theme.dark": True}, True)
    assert identities(tenant) == {("google", "1122334455")}
    assert told(ran) == {"id": 2, "private_metadata.stripe": 1, "email_addresses.email_address": 1}


def test_users_of_wordpress(tmp_path, tenant):
    ran = run(tmp_path, "wordpress.csv", tenant)

    mei, ayse, jose = users(tenant)
    assert "Read as wordpress: CSV" in ran.err
    assert mei.attributes == {
        "name": "Mei Li 小美",
        "given_name": "Mei",
        "family_name": "Li",
        "nickname": "mei",
        "website": "https://mei.example",
        "locale": "zh-CN",
    }
    assert (mei.email_verified, ayse.username, jose.username) == (False, None, None)
    assert with_the_password(tenant) == ["mei_li", "ayse@example.com", "jose@example.com"]
    assert told(ran) == {"ID": 4, "roles": 1, "user_login": 1, "user_status": 1}
    assert list(ran.reasons) == [5]


def test_an_export_of_auth0(tmp_path, tenant):
    ran = run(tmp_path, "auth0-export.ndjson", tenant, "--map", "user_id=metadata.user_id")

    mei, jose, han, phone = users(tenant)
    assert "Read as auth0: JSON Lines" in ran.err
    assert mei.metadata == {"plan": "gold", "address.city": "Wuhan", "address.zip": "430000"} | {
        f"n{number}": number for number in range(6)
    } | {"user_id": "auth0|507f1f77bcf86cd799439011"}
    assert (jose.status, phone.phone_number_verified) == ("LOCK", True)
    assert identities(tenant) == {("google", "1122334455"), ("github", "42")}
    assert with_the_password(tenant) == ["mei@example.com", str(han)]
    assert {"app_metadata.roles": 1, "user_metadata.tags": 1, "user_metadata.n11": 1}.items() <= told(ran).items()
    assert list(ran.reasons) == [3]


def test_an_hmac_of_auth0_needs_its_key_once(tmp_path, tenant, monkeypatch):
    """Which each record repeats: it is left out by name, and given as an option."""
    monkeypatch.setenv("AUTH0_KEY", "a key of theirs")
    value = hmac.digest(b"a key of theirs", PASSWORD.encode(), "sha256").hex()
    custom = {"algorithm": "hmac", "hash": {"value": value, "encoding": "hex", "digest": "sha256"}}
    custom["key"] = {"value": "a key of theirs", "encoding": "utf8"}
    path = write(tmp_path / "a.jsonl", [{"email": "mei@example.com", "custom_password_hash": custom}])

    assert "custom_password_hash.key" in Import(path, make_tenant(), "--hash-key-env", "AUTH0_KEY").reasons[1]
    ran = Import(path, tenant, "--hash-key-env", "AUTH0_KEY", "--ignore", "custom_password_hash.key")
    assert (ran.status, with_the_password(tenant)) == (0, ["mei@example.com"])


@pytest.mark.parametrize("name", ["keycloak-realm.json", "firebase.json", "supabase.csv", "clerk.csv", "wordpress.csv"])
def test_users_from_elsewhere_log_in_with_their_password(tmp_path, name):
    client = CloudBaseClient(make_application(password_source={}, authentication=("email",)))
    run(tmp_path, name, client.application.tenant, *(FIREBASE_KEY if name == "firebase.json" else ()))
    email = "mei.li@example.com" if name == "keycloak-realm.json" else "mei@example.com"

    assert client.sign_in(email, "wrong password").status_code == 400
    assert client.sign_in(email, PASSWORD).status_code == 200
    assert client.sign_in(email, PASSWORD).status_code == 200  # as it was made anew


def test_empty_rows_and_repeated_ones_stop_nobody(tmp_path, tenant):
    listed = json.loads((SAMPLES / "keycloak-users-array.json").read_text())
    path = tmp_path / "users.json"
    path.write_text(json.dumps([{}, None, *listed, "text", [], listed[0], {"username": None, "createdTimestamp": 1}]))
    ran = Import(path, tenant, "--format", "keycloak")

    assert (len(users(tenant)), sorted(ran.reasons)) == (2, [1, 2, 5, 6, 7, 8])
    assert ran.reasons[7].startswith(("username is taken", "sub is taken"))


def test_an_attribute_of_the_tenant_comes_before_metadata(tmp_path, tenant):
    """And in its own type, though the other system has texts alone."""
    tenant.attributes.create(identifier="visits", type="integer", label="Visits")
    tenant.attributes.create(identifier="vip", type="boolean", label="VIP")
    record = {"username": "mei", "createdTimestamp": 1, "attributes": {"visits": ["12"], "vip": ["true"], "x": ["y"]}}
    ran = Import(write(tmp_path / "users.jsonl", [record]), tenant)

    assert ran.status == 0, ran.rejects
    assert (users(tenant)[0].attributes, users(tenant)[0].metadata) == ({"visits": 12, "vip": True}, {"x": "y"})


ODD = [
    ("keycloak", {"credentials": [{"type": "password", "secretData": "{", "credentialData": "{}"}]}, "must be JSON"),
    ("keycloak", {"credentials": [{"type": "password", "secretData": "[]", "credentialData": "{}"}]}, "must be JSON"),
    ("keycloak", {"credentials": ["x"]}, "must be a list of objects"),
    ("keycloak", {"credentials": [{"type": "password", "secretData": '{"value": "x"}'}]}, "does not say how"),
    ("keycloak", {"enabled": "perhaps"}, "enabled must be true or false"),
    ("keycloak", {"federatedIdentities": {}}, ""),
    ("supabase", {"banned_until": "someday"}, "block.until must be a time"),
    ("supabase", {"encrypted_password": "plain"}, "encrypted_password reads as no hash that is known here"),
    ("supabase", {"raw_user_meta_data": "{broken"}, "raw_user_meta_data must be an object"),
    ("firebase", {"customAttributes": "{"}, "customAttributes must be JSON"),
    ("cognito", {"identities": "{}"}, "identities must be JSON of a list"),
    ("cognito", {"Attributes": [{"Name": 5}]}, "must be a text"),
    ("okta", {"credentials": {"password": {"hash": {"algorithm": "MD6"}}}}, "the algorithm must be BCRYPT"),
    ("okta", {"status": ["ACTIVE"]}, "status must be one of Okta's"),
    ("logto", {"passwordEncrypted": "x", "passwordEncryptionMethod": "Rot13"}, "the password's method must be"),
    ("logto", {"passwordEncrypted": "[]", "passwordEncryptionMethod": "Legacy"}, "recipe cannot be read"),
    ("logto", {"passwordEncrypted": '["md5", ["a", "b"], "c"]', "passwordEncryptionMethod": "Legacy"}, "is not known"),
    ("wordpress", {"user_registered": "yesterday"}, "created_at must be a time"),
]


@pytest.mark.parametrize(("name", "fields", "reason"), ODD)
def test_what_is_odd_is_a_reject_with_a_reason(tmp_path, tenant, name, fields, reason):
    record = {"email": "mei@example.com", "primaryEmail": "mei@example.com", "user_email": "mei@example.com"}
    ran = Import(write(tmp_path / "users.jsonl", [record | fields]), tenant, "--format", name)

    assert not reason or reason in ran.reasons[1]


def test_two_verified_second_factors_are_told_once(tmp_path, tenant):
    record = {"email": "mei@example.com", "aud": "authenticated", "app_metadata": {}, "factors": [{"id": 1}, {"id": 2}]}
    ran = Import(write(tmp_path / "users.jsonl", [record]), tenant)

    assert told(ran) == {"factors": 1}


def test_every_sample_is_known_by_its_shape():
    for path in SAMPLES.glob("*.json"):
        given = json.loads(path.read_text())
        listed = given if isinstance(given, list) else given.get("users") or given["Users"]
        assert {formats.detect(one) for one in listed} == {path.name.partition("-")[0].partition(".")[0]}
    for path in [one for one in SAMPLES.glob("*.csv") if one.name != "firebase.csv"]:
        separator = ";" if path.name == "okta.csv" else ","
        rows = list(csv.DictReader(path.read_text().splitlines(), delimiter=separator))
        assert {formats.detect(one) for one in rows} == {path.name.partition("-")[0].partition(".")[0]}


def test_a_table_is_known_by_its_header_though_its_first_user_has_little(tmp_path, tenant):
    path = tmp_path / "users.csv"
    path.write_text("id,email,phone,encrypted_password,email_confirmed_at\n,mei@example.com,,,\n")

    assert "Read as supabase" in Import(path, tenant).err


def test_a_null_of_a_database_is_absent(tmp_path, tenant):
    path = tmp_path / "users.csv"
    path.write_text(f"username,nickname,password_hash,hash_fn\nmei,\\N,{bcrypted()},bcrypt\n")

    assert (Import(path, tenant).status, users(tenant)[0].attributes) == (0, {})


DOCUMENTED = re.findall(r"\| `import ([^ ]+) ([^`]*)` \|", Path("docs/importing-users.md").read_text())


@pytest.mark.parametrize(("name", "options"), DOCUMENTED)
def test_the_documented_commands_run(tmp_path, tenant, name, options):
    """Nobody is refused whom the page does not tell of, and what the command names is not told again."""
    given = options.replace("firebase-hash-config.txt", str(SAMPLES / "firebase-hash-config.txt")).split()
    ran = run(tmp_path, name, tenant, *given)

    named = {option.partition("=")[0] for option in given}
    assert ran.status in (0, 1, 3), ran.err
    assert users(tenant)
    assert not {path for path in told(ran) if path in named or path.partition(".")[0] in named}


def test_every_vendor_has_a_documented_command():
    documented = {re.split(r"[-.]", name)[0] for name, _ in DOCUMENTED}
    assert documented == set(formats.READERS) - {"ciam", "plusauth", "tencent"}
