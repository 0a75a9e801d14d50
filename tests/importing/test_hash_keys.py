"""Hashes that need a key of the system that made them: imported with it, compared with it, and nowhere shown (S-46)."""

import json
from base64 import b64decode

import pytest

from accounts.models import EndUser, HashKey, ImportRun, PasswordHistory
from accounts.passwords import comparing, hash_keys, hash_parameters, imported, schemes
from accounts.passwords.hash_parameters import InvalidParameters
from accounts.passwords.imported import InvalidHash, KeyParameters
from ciam.findings import find
from tenants.models import AuditEntry
from tests.dialects.cloudbase.clients import CloudBaseClient
from tests.dialects.tencent.logins import PASSWORD as LOGIN_PASSWORD
from tests.dialects.tencent.logins import Shop, make_login_application, make_user
from tests.factories import make_application, make_tenant
from tests.importing.files import Import, export, file, write

__all__ = ["file"]

pytestmark = pytest.mark.django_db

PASSWORD = "Quiet-Harbour-1 é"
SIGNER_KEY = "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA=="
HASH_CONFIG = f"""hash_config {{
  algorithm: SCRYPT,
  base64_signer_key: {SIGNER_KEY},
  base64_salt_separator: Bw==,
  rounds: 8,
  mem_cost: 14,
}}
"""
CHEAP_CONFIG = HASH_CONFIG.replace("rounds: 8", "rounds: 1").replace("mem_cost: 14", "mem_cost: 4")
PEPPER = "5b0c9a1f" * 16
HMAC_KEY = "a key of HMAC"
SALT = "42xEC+ixf3L2lw=="

# The hash, its members, the key as it is given, and the password.
VECTORS = {
    "firebase, the README of firebase/scrypt": (
        {
            "hash_fn": "firebase",
            "salt": SALT,
            "password_hash": "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==",
        },
        HASH_CONFIG,
        "user1password",
    ),
    "firebase, firebase-scrypt 2.2.0 of npm": (
        {
            "hash_fn": "firebase",
            "salt": SALT,
            "password_hash": "W7iAy6iumnABcoV9sDB9+hg3oJ6ZvrJm0A9ZsSh12/cOTmDUaINFeDS4/PPVVVfBG6VL+VuErxJ8LavDfQF6Ew==",
        },
        CHEAP_CONFIG,
        PASSWORD,
    ),
    "devise, Devise 4.8.1 with bcrypt-ruby 3.1.18": (
        {"hash_fn": "devise", "password_hash": "$2a$04$T7iqvOqB/MsDXiev9rlfT.01gTpFEqyVi/4NrHC2GEBBGdtVC9fS6"},
        PEPPER,
        PASSWORD,
    ),
    "devise, 72 letters and a pepper, libxcrypt 4.4.33": (
        {"hash_fn": "devise", "password_hash": "$2a$04$abcdefghijklmnopqrstuuNt.0ah97gHY3F7JC1Z6EXmQc0bQBhIO"},
        f"pepper: {PEPPER}",
        "p" * 72,
    ),
    "hmac-md5, OpenSSL 3.0.19": (
        {"hash_fn": "hmac-md5", "password_hash": "f1e0bf61835678fd7983f96f75ca1d18"},
        HMAC_KEY,
        PASSWORD,
    ),
    "hmac-sha1, OpenSSL 3.0.19": (
        {"hash_fn": "hmac-sha1", "password_hash": "619a656c7a25bab8530e7698a3c085fbea71897d"},
        json.dumps({"algorithm": "HMAC_SHA1", "key": HMAC_KEY}),
        PASSWORD,
    ),
    "hmac-sha256, OpenSSL 3.0.19": (
        {
            "hash_fn": "hmac-sha256",
            "password_hash": "b1dd520dbf78ef81f824198e46a138bff1f8e70984667905ef66e81251efbf48",
        },
        f"key: hex:{HMAC_KEY.encode().hex()}",
        PASSWORD,
    ),
    "hmac-sha512 with a salt, OpenSSL 3.0.19": (
        {
            "hash_fn": "hmac-sha512",
            "salt": "salt-",
            "salt_position": "prefix",
            "password_hash": "34327d521e8ee1de3132a5743a045f84e55666f56c08db8bc681a1f0112c1028"
            "77fad450a1f9033a2adda9e06ed7aa802a8b7f54f53163edc8f82e85dd54817f",
        },
        HMAC_KEY,
        PASSWORD,
    ),
}
USER, KEY, _ = VECTORS["firebase, firebase-scrypt 2.2.0 of npm"]
HMAC_USER = VECTORS["hmac-sha256, OpenSSL 3.0.19"][0]


