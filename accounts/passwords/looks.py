"""What a text looks like from afar: a password hash of a known kind, or of one that is not known here."""

import re

LONGEST = 512  # characters of a hash in any spelling

# In the order in which it is asked.
LOOKS = (
    ("bcrypt_sha256", re.compile(r"bcrypt_sha256\$|\$bcrypt-sha256\$")),
    ("WordPress's bcrypt", re.compile(r"\$wp\$2")),
    ("bcrypt", re.compile(r"(bcrypt\$)?\$2[a-z]?\$")),
    ("argon2", re.compile(r"(argon2)?\$argon2")),
    ("Werkzeug's pbkdf2", re.compile(r"pbkdf2:")),
    ("pbkdf2", re.compile(r"\$pbkdf2|pbkdf2_")),
    ("Firebase's scrypt", re.compile(r"\$(fb|firebase-)scrypt\$")),
    ("Werkzeug's scrypt", re.compile(r"scrypt:")),
    ("scrypt", re.compile(r"\$scrypt\$|\$7\$|scrypt\$|SCRYPT:|\$s0\$")),
    ("a crypt(3) hash", re.compile(r"\$(1|5|6|y|gy|apr1|md5|sha1)[$,]")),
    ("phpass", re.compile(r"\$[PH]\$")),
    ("Drupal's hash", re.compile(r"\$S\$")),
    ("Drupal's hash of an MD5", re.compile(r"U\$S\$")),
    ("an LDAP hash", re.compile(r"\{[A-Za-z0-9-]{3,20}\}")),
    ("a salted digest", re.compile(r"(md5|sha1|sha256|sha512)\$[^$]{0,64}\$[0-9a-f]{32,128}\Z")),
    ("ASP.NET Identity's hash", re.compile(r"(A[A-Za-z0-9+/]{65}==|AQAAAA[A-Za-z0-9+/]{34,}={0,2})\Z")),
    ("md5", re.compile(r"[0-9A-Fa-f]{32}\Z|[A-Za-z0-9+/]{22}==\Z")),
    ("sha1", re.compile(r"[0-9A-Fa-f]{40}\Z|[A-Za-z0-9+/]{27}=\Z")),
    ("sha256", re.compile(r"[0-9A-Fa-f]{64}\Z|[A-Za-z0-9+/]{43}=\Z")),
    ("sha512", re.compile(r"[0-9A-Fa-f]{128}\Z|[A-Za-z0-9+/]{86}==\Z")),
)


def looks_like(text: str) -> str:
    """The name of what a text seems to be: a hash of a known kind or of an unknown one, or "" for anything else."""
    if len(text) > LONGEST:
        return ""
    return next((name for name, pattern in LOOKS if pattern.match(text)), "")
