"""A password hash that says itself what it is, as our own `hash_fn` calls it."""

from accounts.importing.entries import Hash, Rejected
from accounts.passwords import looks

FUNCTIONS = {
    "bcrypt": "bcrypt",
    "bcrypt_sha256": "bcrypt-sha256",
    "argon2": "argon2",
    "pbkdf2": "pbkdf2",
    "scrypt": "scrypt",
    "WordPress's bcrypt": "wordpress",
    "phpass": "phpass",
    "a crypt(3) hash": "crypt",
    "an LDAP hash": "ldap",
    "Werkzeug's pbkdf2": "werkzeug",
    "Werkzeug's scrypt": "werkzeug",
}


def identified(text: str, name: str) -> Hash | None:
    """Return the hash, None without a text; raises Rejected for one that does not say what it is."""
    if not text:
        return None
    look = looks.looks_like(text)
    if look not in FUNCTIONS:
        raise Rejected(f"{name} reads as {look or 'no hash that is known here'}, which does not say how it is made")
    return Hash(text, FUNCTIONS[look])