@pytest.fixture
def tenant():
    return make_tenant()


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "hash-key"
    path.write_text(KEY)
    return path


def run(file, tenant, key_file, *options, **user) -> Import:
    return Import(write(file, [{"username": "mei", **USER, **user}]), tenant, "--hash-key", str(key_file), *options)


@pytest.mark.parametrize("name", VECTORS)
def test_a_hash_with_a_key_knows_its_password(name, file, tenant, key_file):
    user, key, password = VECTORS[name]
    key_file.write_text(key)

    ran = Import(write(file, [{"username": "mei", **user}]), tenant, "--hash-key", str(key_file))

    stored, find_key = EndUser.objects.get().password, hash_keys.finder(tenant.id)
    assert (ran.status, len(stored) <= 255) == (0, True)
    assert comparing.is_password(password, stored, find_key)
    assert not comparing.is_password(password + "x", stored, find_key)
    assert not comparing.is_password(password[:-1], stored, find_key)
    assert not comparing.is_password("", stored, find_key)
    assert not comparing.is_password(password, stored)


def test_who_has_such_a_hash_signs_in_and_is_hashed_anew(file, tenant, key_file):
    """S-44: then the key is needed no more."""
    run(file, tenant, key_file)
    client = CloudBaseClient(make_application(tenant, password_source={}))

    assert client.sign_in("mei", "wrong password").status_code == 400
    assert client.sign_in("mei", PASSWORD).status_code == 200

    assert EndUser.objects.get().password.startswith("$argon2id$")
    HashKey.objects.all().delete()
    assert client.sign_in("mei", PASSWORD).status_code == 200


def test_a_dry_run_tries_a_password_with_the_key_and_stores_neither(file, tenant, key_file):
    right = run(file, tenant, key_file, "--dry-run", test_password=PASSWORD)
    wrong = run(file, tenant, key_file, "--dry-run", test_password="another one")

    assert [one.verdicts[0]["test_password"] for one in (right, wrong)] == ["right", "wrong"]
    assert not HashKey.objects.exists()


def test_the_key_is_sealed_and_told_nowhere(file, tenant, key_file, caplog):
    """S-33: no output, reject, log, export or entry of the audit log has it."""
    ran = run(file, tenant, key_file)
    refused = run(file.with_name("bad.jsonl"), tenant, key_file, username="x" * 999)

    row = HashKey.objects.get()
    written = [ran.out, ran.err, refused.out, refused.err, *map(str, refused.rejects), caplog.text, *export(tenant)]
    written += [row.sealed_key, EndUser.objects.get().password, *map(str, AuditEntry.objects.values_list("detail"))]
    assert not any(SIGNER_KEY[:20] in text or str(b64decode(SIGNER_KEY)) in text for text in written)
    assert hash_keys.read_all(tenant.id) == {"default": b64decode(SIGNER_KEY)}
    assert [one.subject for one in AuditEntry.objects.filter(event="hash_key.store")] == ["default"]
    assert SIGNER_KEY not in repr(hash_parameters.read(KEY))


def test_the_same_key_again_is_stored_once_and_another_one_needs_another_name(file, tenant, key_file):
    run(file, tenant, key_file)
    run(file, tenant, key_file, "--restart", username="lan")
    key_file.write_text(HMAC_KEY)

    refused = Import(write(file, [{"username": "tao", **HMAC_USER}]), tenant, "--hash-key", str(key_file))
    named = Import(file, tenant, "--hash-key", str(key_file), "--hash-key-name", "shop-2019")

    assert "has another hash key default; give --hash-key-name. Nothing has changed." in refused.err
    assert named.status == 0
    assert list(HashKey.objects.order_by("name").values_list("name", flat=True)) == ["default", "shop-2019"]
    find_key = hash_keys.finder(tenant.id)
    assert all(comparing.is_password(PASSWORD, one.password, find_key) for one in EndUser.objects.all())


