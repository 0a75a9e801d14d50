"""Files of other vendors: how they are known, what is taken of them, and that a batch survives whatever is in them."""

import base64
import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.importing import batches, formats, rows
from accounts.importing.entries import Rejected
from accounts.importing.files import Layout, Record
from accounts.importing.members import Members
from accounts.importing.rules import Rules
from accounts.models import EndUser
from accounts.passwords import comparing
from tenants import clock
from tests.factories import configuration_of, make_application, make_tenant
from tests.importing import hashes
from tests.importing.files import HASH, Import, write
from tests.importing.hashes import PASSWORD

pytestmark = pytest.mark.django_db


def test_users_of_plusauth(tmp_path):
    tenant = make_tenant()
    record = {
        "id": "0190a5c0-0000-7000-8000-00000000abcd",
        "username": "Mei",
        "email": "mei@example.com",
        "email_verified": True,
        "blocked": True,
        "login_attempts": 3,
        "profile": {"given_name": "Mei", "gender": 1},
        "metadata": {"plan": "gold"},
        "identities": [],
        "role_groups": [],
        "created_at": "2024-01-02T03:04:05.678Z",
        "credentials": [
            {"id": "2", "type": "password", "connection": "p", "details": {"hash": HASH, "hash_fn": "bcrypt"}},
        ],
    }
    ran = Import(write(tmp_path / "users.jsonl", [record]), tenant)

    assert ran.status == 0, ran.rejects
    found = EndUser.objects.get()
    assert (found.sub, found.status, found.login_attempts) == ("0190a5c000007000800000000000abcd", "LOCK", 3)
    assert found.attributes == {"given_name": "Mei", "gender": 1}
    assert comparing.is_password(PASSWORD, found.password)


def auth0(**fields: Any) -> dict[str, Any]:
    return {
        "user_id": "auth0|0190a5c0-0000-7000-8000-00000000abcd",
        "email": "Mei@Example.com",
        "email_verified": True,
    } | fields


def test_users_of_auth0(tmp_path):
    record = auth0(
        given_name="Mei",
        nickname="m",
        name="Mei Li",
        picture="https://example.com/mei.png",
        phone_number="+14155552671",
        phone_verified=True,
        blocked=True,
        user_metadata={"plan": "gold"},
        password_hash=HASH,
    )
    ran = Import(write(tmp_path / "users.json", [record]), make_tenant())

    assert ran.status == 0, ran.rejects
    found = EndUser.objects.get()
    assert (found.email, found.phone_number_verified, found.status) == ("mei@example.com", True, "LOCK")
    assert found.metadata == {"plan": "gold"}
    assert found.attributes == {
        "given_name": "Mei",
        "nickname": "m",
        "name": "Mei Li",
        "picture": "https://example.com/mei.png",
    }
    assert comparing.is_password(PASSWORD, found.password)


SALT = "pepper"
PHC = f"$pbkdf2-sha512$i=1000,l=64${hashes.bare(hashes.SALT)}${hashes.bare(hashes.pbkdf2('sha512'))}"
CUSTOM = [
    {"algorithm": "bcrypt", "hash": {"value": HASH}},
    {"algorithm": "argon2", "hash": {"value": hashes.argon2(), "encoding": "utf8"}},
    {"algorithm": "pbkdf2", "hash": {"value": PHC, "encoding": "utf8"}},
    {"algorithm": "md5", "hash": {"value": hashes.digest("md5").hexdigest(), "encoding": "hex"}},
    {
        "algorithm": "sha1",
        "hash": {"value": hashes.digest("sha1", SALT.encode() + PASSWORD.encode()).hexdigest(), "encoding": "hex"},
        "salt": {"value": SALT},
    },
    {
        "algorithm": "md5",
        "hash": {
            "value": hashes.b64(hashes.digest("md5", PASSWORD.encode() + hashes.SALT).digest()),
            "encoding": "base64",
        },
        "salt": {"value": base64.b64encode(hashes.SALT).decode(), "encoding": "base64", "position": "suffix"},
    },
]


@pytest.mark.parametrize("custom", CUSTOM)
def test_custom_hashes_of_auth0(tmp_path, custom):
    ran = Import(write(tmp_path / "users.jsonl", [auth0(custom_password_hash=custom)]), make_tenant())

    assert ran.status == 0, ran.rejects
    assert comparing.is_password(PASSWORD, EndUser.objects.get().password)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"custom_password_hash": {"algorithm": "md4", "hash": {"value": "x"}}}, "the algorithm must be one of"),
        ({"custom_password_hash": CUSTOM[0], "password_hash": HASH}, "are both given"),
        ({"custom_password_hash": CUSTOM[3] | {"password": {"encoding": "ucs2"}}}, "another encoding than utf8"),
        ({"custom_password_hash": CUSTOM[4] | {"salt": {"value": "a", "encoding": "x"}}}, "the encoding of a salt"),
        ({"user_metadata": ["a"]}, "user_metadata must be an object"),
        ({"mfa_factors": [{"totp": {"secret": "A"}}]}, "mfa_factors.totp.secret"),
    ],
)
def test_what_auth0_has_and_we_have_not_is_told(tmp_path, fields, reason):
    ran = Import(write(tmp_path / "users.jsonl", [auth0(**fields)]), make_tenant())

    assert reason in ran.reasons[1]


