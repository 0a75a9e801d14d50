"""Firebase's scrypt: it encrypts the project's signer key under what scrypt derives from the password.

https://github.com/firebase/scrypt. Stored as `$firebase$<name of the key>$ln=14,r=8$salt and separator$hash`.
"""

import hmac
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

from accounts.passwords.schemes import scrypt
from accounts.passwords.schemes.reading import (
    KEY_NAME,
    NUMBER,
    SALT_BYTES,
    InvalidHash,
    base64,
    check_bounds,
    compiled,
    decoded,
)

AES_KEY_BYTES = 32
TAG_BYTES = range(16, 97)  # as long as the signer key, which has 64
LINE = compiled(rf"\$firebase\$({KEY_NAME})\$ln={NUMBER},r={NUMBER}\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)")


@dataclass(frozen=True, slots=True)
class Firebase:
    key_name: str
    log_n: int
    r: int
    salt: bytes  # and the separator behind it
    tag: bytes

    @property
    def line(self) -> str:
        return f"$firebase${self.key_name}$ln={self.log_n},r={self.r}${base64(self.salt)}${base64(self.tag)}"

    @property
    def summary(self) -> str:
        return f"Firebase's scrypt with N={1 << self.log_n:,}, r={self.r}"

    @property
    def milliseconds(self) -> float:
        return (self.r << self.log_n) * scrypt.MILLISECONDS

    @property
    def is_weak(self) -> bool:
        return self.r << self.log_n < scrypt.LEAST_ADVISED_STEPS

    def matches(self, password: bytes, key: bytes) -> bool:
        derived = scrypt.derive(password, self.salt, log_n=self.log_n, r=self.r, p=1, length=AES_KEY_BYTES)
        encryptor = Cipher(AES(derived), CTR(bytes(16))).encryptor()
        return hmac.compare_digest(encryptor.update(key) + encryptor.finalize(), self.tag)


def check(scheme: Firebase) -> Firebase:
    """Return the scheme; raises InvalidHash for what is out of bounds."""
    scrypt.check_costs("Firebase's scrypt", scheme.log_n, scheme.r, 1)
    check_bounds("Firebase's scrypt", "salt in bytes", len(scheme.salt), SALT_BYTES)
    check_bounds("Firebase's scrypt", "hash in bytes", len(scheme.tag), TAG_BYTES)
    return scheme


def parse(line: str) -> Firebase:
    """Read a stored line; raises InvalidHash."""
    match = LINE.fullmatch(line)
    if match is None:
        raise InvalidHash("reads as Firebase's scrypt, but not as one of ours")
    return check(Firebase(match[1], int(match[2]), int(match[3]), decoded(match[4]), decoded(match[5])))
