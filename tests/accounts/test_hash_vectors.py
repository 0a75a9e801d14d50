"""Hashes of other systems are compared as those systems do (S-44 to S-47)."""

import bcrypt
import pytest

from accounts.passwords import comparing, imported, schemes
from accounts.passwords.imported import InvalidHash
from tests.importing.vectors import VECTORS

pytestmark = pytest.mark.embedded
IDS = [f"{number} {one.hash_fn} by {one.made_by}" for number, one in enumerate(VECTORS)]


@pytest.mark.parametrize("vector", VECTORS, ids=IDS)
def test_the_hash_of_the_original_program_knows_its_password(vector):
    stored = imported.read(vector.text, hash_fn=vector.hash_fn)

    assert comparing.is_password(vector.password, stored)
    assert not comparing.is_password(vector.password + "x", stored)
    assert not comparing.is_password(vector.password[:-1], stored)
    assert schemes.parse(stored).line == stored
    assert len(stored) <= 255


PHC = "$scrypt$ln={},r={},p={}$c2FsdHNhbHRzYWx0$" + "aGFz" * 8
SHA512 = "$6${}saltsalt$" + "a" * 86
TAG64 = "ab" * 64
ASPNET = "AQAAAA{}AAAAEAABAgMEBQYHCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7cbxw2EFpwpVFIEtP+JIuUEw=="

REFUSED = (
    # scrypt: memory, time, forms
    ("scrypt", PHC.format(19, 8, 1), "reads as scrypt, but its memory in KiB is 524288: 0 to 262144 are taken"),
    ("scrypt", PHC.format(18, 8, 3), "reads as scrypt, but its N times r times p is 6291456: 0 to 4194304 are taken"),
    ("scrypt", PHC.format(63, 8, 1), "reads as scrypt, but its logarithm of N is 63: 1 to 21 are taken"),
    ("scrypt", PHC.format(9_999_999_999, 8, 1), "logarithm of N"),
    ("scrypt", PHC.format(10, 0, 1), "block size r is 0"),
    ("scrypt", PHC.format(10, 8, 4_000_000_000), "parallelization p"),
    ("scrypt", "SCRYPT:1000:8:1:c2FsdHNhbHRz:" + "aGFz" * 8, "its N is 1000, which is no power of two"),
    ("scrypt", "SCRYPT:9999999999:8:1:c2FsdHNhbHRz:" + "aGFz" * 8, "N"),
    (
        "scrypt",
        "$7$C6..../....SodiumChloride$kBGj9fHznVYFQMEn/qDCfrDevf9YDtcDdKvEqHJLV8D",
        "reads as scrypt, but not as",
    ),
    ("scrypt", "$scrypt$ln=10,r=8,p=1$c2FsdHNhbHRzYWx0$", "reads as scrypt, but not as"),
    ("werkzeug", f"scrypt:2097152:8:1$saltsalt${TAG64}", "memory in KiB is 2097152"),
    ("werkzeug", f"scrypt:32768:8:1$saltsalt${TAG64[:-1]}", "reads as Werkzeug's scrypt, but not as"),
    ("werkzeug", "pbkdf2:sha256$saltsalt$" + "ab" * 32, "does not say its number of rounds"),
    ("werkzeug", "pbkdf2:sha256:9999999$saltsalt$" + "ab" * 32, "its number of rounds is 9999999"),
    ("werkzeug", "plain$$secret", "does not read as Werkzeug's hash"),
    ("pbkdf2", "AQAAAAEAACcQ" + "A" * 60, "reads as ASP.NET Identity's hash, not as pbkdf2"),
    ("bcrypt", "pbkdf2:sha256:1000$saltsalt$" + "ab" * 32, "reads as Werkzeug's pbkdf2, not as bcrypt"),
    ("md5", f"scrypt:32768:8:1$saltsalt${TAG64}", "reads as Werkzeug's scrypt, not as md5"),
    # ASP.NET Identity
    ("aspnet", ASPNET.format("EAf///"), "its number of rounds is 8388607"),
    ("aspnet", ASPNET.format("kAACcQ"), "of the unknown digest 9"),
    ("aspnet", "ab" * 32, "reads as sha256, not as aspnet"),
    ("aspnet", "AQAAAAEAACcQAAAAEAABAgM=", "does not read as ASP.NET Identity's hash"),
    # crypt(3)
    ("crypt", SHA512.format("rounds=1000001$"), "its number of rounds is 1000001: 1000 to 1000000 are taken"),
    ("crypt", SHA512.format("rounds=999$"), "its number of rounds is 999"),
    ("crypt", SHA512.format("")[:-1], "reads as SHA-crypt, but not as"),
    ("crypt", "$y$j9T$saltsalt$" + "a" * 43, "reads as a crypt(3) hash, but not as"),
    ("crypt", "$1$longersalt$" + "a" * 22, "reads as a crypt(3) hash, but not as"),
    # phpass
    ("phpass", "$P$zsaltsalt" + "a" * 22, "its logarithm of rounds is 63: 7 to 17 are taken"),
    ("phpass", "$P$Bsaltsalt" + "a" * 21, "reads as phpass, but not as"),
    ("phpass", "$S$Dsaltsalt" + "a" * 42, "reads as drupal, but not as $S$, a letter for the rounds"),
    ("phpass", "U$S$Dsaltsalt" + "a" * 43, "reads as Drupal's hash of an MD5, not as phpass"),
    ("bcrypt", "$S$Dsaltsalt" + "a" * 43, "reads as Drupal's hash, not as bcrypt"),
    # Django
    ("django", "!" + "a" * 40, "is Django's mark of a user without a password"),
    ("django", "md5$salt$" + "ab" * 20, "its hash has not the length of one"),
    ("django", "sha256$salt$" + "ab" * 32, "does not read as Django's hash"),
    ("bcrypt", "md5$salt$" + "ab" * 16, "reads as a salted digest, not as bcrypt"),
    # LDAP
    ("ldap", "{SSHA}" + "YWJj" * 6, "not with as many bytes as {SSHA} has"),
    ("ldap", "{SHA}" + "YWJj" * 8, "not with as many bytes as {SHA} has"),
    ("ldap", "{SSHA}" + "YWJj" * 60, "its salt in bytes is 160: 0 to 64 are taken"),
    ("ldap", "{CLEARTEXT}a secret", "of the scheme {CLEARTEXT}, which is not known here"),
    ("ldap", "{CRYPT}$y$j9T$saltsalt$" + "a" * 43, "reads as a crypt(3) hash, but not as"),
    # bcrypt of something else
    ("wordpress", "$wp$2y$31$" + "a" * 53, "its cost is 31: 4 to 14 are taken"),
    ("wordpress", "$wp$2y$10$" + "a" * 50, "it has 57 characters, not 60"),
    ("bcrypt-sha256", "bcrypt_sha256$$2b$31$" + "a" * 53, "its cost is 31: 4 to 14 are taken"),
    ("bcrypt-sha256", "$bcrypt-sha256$v=2,t=2b,r=31$" + "a" * 22 + "$" + "a" * 31, "its cost is 31"),
    ("bcrypt-sha256", "$bcrypt-sha256$v=1,t=2b,r=10$" + "a" * 22 + "$" + "a" * 31, "but not as"),
    ("bcrypt", "$2b$10$" + "a" * 33, "it has 40 characters, not 60"),
)


