import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from otp.address_patterns import EMAIL_LONGEST, EMAIL_PATTERN, MAINLAND_MOBILE_PATTERN
from otp.addresses import canonical_email, mainland_phone
from otp.errors import MalformedAddress

LABELS = st.one_of(
    st.text("ab1-.", min_size=1, max_size=5),
    st.sampled_from(
        ["local", "LocalHost", "xn", "xm--a", "a--b", "--", "axn--b", "b" * 62, "b" * 63, "b" * 64, "12", "1a"]
    ),
)
LOCALS = st.one_of(st.text("ab.+'\"@<>\\(,;:-_!{|}~ \t", max_size=6), st.integers(1, 66).map("x".__mul__))
ADDRESSES = st.builds(lambda local, labels: f"{local}@{'.'.join(labels)}", LOCALS, st.lists(LABELS, max_size=5))


def is_canonical(read, text: str) -> bool:
    try:
        read(text)
    except MalformedAddress:
        return False
    return True


@settings(max_examples=3_000, derandomize=True, database=None, deadline=None)
@given(st.one_of(ADDRESSES, st.text(st.characters(max_codepoint=127), max_size=12)))
@example("a@b.cd\n")
@example(f"{'x' * 62}@{('b' * 62 + '.') * 3}cd")
@example(f"{'x' * 61}@{('b' * 62 + '.') * 3}cd")
def test_the_pattern_of_ascii_addresses_is_exact(text):
    matches = (
        bool(re.search(EMAIL_PATTERN.replace("$", r"\Z").replace(r"!#\Z", "!#$"), text)) and len(text) <= EMAIL_LONGEST
    )

    if "xn--" not in text.lower():
        assert matches == is_canonical(canonical_email, text)


@settings(max_examples=500, derandomize=True, database=None, deadline=None)
@given(st.text("ab.-é中。ｅß", min_size=1, max_size=12).map("a@".__add__))
@example("a@例子。中国")
@example("a@XN--bcher-kva.example")
def test_no_internationalised_address_is_refused_by_the_pattern_alone(text):
    if is_canonical(canonical_email, text):
        assert re.search(EMAIL_PATTERN, text)


@given(st.text("0123456789+ \n１", max_size=12))
@example("13612345678")
@example("13612345678\n")
def test_the_pattern_of_mainland_numbers_is_exact(text):
    matches = bool(re.search(MAINLAND_MOBILE_PATTERN.replace("$", r"\Z"), text))

    assert matches == is_canonical(mainland_phone, text)
