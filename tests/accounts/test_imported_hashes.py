"""Password hashes of other systems: what is taken, what is refused and how it is said (S-43 to S-47, S-50, S-51)."""

import unicodedata

import bcrypt
import pytest

from accounts.passwords import comparing, hashing, imported, looks, schemes
from accounts.passwords.imported import InvalidHash
from accounts.passwords.spellings import bcrypts
from tests.importing import hashes
from tests.importing.hashes import PASSWORD, argon2, b64, bare, bcrypted

REALISTIC = hashes.realistic()
BODY = "a" * 21 + "u" + "a" * 30 + "a"
TAG32 = bare(b"t" * 32)
SALT16 = bare(b"s" * 16)


@pytest.mark.parametrize("name", REALISTIC)
def test_a_realistic_hash_is_taken_and_knows_its_password(name):
    """S-45."""
    stored = imported.read(**REALISTIC[name])

    assert comparing.is_password(PASSWORD, stored)
    assert not comparing.is_password(PASSWORD + "x", stored)
    assert len(stored) <= 255


def argon(kind="id", v="v=19$", m=1024, t=2, p=1, salt=SALT16, tag=TAG32):
    return f"$argon2{kind}${v}m={m},t={t},p={p}${salt}${tag}"


def phc(digest="sha256", rounds="1000", salt=SALT16, tag=TAG32):
    return f"$pbkdf2-{digest}$i={rounds}${salt}${tag}"


def weak(password, name, **rest):
    return {"password": password, "hash_fn": name, **rest}


EXTREME = [
    # bcrypt
    *(weak(f"$2b${cost}${BODY}", "bcrypt") for cost in ("00", "03", "15", "31", "99")),
    weak(f"$2x$10${BODY}", "bcrypt"),
    weak(f"$2$10${BODY}", "bcrypt"),
    weak(f"$2b$10${BODY[:-1]}", "bcrypt"),
    weak(f"$2b$10${BODY}a", "bcrypt"),
    weak(f"$2b$10${BODY[:-1]}é", "bcrypt"),
    weak(f"$2b$10${BODY[:-1]}+", "bcrypt"),
    weak(f"$2b$1٠${BODY}", "bcrypt"),
    weak(f"$2b$10${BODY}\n", "bcrypt"),
    weak(f"$2b$10${BODY}", "bcrypt", salt="b" * 22),
    weak("$2b$10$" + "a" * 1_000_000, "bcrypt"),
    # argon2
    weak(argon(m=262_145), "argon2"),
    weak(argon(m=4_294_967_295), "argon2"),
    weak(argon(m="9" * 5000), "argon2"),
    weak(argon(m=7), "argon2"),
    weak(argon(m=0), "argon2"),
    weak(argon(m=127, p=16), "argon2"),
    weak(argon(t=11), "argon2"),
    weak(argon(t=0), "argon2"),
    weak(argon(p=17), "argon2"),
    weak(argon(p=0), "argon2"),
    weak(argon(m=262_144, t=5), "argon2"),
    weak(argon(m="0001024"), "argon2"),
    weak(argon(m=-1024), "argon2"),
    weak(argon(v=""), "argon2"),
    weak(argon(v="v=16$"), "argon2"),
    weak(argon(kind="x"), "argon2"),
    weak(argon(salt=bare(b"s" * 7)), "argon2"),
    weak(argon(salt=bare(b"s" * 65)), "argon2"),
    weak(argon(tag=bare(b"t" * 15)), "argon2"),
    weak(argon(tag=bare(b"t" * 65)), "argon2"),
    weak(argon(salt="A"), "argon2"),
    weak(argon(salt="not-base64!"), "argon2"),
    weak(argon(tag=""), "argon2"),
    weak(argon() + "$more", "argon2"),
    weak(argon(), "argon2", salt="another"),
    # pbkdf2
    weak(phc(rounds="0"), "pbkdf2"),
    weak(phc(rounds="2000001"), "pbkdf2"),
    weak(phc(rounds="9" * 5000), "pbkdf2"),
    weak(phc(rounds="1e9"), "pbkdf2"),
    weak(phc("sha512", "1000001"), "pbkdf2"),
    weak(phc("sha1", "2600001"), "pbkdf2"),
    weak(phc("sha1", "2600000", tag=bare(b"t" * 40)), "pbkdf2"),  # two blocks are twice the rounds
    weak(phc("md5"), "pbkdf2"),
    weak(phc("sha224"), "pbkdf2"),
    weak(phc(salt=bare(b"s" * 7)), "pbkdf2"),
    weak(phc(salt=bare(b"s" * 65)), "pbkdf2"),
    weak(phc(tag=bare(b"t" * 15)), "pbkdf2"),
    weak(phc(tag=bare(b"t" * 65)), "pbkdf2"),
    weak(phc(tag="A"), "pbkdf2"),
    weak(phc().replace("i=1000", "i=1000,l=31"), "pbkdf2"),
    weak(phc(), "pbkdf2", salt="another salt"),
    weak("pbkdf2_sha256$1000$$" + TAG32, "pbkdf2"),
    weak("pbkdf2_sha256$1000$short$" + TAG32, "pbkdf2"),
    weak("pbkdf2_sha256$9999999$aDjangoSalt12$" + TAG32, "pbkdf2"),
    weak("pbkdf2_sha256$1000$\ud800aDjangoSalt12$" + TAG32, "pbkdf2"),
    weak("ab" * 32, "pbkdf2", salt="a text as salt"),  # no rounds
    weak("ab" * 32, "pbkdf2", rounds=1000),  # no salt
    weak("ab" * 32, "pbkdf2", salt="a text as salt", rounds=10**9),
    weak("ab" * 32, "pbkdf2", salt="a text as salt", rounds=1000, digest="md5"),
    weak("ab" * 32, "pbkdf2", salt="hex:zz", rounds=1000),
    weak("ab" * 32, "pbkdf2", salt="s" * 300, rounds=1000),
    weak("Quiet-Harbour-1", "pbkdf2", salt="a text as salt", rounds=1000),
    # weak digests
    weak("ab" * 15, "md5"),
    weak("ab" * 20, "md5"),
    weak("ab" * 16, "sha1"),
    weak("zz" * 16, "md5"),
    weak("ab" * 16, "md5", salt="where does it go"),
    weak("ab" * 16, "md5", salt="s" * 65, salt_position="prefix"),
    weak("ab" * 16, "md5", salt_position="middle"),
    # what is no hash, or one of a kind that is not known
    weak("", "bcrypt"),
    weak("hunter2 in the clear", "bcrypt"),
    weak("hunter2 in the clear", "md5"),
    weak(f"$2b$10${BODY}", "argon2"),
    weak(argon(), "bcrypt"),
    weak(phc(), "argon2"),
    weak("ab" * 16, "bcrypt"),
    weak("$6$salt$" + "a" * 86, "bcrypt"),
    weak("$P$B" + "a" * 30, "bcrypt"),
    weak("{SSHA}" + "a" * 32, "sha1"),
    weak("scrypt:32768:8:1$salt$" + "ab" * 64, "pbkdf2"),
    weak(f"bcrypt_sha256$$2b$10${BODY}", "bcrypt"),
    weak(f"$wrapped$md5$suffix${argon()}", "argon2"),
    weak("ab" * 16, "plain"),
]