@pytest.mark.parametrize(("hash_fn", "text", "reason"), REFUSED, ids=[f"{one[0]}-{n}" for n, one in enumerate(REFUSED)])
def test_a_hostile_or_broken_hash_is_refused_with_its_reason_and_nothing_is_computed(
    hash_fn, text, reason, hashing_calls
):
    """S-45, S-46."""
    with pytest.raises(InvalidHash) as refusal:
        imported.read(text, hash_fn=hash_fn)

    assert hashing_calls == []
    assert reason in refusal.value.reason
    assert text[-16:] not in refusal.value.reason


@pytest.mark.parametrize("name", [name for name in imported.SELF_CONTAINED if name not in ("bcrypt", "pbkdf2")])
def test_a_salt_beside_a_hash_that_has_its_own_is_refused(name):
    vector = next((one for one in VECTORS if one.hash_fn == name), None)
    text = vector.text if vector else "$argon2id$v=19$m=1024,t=2,p=1$c2FsdHNhbHRzYWx0$c2FsdHNhbHRzYWx0c2FsdA"

    with pytest.raises(InvalidHash, match="no other can be given"):
        imported.read(text, hash_fn=name, salt="another")


ARGON2 = "$argon2id$v=19$m=1024,t=2,p=1$c2FsdHNhbHRzYWx0$c2FsdHNhbHRzYWx0c2FsdA"
BCRYPT = "$2b$31$" + "a" * 53