def test_a_key_may_come_from_the_environment(file, tenant, monkeypatch):
    monkeypatch.setenv("OLD_SYSTEM", KEY)
    write(file, [{"username": "mei", **USER}])

    missing = Import(file, tenant, "--hash-key-env", "MISSING")
    assert Import(file, tenant, "--hash-key-env", "OLD_SYSTEM").status == 0

    assert "The variable MISSING is not set or empty. Nothing has changed." in missing.err
    assert comparing.is_password(PASSWORD, EndUser.objects.get().password, hash_keys.finder(tenant.id))


@pytest.mark.parametrize(
    ("user", "key", "reason"),
    [
        (USER, None, "needs its hash parameters (signer key, salt separator, rounds, mem_cost): give the import"),
        (USER, SIGNER_KEY, "needs rounds and mem_cost of its hash parameters"),
        (USER | {"salt": None}, KEY, "needs its salt"),
        (USER, HASH_CONFIG.replace("mem_cost: 14", "mem_cost: 19"), "its memory in KiB is 524288"),
        (USER, KEY.replace("mem_cost: 4", "mem_cost: 30"), "its logarithm of N is 30"),
        (HMAC_USER, None, "is of hmac-sha256, which needs its key"),
        (HMAC_USER | {"salt": "s"}, HMAC_KEY, "where its salt was put is not said"),
        (HMAC_USER | {"hash_fn": "hmac-sha1"}, HMAC_KEY, "reads as sha256, not as hmac-sha1"),
        ({"hash_fn": "devise", "password_hash": "$2a$04$" + "a" * 53}, None, "needs its pepper"),
        ({"hash_fn": "devise", "password_hash": "$2a$31$" + "a" * 53}, PEPPER, "its cost is 31"),
    ],
)
def test_what_is_missing_or_costs_too_much_is_told(file, tenant, key_file, user, key, reason):
    options = ["--hash-key", str(key_file)] if key else []
    key_file.write_text(key or "")

    ran = Import(write(file, [{"username": "mei", **user}]), tenant, *options)

    assert reason in ran.rejects[0]["reason"]
    assert not EndUser.objects.exists()


def test_a_key_of_another_tenant_is_not_used(file, tenant, key_file):
    other = make_tenant(slug="other")
    run(file, tenant, key_file)

    stored = EndUser.objects.get().password

    assert hash_keys.finder(other.id)("default") is None
    assert not comparing.is_password(PASSWORD, stored, hash_keys.finder(other.id))


def test_a_key_that_is_gone_makes_a_wrong_password_that_costs_as_any(file, tenant, key_file, hashing_calls):
    """S-46, S-52."""
    run(file, tenant, key_file)
    client = CloudBaseClient(make_application(tenant, password_source={}))
    HashKey.objects.update(sealed_key="of another SECRET_KEY")
    hashing_calls.clear()

    refused = client.sign_in("mei", PASSWORD)

    assert refused.status_code == 400
    assert [name for name, *_ in hashing_calls] == ["verify"]


def test_a_key_that_does_not_open_is_stored_anew_by_the_next_import(file, tenant, key_file):
    run(file, tenant, key_file)
    HashKey.objects.update(sealed_key="of another SECRET_KEY")

    run(file, tenant, key_file, "--restart", username="lan")

    assert hash_keys.read_all(tenant.id) == {"default": b64decode(SIGNER_KEY)}


def test_the_check_tells_of_a_key_that_does_not_open(file, tenant, key_file):
    run(file, tenant, key_file)
    usable = find(tenant)
    HashKey.objects.update(sealed_key="of another SECRET_KEY")

    [finding] = [one for one in find(tenant) if one not in usable]

    assert (finding.code, finding.subject) == ("unusable-hash-key", "hash key default")


def test_an_old_password_of_such_a_hash_is_remembered():
    """S-49: every comparison finds the key."""
    shop = Shop(make_login_application(password_source={"history": 3}))
    user = make_user(shop.application)
    hash_keys.store(tenant_id=user.tenant_id, name="default", key=HMAC_KEY.encode(), now=user.created_at)
    line = imported.read(HMAC_USER["password_hash"], hash_fn="hmac-sha256", key=KeyParameters("default"))
    PasswordHistory.objects.create(tenant=user.tenant, end_user=user, password=line, set_at=user.created_at)
    token = shop.log_in_by_password().json()["access_token"]

    body = {"old_password": LOGIN_PASSWORD, "new_password": PASSWORD}
    refused = shop.bearer(token, "POST", "/change_user_password", body)

    assert (refused.status_code, "recurrent_password" in refused.content.decode()) == (400, True)


