"""No text breaks the readers of hashes: each is refused with a reason, or stored within the bounds (S-45, S-46)."""

import os

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.passwords import identify, imported, looks, schemes
from accounts.passwords.imported import Digest, InvalidHash, KeyParameters, Source
from tests.importing.vectors import VECTORS

pytestmark = pytest.mark.embedded

EXAMPLES = int(os.environ.get("CIAM_ODD_HASHES", "300"))  # a release wants many thousands
MOST_MILLISECONDS = 2600  # of PBKDF2 with as many rounds as are taken
LETTERS = "$:,=./+-_!{}*0123456789abfzAZ \0é\ud800"
SALTS = ("", "salt", "hex:00ff", "hex:0", "base64:YWJj", "base64:!", "s" * 300, "\ud800")
KEYS = (None, KeyParameters("default"), KeyParameters("shop-1", 8, 14, b"\x07"), KeyParameters("shop-1", 99, 9999))


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Draw a hash of another system with some letters taken out, put in or doubled."""
    text = draw(st.sampled_from([vector.text for vector in VECTORS]))
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 12)))
        text = text[:start] + draw(st.text(LETTERS, max_size=6) | st.just(text[start:end] * 2)) + text[end:]
    return text


@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
@given(
    texts() | st.text(LETTERS, max_size=80),
    st.sampled_from(list(imported.FUNCTIONS)),
    st.builds(
        Source,
        salt=st.sampled_from(SALTS),
        position=st.sampled_from(["", "prefix", "suffix"]),
        digest=st.sampled_from(["sha1", "sha512", "md5"]),
        rounds=st.sampled_from([None, 0, 1000, 10**9]),
        key=st.sampled_from(KEYS),
    ),
)
@example("$5$rounds=4294967296$" + "s" * 16 + "$" + "a" * 43, "crypt", Source())
def test_a_mutated_hash_is_refused_or_stored_within_the_bounds(text, hash_fn, source):
    look = looks.looks_like(text)
    for name in {hash_fn, *(one for one, function in imported.FUNCTIONS.items() if look in function.looks)}:
        try:
            found = imported.parse(text, name, source)
        except InvalidHash:
            continue
        assert 0 < imported.milliseconds(found) < MOST_MILLISECONDS
        if isinstance(found, Digest):
            found = schemes.parse(line_of(found))
        assert schemes.parse(found.line) == found
        assert len(found.line) <= schemes.LONGEST_LINE

    assert list(identify.identify(text).sentences)


def line_of(found: Digest) -> str:
    """Return the line as `imported.line_of` makes it, without the cost of a hash."""
    inner = "$argon2id$v=19$m=1024,t=2,p=1$q9OwcgBqCjhhWkICVoG+qA$zgGUO1/HVEetoAFdbML5pyLq+SYWLVseHql1wvl16Zg"
    return f"$wrapped${'$'.join((found.prehash.name, *found.prehash.fields))}{inner}"