@pytest.mark.parametrize(
    "stored",
    [
        PHC.format(19, 8, 1),
        PHC.format(18, 8, 3),
        SHA512.format("rounds=1000001$"),
        f"$wrapped$phpass$30$saltsalt{ARGON2}",
        f"$wrapped$phpass$8${ARGON2}",
        f"$wrapped$phpass$x$saltsalt{ARGON2}",
        f"$wrapped$md5-crypt$2$saltsalt{ARGON2}",
        f"$wrapped$hex-sha256{BCRYPT}",
        f"$wrapped$hex-sha256{ARGON2}",
        f"$wrapped$base64-hmac-sha384$d3A{ARGON2}",
        f"$wrapped$salted-hmac-sha256${BCRYPT}",
        f"$wrapped$salted-hmac-sha256${'A' * 88}{ARGON2}",
        "$wrapped$hex-sha256",
        "$wrapped$sha512$prefix",
    ],
)
def test_a_poisoned_row_costs_nothing_and_is_nobodys_password(stored, hashing_calls):
    """S-45, S-46: bounded again where it is compared."""
    assert not comparing.is_password("password", stored)
    assert hashing_calls == []


@pytest.mark.parametrize("vector", VECTORS, ids=IDS)
@pytest.mark.parametrize("password", ["", "\0", "x" * 100_000, "\ud800"], ids=["empty", "NUL", "long", "surrogate"])
def test_odd_passwords_are_wrong_ones(vector, password):
    """S-50, S-51."""
    assert not comparing.is_password(password, imported.read(vector.text, hash_fn=vector.hash_fn))


def test_the_salt_behind_a_password_is_cut_as_bcrypt_cuts_it_and_the_password_is_not():
    """S-50: with a long salt bcrypt reads the beginning of it alone."""
    salt, password = "s" * 64, "p" * 72
    stored = {
        known: imported.read(bcrypted(4, f"{known}{salt}"), hash_fn="bcrypt", salt=salt, salt_position="suffix")
        for known in ("short", password)
    }

    assert comparing.is_password("short", stored["short"])
    assert comparing.is_password(password, stored[password])
    assert not comparing.is_password(password + "p", stored[password])


def bcrypted(cost: int, text: str) -> str:
    return bcrypt.hashpw(text.encode()[:72], bcrypt.gensalt(cost)).decode()


QUICK = [
    one for one in VECTORS if isinstance(imported.parse(one.text, one.hash_fn, imported.Source()), imported.Digest)
]


def test_quick_digests_are_wrapped_and_none_is_stored_as_it_is():
    """S-47, decision 0010."""
    kinds = {one.hash_fn for one in QUICK}

    assert kinds == {"phpass", "wordpress", "werkzeug", "django", "ldap", "crypt"}
    for one in QUICK:
        stored = imported.read(one.text, hash_fn=one.hash_fn)
        assert stored.startswith("$wrapped$")
        assert one.text[-22:] not in stored
        assert schemes.parse(stored).is_weak


def test_what_a_comparison_costs_counts_what_is_made_before_the_hash():
    """Decision 0015."""
    cheap, dear = (schemes.parse(f"$wrapped$phpass${rounds}$saltsalt{ARGON2}") for rounds in (8, 17))

    assert dear.milliseconds > cheap.milliseconds + 50
    assert schemes.parse(PHC.format(17, 8, 1)).milliseconds > 300
    assert schemes.parse(SHA512.format("rounds=656000$")).milliseconds > 300


# Made by libxcrypt 4.4.33, of 256 and of 257 times "x".
LONG = {
    256: (
        "$6$rounds=1000$saltsalt$GiimyiCxjwADkjkTcdx76FLdz/BR6SrvfWaVvHHT09oz7wu0rgiitQJ9jPG3YOSmhoPc/lI1L1pei9aSCUnIb.",
        "$1$saltsalt$z2b3YqCbNkXNVTVJEZSoW1",
    ),
    257: (
        "$6$rounds=1000$saltsalt$DJ7HKkzQqI/xOBx1R2Ft/vXIcghKXgV2OEUzPlyj2KICS7uoxWJtBKmey7BSb2/ECLU79VyudqVFwm0B3SidR/",
        "$1$saltsalt$opsOszf7ZJGCcFpmNNhoa/",
    ),
}


@pytest.mark.parametrize("length", LONG)
def test_a_scheme_that_costs_more_for_a_longer_password_takes_256_bytes(length):
    """S-50: a longer one is a wrong one, and costs no more."""
    for text in LONG[length]:
        assert comparing.is_password("x" * length, imported.read(text, hash_fn="crypt")) is (length == 256)