@pytest.mark.parametrize("name", [name for name in VECTORS if not name.endswith("npm")])
def test_prune_deletes_a_key_that_no_hash_needs_any_more(name, file, tenant, key_file, pass_time):
    user, key, _ = VECTORS[name]
    key_file.write_text(key)
    Import(write(file, [{"username": "mei", **user}]), tenant, "--hash-key", str(key_file))
    pass_time(8 * 86_400)

    kept = hash_keys.prune()
    EndUser.objects.update(password="")

    assert (kept, hash_keys.prune(), HashKey.objects.count()) == (0, 1, 0)


def test_prune_keeps_a_key_while_an_old_password_needs_it_or_an_import_goes_on(file, tenant, key_file, pass_time):
    run(file, tenant, key_file)
    end_user = EndUser.objects.get()
    old = PasswordHistory.objects.create(
        tenant=tenant, end_user=end_user, password=end_user.password, set_at=end_user.created_at
    )
    EndUser.objects.update(password="")
    pass_time(8 * 86_400)
    kept = hash_keys.prune()
    old.delete()
    ImportRun.objects.update(finished_at=None)

    assert (kept, hash_keys.prune()) == (0, 0)
    ImportRun.objects.update(finished_at=end_user.created_at)
    assert hash_keys.prune() == 1


def test_an_export_into_another_tenant_needs_the_key_again(file, tenant, key_file, tmp_path):
    run(file, tenant, key_file)
    lines = export(tenant)
    EndUser.objects.all().delete()
    other, moved = make_tenant(slug="other"), write(tmp_path / "moved.jsonl", lines)

    without = Import(moved, other)
    again = Import(moved, other, "--hash-key", str(key_file), "--restart")

    assert "needs the key default of the other tenant: give the import --hash-key" in without.rejects[0]["reason"]
    assert again.status == 0
    assert comparing.is_password(PASSWORD, EndUser.objects.get().password, hash_keys.finder(other.id))


@pytest.mark.parametrize(
    ("text", "key", "rest"),
    [
        (HASH_CONFIG, b64decode(SIGNER_KEY), (8, 14, b"\x07")),
        (json.dumps({"base64_signer_key": "YWJj", "rounds": 8, "mem_cost": 14}), b"abc", (8, 14, b"")),
        ("signer_key = YWJj\nsalt_separator = Bw==\nrounds = 8\nmemory_cost = 14", b"abc", (8, 14, b"\x07")),
        (f"{PEPPER}\n", PEPPER.encode(), (None, None, b"")),
        ("base64:YWJj", b"abc", (None, None, b"")),
        ("a: text: with colons", b"a: text: with colons", (None, None, b"")),
        ("pepper: with: colons", b"with: colons", (None, None, b"")),
    ],
)
def test_parameters_are_read_as_people_have_them(text, key, rest):
    found = hash_parameters.read(text)

    parameters = found.parameters
    assert (found.key, (parameters.rounds, parameters.memory_cost, parameters.separator)) == (key, rest)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the key must have 1 to 1024 bytes"),
        ("rounds: 8", "the key must have"),
        ("key: abc\nsalt: xyz", "salt is not known; the members are"),
        ("signer_key: abc!", "must be base64"),
        ("key: abc\nrounds: many", "rounds must be a whole number"),
        ("k" * 2000, "the key must have 1 to 1024 bytes"),
    ],
)
def test_parameters_that_cannot_be_read_are_refused_without_being_repeated(text, reason):
    with pytest.raises(InvalidParameters, match=reason) as refusal:
        hash_parameters.read(text)

    assert "xyz" not in str(refusal.value)
    assert "abc" not in str(refusal.value)


def test_a_back_end_cannot_bring_a_hash_that_needs_a_key():
    with pytest.raises(InvalidHash, match="needs its key"):
        imported.read(HMAC_USER["password_hash"], hash_fn="hmac-sha256")

    assert not {"firebase", "devise", "hmac-sha256"} & {*imported.SELF_CONTAINED}


def test_what_such_a_comparison_costs_is_known():
    """Decision 0015."""
    user = VECTORS["firebase, the README of firebase/scrypt"][0]
    parameters = KeyParameters("default", 8, 14, b"\x07")

    line = imported.read(user["password_hash"], hash_fn="firebase", salt=SALT, key=parameters)

    assert 20 < imported.milliseconds(schemes.parse(line)) < 200