@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
def test_users_of_tencent(tmp_path, suffix):
    md5 = hashes.digest("md5", b"na" + PASSWORD.encode()).hexdigest()
    record = {
        "UserName": "Mei_Li",
        "PhoneNumber": "13612345678",
        "phone_number_verified": "true" if suffix == ".csv" else True,
        "NickName": "M",
        "password_hash": md5,
        "hash_fn": "md5",
        "salt": "na",
        "salt_position": "prefix",
    }
    ran = Import(write(tmp_path / f"users{suffix}", [record]), make_tenant())

    assert ran.status == 0, ran.rejects
    found = EndUser.objects.get()
    assert (found.username, found.phone_number, found.phone_number_verified) == ("mei_li", "+8613612345678", True)
    assert found.attributes == {"nickname": "M"}
    assert found.password.startswith("$wrapped$md5$prefix$")
    assert comparing.is_password(PASSWORD, found.password)


@pytest.mark.parametrize(
    ("record", "name"),
    [
        ({"username": "a"}, "ciam"),
        ({"sub": "a", "password_hash": "x"}, "ciam"),
        ({"id": "a", "credentials": []}, "plusauth"),
        ({"user_id": "auth0|1"}, "auth0"),
        ({"email": "a", "custom_password_hash": {}}, "auth0"),
        ({"PhoneNumber": "1"}, "tencent"),
    ],
)
def test_a_format_is_known_by_its_first_record(record, name):
    assert formats.detect(record) == name


def test_the_option_decides_over_the_looks(tmp_path):
    """As PlusAuth's user, a bcrypt hash without `hash_fn` is nothing; as ours it is refused for that."""
    path = write(tmp_path / "users.jsonl", [auth0(password_hash=HASH)])

    assert "not read, though" in Import(path, make_tenant(), "--format", "plusauth").reasons[1]
    assert "hash_fn must say" in Import(path, make_tenant(), "--format", "ciam").reasons[1]


NAMES = st.sampled_from(
    [
        *("username", "email", "phone_number", "password", "password_hash", "hash_fn", "salt", "salt_position", "sub"),
        *("status", "groups", "attributes", "profile", "metadata", "identities", "created_at", "updated_at", "id"),
        *("password_history", "anonymous_device_hash", "test_password", "blocked", "login_attempts", "credentials"),
        *("custom_password_hash", "user_id", "user_metadata", "name", "picture", "gender", "nickname", "UserName"),
        *("type", "details", "hash", "algorithm", "value", "connection", "provider", "addresses", "set_at"),
        *(
            "secretData",
            "credentialData",
            "federatedIdentities",
            "userId",
            "enabled",
            "requiredActions",
            "totp",
            "profile",
        ),
        *("encrypted_password", "raw_user_meta_data", "banned_until", "identity_data", "factors", "email_confirmed_at"),
        *("localId", "passwordHash", "customAttributes", "providerUserInfo", "rawId", "createdAt", "disabled"),
        *("Username", "Attributes", "Name", "Value", "UserStatus", "Enabled", "login", "mobilePhone", "workFactor"),
        *("primaryEmail", "primary_phone", "passwordEncrypted", "passwordEncryptionMethod", "customData", "avatar"),
        *("primary_email_address", "email_addresses", "primary_email_address_id", "verification", "password_digest"),
        *("password_hasher", "external_accounts", "user_login", "user_email", "user_pass", "user_registered", "locale"),
    ]
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from(
        [HASH, "bcrypt", "md5", "ab" * 16, "stored", "prefix", "\ud800", "\x00", "$argon2id$v=19$", "2024-01-01"]
    ),
    st.sampled_from(
        [
            "password",
            "Legacy",
            '["sha256", ["a", "@"], "b"]',
            '["pbkdf2", ["a", "1", "2", "b", "@"], "c"]',
            "{}",
            "[]",
            "t",
        ]
    ),
    st.sampled_from(
        ['{"algorithm": "argon2"}', '{"algorithm": "pbkdf2", "hashIterations": 1}', "BCRYPT", "scrypt", "hmac"]
    ),
)
DOCUMENTS = st.dictionaries(
    NAMES,
    st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4)),
    max_size=8,
)


@pytest.fixture
def jobs():
    """Each format's, in the tenant of an application."""
    configuration = configuration_of(make_application())
    now = clock.now()
    return {
        name: batches.Job(name, Layout("json"), Rules(configuration.tenant, configuration.attributes, now, is_dry=True))
        for name in formats.READERS
    }


@given(document=DOCUMENTS)
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_record_is_it_is_a_row_or_a_reject(jobs, document):
    """S-117: one bad row never stops a run."""
    for job in jobs.values():
        try:
            row = rows.read(formats.READERS[job.format](Members(copy.deepcopy(document))), job.rules, 1)
        except Rejected:
            continue
        assert row.user.count("\t") == len(rows.USER_COLUMNS) - 1


@given(content=st.binary(max_size=60))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_line_is_it_is_a_row_or_a_reject(jobs, content):
    for shape, header in (("jsonl", ()), ("csv", ("username", "metadata.a", "metadata"))):
        job = batches.Job("ciam", Layout(shape, header), jobs["ciam"].rules)
        batch = batches.read(job, [Record(1, content, len(content))])
        assert len(batch.rows) + len(batch.rejects) == 1
