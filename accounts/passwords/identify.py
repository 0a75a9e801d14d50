"""What a pasted hash is: its scheme and parameters, and how it can be imported. Nothing here repeats it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from accounts.passwords import imported, looks
from accounts.passwords.imported import Digest, InvalidHash, Source
from accounts.passwords.schemes import Scheme

QUOTES = "\"'`, \t\r\n"
QUICK_MILLISECONDS = 1

SPLIT = "Split it: hash_fn {name}, with salt, and salt_position suffix (Joomla) or prefix."
SALT_ELSEWHERE = "A salt in another column goes into salt, with salt_position prefix or suffix."
OTHER_DIGESTS = "A bare hash does not say what it is: {others} look the same. Try it with a test_password in a dry run."

# By look: what the text does not say, and what to give then.
HINTS = {
    "bcrypt": ("If Devise made it with a pepper: hash_fn devise, and the pepper with --hash-key.",),
    "a salted digest": ("Django and Werkzeug use the same form with different meanings.",),
    "md5": (SALT_ELSEWHERE, OTHER_DIGESTS.format(others="hmac-md5 (with --hash-key) and NTLM (which is not read)")),
    "sha1": (SALT_ELSEWHERE, OTHER_DIGESTS.format(others="hmac-sha1 (with --hash-key) and bare PBKDF2")),
    "sha256": (
        SALT_ELSEWHERE,
        OTHER_DIGESTS.format(others="hmac-sha256 (with --hash-key) and bare PBKDF2 (pbkdf2, with salt)"),
    ),
    "sha512": (
        SALT_ELSEWHERE,
        OTHER_DIGESTS.format(others="hmac-sha512 (with --hash-key) and bare PBKDF2 (pbkdf2, with salt)"),
        "In base64 it may be Firebase's: hash_fn firebase, with salt, and its hash parameters with --hash-key.",
    ),
}

# The same of a text that cannot be read as it stands.
HINTS_OF_UNREAD = {
    "bcrypt": ("If characters are missing, a column or a spreadsheet has cut it off: export it again.",),
    "Firebase's scrypt": (
        "Give passwordHash and salt of Firebase's export: hash_fn firebase, with its hash parameters in --hash-key.",
    ),
}

# Texts that are no hash that we read, and what to do with them.
OTHERS = (
    (r"[0-9A-Fa-f]{32}:.+", "MD5 and a salt behind a colon", SPLIT.format(name="md5")),
    (r"[0-9A-Fa-f]{40}:.+", "SHA-1 and a salt behind a colon", SPLIT.format(name="sha1")),
    (r"\*[0-9A-F]{40}", "MySQL's PASSWORD()", "It is not read here; its users need a new password."),
    (r"!.{0,64}", "the mark of a user without a password (Django)", "Leave the hash out."),
    (r"0x[0-9A-Fa-f]{32,}", "a hash in hex with 0x before it", "Take the 0x off."),
)


@dataclass(frozen=True, slots=True)
class Identified:
    """What a text is; `hash_fns` are those that read it as it stands, each with what it reads."""

    name: str
    hash_fns: tuple[tuple[str, str], ...] = ()
    hints: tuple[str, ...] = ()
    reason: str = ""  # why it cannot be imported
    milliseconds: float = 0
    is_weak: bool = False

    @property
    def sentences(self) -> Iterator[str]:
        """Yield what to print."""
        if self.hash_fns:
            for hash_fn, summary in self.hash_fns:
                yield f"{self._with(summary)}. Import it with hash_fn {hash_fn}."
            weak = "; weak, so it is made anew at the next log-in" if self.is_weak else ""
            yield f"A log-in takes about {max(QUICK_MILLISECONDS, round(self.milliseconds)):,} ms{weak}."
        else:
            yield f"{self.name}: it cannot be imported as it is{self.reason and f', because it {self.reason}'}."
        yield from self.hints

    def _with(self, summary: str) -> str:
        return summary if summary.lower().startswith(self.name.lower()) else f"{self.name}: {summary}"


def identify(pasted: str) -> Identified:
    """Say what the text is; computes nothing."""
    text = pasted.strip(QUOTES)
    look = looks.looks_like(text)
    if not look:
        return _other(text)
    read, reasons = _read(text, look)
    if not read:
        reason = reasons[0] if reasons else "is of a kind that is not read"
        return Identified(_name(look, text), hints=HINTS_OF_UNREAD.get(look, ()), reason=reason)
    found = next(iter(read))
    return Identified(
        _name(look, text),
        tuple((hash_fn, _summary(one)) for one, hash_fn in read.items()),
        HINTS.get(look, ()),
        milliseconds=imported.milliseconds(found),
        is_weak=imported.is_weak(found),
    )


def _read(text: str, look: str) -> tuple[dict[Scheme | Digest, str], list[str]]:
    """Return each thing that the text can be, with the first `hash_fn` that says so, and why others refuse it."""
    read: dict[Scheme | Digest, str] = {}
    reasons = []
    for name, function in sorted(imported.FUNCTIONS.items(), key=lambda item: item[0] != look):
        if look not in function.looks or name in imported.KEYED:
            continue
        try:
            read.setdefault(imported.parse(text, name, Source()), name)
        except InvalidHash as refusal:
            reasons.append(refusal.reason)
    return read, reasons


def _other(text: str) -> Identified:
    for pattern, name, hint in OTHERS:
        if re.fullmatch(pattern, text):
            return Identified(name, hints=(hint,))
    kind = f"no password hash that is known here ({len(text)} characters)"
    return Identified(kind, hints=("A plain password is imported as password, without hash_fn.",))


def _summary(found: Scheme | Digest) -> str:
    if isinstance(found, Digest):
        return f"{found.prehash.summary}, which is wrapped in argon2id"
    return found.summary


def _name(look: str, text: str) -> str:
    """Return the look as a name in a sentence."""
    if look == "ASP.NET Identity's hash":
        return f"{look} v{3 if text.startswith('AQAAAA') else 2} in base64"
    return f"a bare {look}" if look in ("md5", "sha1", "sha256", "sha512") else look