@pytest.mark.parametrize("given", EXTREME, ids=[str(number) for number in range(len(EXTREME))])
def test_an_extreme_hash_is_refused_and_nothing_is_computed(given, hashing_calls):
    """S-45, S-46."""
    with pytest.raises(InvalidHash) as refusal:
        imported.read(**given)

    assert hashing_calls == []
    secret = given["password"].rpartition("$")[2]
    assert len(secret) < 8 or secret not in refusal.value.reason


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (weak(f"$2b$31${BODY}", "bcrypt"), "reads as bcrypt, but its cost is 31: 4 to 14 are taken"),
        (weak(f"$2x$10${BODY}", "bcrypt"), "reads as bcrypt, but of its variant 2x: 2a, 2b and 2y are known"),
        (weak(argon(), "bcrypt"), "reads as argon2, not as bcrypt"),
        (weak("$6$salt$" + "a" * 86, "bcrypt"), "reads as a crypt(3) hash, not as bcrypt"),
        (weak(argon(v="v=16$"), "argon2"), "reads as argon2, but of a version other than 19 (1.3)"),
        (weak(argon(t=11), "argon2"), "reads as argon2, but its number of passes is 11: 1 to 10 are taken"),
        (
            weak(phc(rounds="2000001"), "pbkdf2"),
            "reads as pbkdf2-sha256, but its number of rounds is 2000001: 1 to 2000000 are taken",
        ),
        (
            weak("ab" * 32, "pbkdf2", salt="a text as salt"),
            "is a bare pbkdf2 hash, which needs the tenant's setting pbkdf2_rounds",
        ),
    ],
)
def test_a_refusal_says_what_was_read_and_what_is_wrong(given, reason):
    with pytest.raises(InvalidHash) as refusal:
        imported.read(**given)

    assert refusal.value.reason == reason


@pytest.mark.usefixtures("full_hash_costs")
@pytest.mark.parametrize("given", [weak("ab" * 16, "md5"), weak("ab" * 20, "sha1")])
def test_a_weak_digest_is_stored_within_argon2_alone(given):
    """S-47."""
    stored = imported.read(**given)

    assert stored.startswith(f"$wrapped${given['hash_fn']}$suffix$$argon2id$v=19$m=19456,t=2,p=1$")
    assert given["password"] not in stored
    assert b64(bytes.fromhex(given["password"])).rstrip("=") not in stored
    assert not comparing.is_password(given["password"], stored)  # nobody passes with the digest itself


def test_parsing_computes_nothing(hashing_calls):
    imported.parse("ab" * 16, "md5", imported.Source())

    assert hashing_calls == []


