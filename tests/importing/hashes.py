"""One password, hashed by independent libraries in every form that is taken."""

import base64
import hashlib
from typing import Any

import bcrypt
from argon2.low_level import Type, hash_secret
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, PBKDF2PasswordHasher, PBKDF2SHA1PasswordHasher

PASSWORD = "Quiet-Harbour-1 é"
SALT = b"\x00\xff salt \x80 of it"
Given = dict[str, Any]


def argon2(
    kind: Type = Type.ID, *, kib: int = 1024, passes: int = 2, lanes: int = 1, salt: int = 16, tag: int = 32
) -> str:
    return hash_secret(PASSWORD.encode(), b"s" * salt, passes, kib, lanes, tag, kind).decode()


def bcrypted(prefix: str = "2b", cost: int = 4, password: bytes = PASSWORD.encode()) -> str:
    line = bcrypt.hashpw(password, bcrypt.gensalt(cost)).decode()
    return f"${prefix}{line[3:]}"


def pbkdf2(digest: str, rounds: int = 1000, salt: bytes = SALT) -> bytes:
    return hashlib.pbkdf2_hmac(digest, PASSWORD.encode(), salt, rounds)


def b64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def bare(octets: bytes) -> str:
    return b64(octets).rstrip("=")


def url_safe(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode()


def passlib(octets: bytes) -> str:
    return bare(octets).replace("+", ".")


def digest(name: str, salted: bytes = PASSWORD.encode()) -> "hashlib._Hash":
    return hashlib.new(name, salted, usedforsecurity=False)


def by_django(hasher: Any) -> str:
    assert settings.configured
    return str(hasher.encode(PASSWORD, "aDjangoSalt12"))


def given(password: str, hash_fn: str, **rest: Any) -> Given:
    return {"password": password, "hash_fn": hash_fn, **rest}


def realistic() -> dict[str, Given]:
    """By name: what a back end or a file gives for PASSWORD."""
    own = bcrypted()
    return {
        "bcrypt 2b": given(own, "bcrypt"),
        "bcrypt 2a": given(bcrypted("2a"), "bcrypt"),
        "bcrypt 2y of PHP": given(bcrypted("2y"), "bcrypt"),
        "bcrypt of cost 10": given(bcrypted(cost=10), "bcrypt"),
        "bcrypt and its own salt": given(own, "bcrypt", salt=own[7:29]),
        "bcrypt and its own setting": given(own, "bcrypt", salt=own[:29]),
        "bcrypt by Django": given(f"bcrypt${own}", "bcrypt"),
        "bcrypt of salt and password": given(
            bcrypted(password=b"pepper" + PASSWORD.encode()), "bcrypt", salt="pepper", salt_position="prefix"
        ),
        "bcrypt of password and salt": given(
            bcrypted(password=PASSWORD.encode() + b"pepper"), "bcrypt", salt="pepper", salt_position="suffix"
        ),
        "argon2id": given(argon2(), "argon2"),
        "argon2id as ours": given(argon2(kib=19456), "argon2"),
        "argon2id of four lanes": given(argon2(kib=65536, passes=3, lanes=4), "argon2"),
        "argon2id of a short salt": given(argon2(salt=8, tag=16), "argon2"),
        "argon2id of a long salt": given(argon2(salt=64, tag=64), "argon2"),
        "argon2i": given(argon2(Type.I, passes=3), "argon2"),
        "argon2d": given(argon2(Type.D), "argon2"),
        "argon2d of two lanes": given(argon2(Type.D, lanes=2), "argon2"),
        "argon2id by Django": given(by_django(Argon2PasswordHasher()), "argon2"),
        "pbkdf2-sha256, PHC": given(f"$pbkdf2-sha256$i=1000${bare(SALT)}${bare(pbkdf2('sha256'))}", "pbkdf2"),
        "pbkdf2-sha512, PHC with length": given(
            f"$pbkdf2-sha512$i=1000,l=64${bare(SALT)}${bare(pbkdf2('sha512'))}", "pbkdf2"
        ),
        "pbkdf2-sha256, passlib": given(f"$pbkdf2-sha256$1000${passlib(SALT)}${passlib(pbkdf2('sha256'))}", "pbkdf2"),
        "pbkdf2-sha1, passlib": given(f"$pbkdf2$1000${passlib(SALT)}${passlib(pbkdf2('sha1'))}", "pbkdf2"),
        "pbkdf2-sha1, padded": given(f"$pbkdf2-sha1$i=1000${b64(SALT)}${b64(pbkdf2('sha1'))}", "pbkdf2"),
        "pbkdf2-sha512, URL-safe": given(
            f"$pbkdf2-sha512$i=1000${url_safe(SALT)}${url_safe(pbkdf2('sha512'))}", "pbkdf2"
        ),
        "pbkdf2_sha256 by Django": given(by_django(PBKDF2PasswordHasher()), "pbkdf2"),
        "pbkdf2_sha1 by Django": given(by_django(PBKDF2SHA1PasswordHasher()), "pbkdf2"),
        "pbkdf2, bare hex": given(
            pbkdf2("sha1", salt=b"a text as salt").hex(), "pbkdf2", salt="a text as salt", digest="sha1", rounds=1000
        ),
        "pbkdf2, bare base64": given(
            b64(pbkdf2("sha512")), "pbkdf2", salt=f"base64:{b64(SALT)}", digest="sha512", rounds=1000
        ),
        "pbkdf2, salt in hex": given(pbkdf2("sha256").hex(), "pbkdf2", salt=f"hex:{SALT.hex()}", rounds=1000),
        "md5": given(digest("md5").hexdigest(), "md5"),
        "md5 in capitals": given(digest("md5").hexdigest().upper(), "md5"),
        "md5 of salt and password": given(
            digest("md5", b"na+" + PASSWORD.encode()).hexdigest(), "md5", salt="na+", salt_position="prefix"
        ),
        "sha1": given(digest("sha1").hexdigest(), "sha1"),
        "sha1 in base64": given(b64(digest("sha1").digest()), "sha1"),
        "sha1 of password and salt": given(
            digest("sha1", PASSWORD.encode() + SALT).hexdigest(),
            "sha1",
            salt=f"base64:{b64(SALT)}",
            salt_position="suffix",
        ),
    }
