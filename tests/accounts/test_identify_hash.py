"""`manage.py identify_hash`: pasted hashes are named, with how to import them, and never repeated."""

import io
import logging

import pytest
from django.core.management import CommandError, call_command

from accounts.passwords import comparing, identify, imported, looks
from tests.importing.vectors import VECTORS

pytestmark = pytest.mark.embedded

BCRYPT = "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW"
ASPNET = "AQAAAAEAACcQAAAAEAABAgMEBQYHCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7cbxw2EFpwpVFIEtP+JIuUEw=="
FIREBASE = "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ=="
MD5 = "5f4dcc3b5aa765d61d8327deb882cf99"


def run(*hashes: str, pasted: str = "", monkeypatch: pytest.MonkeyPatch | None = None) -> tuple[int, str]:
    """Return the exit status and what was printed."""
    out, status = io.StringIO(), 0
    if monkeypatch:
        monkeypatch.setattr("sys.stdin", io.StringIO(pasted))
    try:
        call_command("identify_hash", *hashes, stdout=out, stderr=out)
    except SystemExit as ended:
        status = int(ended.code or 0)
    return status, out.getvalue()


TAKEN = (
    (BCRYPT, "bcrypt of cost 12. Import it with hash_fn bcrypt.", "If Devise made it with a pepper: hash_fn devise"),
    (f'"{BCRYPT}",', "bcrypt of cost 12. Import it with hash_fn bcrypt.", "A log-in takes about 299 ms."),
    (ASPNET, "ASP.NET Identity's hash v3 in base64: PBKDF2-SHA256 with 10,000 rounds", "weak"),
    ("scrypt:32768:8:1$saltsalt$" + "ab" * 64, "Werkzeug's scrypt: scrypt with N=32,768, r=8, p=1", "hash_fn scrypt"),
    ("pbkdf2:sha256:600000$saltsalt$" + "ab" * 32, "Werkzeug's pbkdf2: PBKDF2-SHA256 with 600,000", "384 ms."),
    (MD5, "a bare md5: MD5 of password", "with salt_position prefix or suffix."),
    (MD5, "Import it with hash_fn md5.", "NTLM (which is not read) look the same."),
    (FIREBASE, "a bare sha512", "In base64 it may be Firebase's: hash_fn firebase, with salt, and its hash parameters"),
    ("sha1$salt$" + "ab" * 20, "SHA1 of salt and password", "HMAC-SHA1 whose key is its salt"),
    ("$6$rounds=656000$saltsalt$" + "a" * 86, "SHA-crypt ($6$) with 656,000 rounds", "hash_fn crypt"),
    ("$S$Dsaltsalt" + "a" * 43, "Drupal's hash: phpass with 32,768 rounds of SHA512", "hash_fn phpass"),
    ("{bcrypt}" + BCRYPT, "bcrypt of cost 12", "hash_fn ldap"),
)


@pytest.mark.parametrize(("text", "sentence", "other"), TAKEN)
def test_a_hash_is_named_with_how_it_is_imported(text, sentence, other):
    status, printed = run(text)

    assert (status, sentence in printed, other in printed) == (0, True, True), printed


NOT_TAKEN = (
    (BCRYPT[:-22], "it has 38 characters, not 60", "a column or a spreadsheet has cut it"),
    (BCRYPT.replace("$12$", "$31$"), "its cost is 31: 4 to 14 are taken", ""),
    (f"{MD5}:saltsalt", "MD5 and a salt behind a colon", "Split it: hash_fn md5, with salt"),
    ("$y$j9T$saltsalt$" + "a" * 43, "reads as a crypt(3) hash, but not as $5$, $6$", ""),
    ("$fbscrypt$v=1,n=14,r=8,p=1$salt$hash", "Firebase's scrypt", "with its hash parameters in --hash-key"),
    ("U$S$Dsaltsalt" + "a" * 43, "Drupal's hash of an MD5", "of a kind that is not read"),
    ("*" + "AB" * 20, "MySQL's PASSWORD()", "need a new password"),
    ("!" + "a" * 40, "the mark of a user without a password (Django)", "Leave the hash out."),
    ("hunter2", "no password hash that is known here (7 characters)", "without hash_fn"),
    ("x" * 100_000, "no password hash that is known here (100000 characters)", ""),
)


@pytest.mark.parametrize(("text", "sentence", "other"), NOT_TAKEN)
def test_what_cannot_be_imported_says_why_and_what_to_do(text, sentence, other):
    status, printed = run(text)

    assert (status, sentence in printed, other in printed) == (1, True, True), printed


def test_pasted_lines_are_numbered_and_never_repeated(monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    pasted = [text for text, *_ in (*TAKEN, *NOT_TAKEN)]

    status, printed = run(pasted="\n\n".join(pasted), monkeypatch=monkeypatch)

    numbered = [line for line in printed.splitlines() if not line.startswith(" ")]
    assert (status, len(numbered)) == (1, len(pasted))
    assert numbered[-1].startswith(f"{len(pasted)}: ")
    assert not any(text[-12:] in printed + caplog.text for text in pasted if len(text) > 12)
    assert "hunter2" not in printed + caplog.text


def test_nothing_pasted_is_told(monkeypatch):
    with pytest.raises(CommandError, match="There is no hash"):
        run(pasted=" \n", monkeypatch=monkeypatch)


def test_nothing_is_computed(hashing_calls):
    for vector in VECTORS:
        identify.identify(vector.text)

    assert hashing_calls == []


@pytest.mark.parametrize("vector", VECTORS, ids=[f"{number} {one.made_by}" for number, one in enumerate(VECTORS)])
def test_what_it_advises_reads_the_hash_and_knows_the_password(vector):
    advised = [hash_fn for hash_fn, _ in identify.identify(vector.text).hash_fns]

    stored = [imported.read(vector.text, hash_fn=hash_fn) for hash_fn in advised]
    assert any(comparing.is_password(vector.password, one) for one in stored)


def test_every_look_is_read_or_has_its_reason():
    read = {look for function in imported.FUNCTIONS.values() for look in function.looks}

    assert {name for name, _ in looks.LOOKS} - read == {"Drupal's hash of an MD5"}