@pytest.mark.parametrize(
    "name", ["md5 of salt and password", "sha1 of password and salt", "bcrypt of salt and password"]
)
def test_the_salt_counts_where_it_stands(name):
    given = REALISTIC[name]
    other = {"prefix": "suffix", "suffix": "prefix"}[given["salt_position"]]

    assert not comparing.is_password(PASSWORD, imported.read(**given | {"salt_position": other}))
    assert not comparing.is_password(PASSWORD, imported.read(**given | {"salt": "another"}))


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_an_imported_hash_is_of_the_very_bytes(form):
    """S-43."""
    password = unicodedata.normalize(form, "café au lait")
    stored = imported.read(bcrypted(password=password.encode()), hash_fn="bcrypt")

    assert comparing.is_password(password, stored)


@pytest.mark.parametrize("length", [72, 73, 288])
@pytest.mark.parametrize("letter", ["a", "é"])
def test_a_password_beyond_what_bcrypt_holds_is_a_wrong_one(length, letter):
    """S-50: an old system that cut it would have let it in."""
    size = len(letter.encode())
    stored = imported.read(bcrypted(password=(letter * (72 // size)).encode()), hash_fn="bcrypt")

    assert comparing.is_password(letter * (length // size), stored) is (length // size * size == 72)


@pytest.mark.parametrize("name", ["argon2id", "argon2d", "argon2i", "pbkdf2-sha256, PHC", "md5", "bcrypt 2b"])
@pytest.mark.parametrize("password", ["", "\0", "x" * 100_000, "\ud800"])
def test_odd_passwords_are_wrong_ones(name, password):
    """S-50, S-51."""
    assert not comparing.is_password(password, imported.read(**REALISTIC[name]))


POISONED = [
    "",
    "plain",
    "$argon2id$v=19$m=9999999,t=2,p=1$AAAA$AAAA",
    argon(m=262_144, t=10),
    argon(kind="d", salt="!!!!"),
    f"$2b$31${BODY}",
    "$2b$10$short",
    phc(rounds="999999999"),
    phc(tag="A"),
    f"$wrapped$md5$suffix${f'$2b$10${BODY}'}",
    f"$wrapped$md4$suffix${argon()}",
    f"$wrapped$md5$suffix$A{argon()}",
    f"$wrapped$md5$suffix$$wrapped$md5$suffix${argon()}",
    "$wrapped" * 30,
]


@pytest.mark.parametrize("stored", POISONED)
def test_a_poisoned_row_is_nobodys_password_and_costs_nothing(stored, hashing_calls):
    """S-45, S-46: bounded again where it is compared."""
    assert not comparing.is_password(PASSWORD, stored)
    assert hashing_calls == []


def test_a_line_that_the_bcrypt_library_alone_refuses_is_nobodys_password():
    """S-46."""
    assert not comparing.is_password(PASSWORD, f"$2b$10${BODY[:21]}b{BODY[22:]}")


def test_spare_bits_of_old_bcrypt_programs_are_dropped():
    """The library refuses them; the password is the same."""
    line = bcrypted()
    alphabet = bcrypts.ALPHABET
    with_spare_bits = f"{line[:28]}{alphabet[alphabet.index(line[28]) + 1]}{line[29:]}"
    with pytest.raises(ValueError, match="Invalid salt"):
        bcrypt.checkpw(PASSWORD.encode(), with_spare_bits.encode())

    assert comparing.is_password(PASSWORD, imported.read(with_spare_bits, hash_fn="bcrypt"))


@pytest.mark.parametrize(
    ("given", "is_weak"),
    [
        (weak(phc(), "pbkdf2"), True),
        (weak(phc(rounds="600000"), "pbkdf2"), False),
        (weak(bcrypted(), "bcrypt"), True),
        (weak(argon(m=19456), "argon2"), False),
        (weak(argon(), "argon2"), True),
        (weak("ab" * 16, "md5"), True),
    ],
)
def test_weak_ones_are_known_as_such(given, is_weak):
    """S-47."""
    found = imported.parse(given["password"], given["hash_fn"], imported.Source())

    assert imported.is_weak(found) is is_weak
    assert schemes.parse(imported.line_of(found)).is_weak is is_weak


@pytest.mark.parametrize("line", [argon(m=19456, p=16), argon(m=19456, salt=bare(b"s" * 8))])
def test_what_only_begins_as_ours_is_made_anew(line):
    """S-44."""
    assert not comparing.is_as_of_now(imported.read(line, hash_fn="argon2"), "argon2")


@pytest.mark.parametrize("algorithm", hashing.ALGORITHMS)
def test_ours_are_as_of_now(algorithm):
    """S-44."""
    assert comparing.is_as_of_now(hashing.hash_password(PASSWORD, algorithm=algorithm), algorithm)


@pytest.mark.parametrize("name", REALISTIC)
def test_every_line_reads_as_itself(name):
    stored = imported.read(**REALISTIC[name])

    assert schemes.parse(stored).line == stored


@pytest.mark.parametrize(
    ("text", "name"),
    [(argon2(kib=64), "argon2"), (bcrypted(), "bcrypt"), ("ab" * 16, "md5"), ("Quiet-Harbour-1", ""), ("é" * 999, "")],
    ids=["argon2", "bcrypt", "md5", "a password", "no ASCII"],
)
def test_a_hash_is_known_from_afar(text, name):
    assert looks.looks_like(text) == name
