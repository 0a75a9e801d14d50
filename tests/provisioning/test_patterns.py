import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenants.patterns import check_pattern

GOOD = [
    r"",
    r"E[0-9]{6}",
    r"^[A-Z]{2}-\d+$",
    r"\w+@\w+\.\w+",
    r"[^@\s]+@[^@\s]+\.[a-z]{2,}",
    r"[a-z]+(-[a-z]+)*",
    r"([a-z0-9]+[-_])*[a-z0-9]+",
    r"[a-z0-9]+[a-z0-9-]*[a-z0-9]",
    r".*a.*b",
    r"a*?b",
    r"(?=.*\d)(?=.*[a-z]).{8,}",
    r"(0[1-9]|1[0-2])\/(0[1-9]|[12]\d|3[01])",
    r"((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)",
    r"(\+?\d{1,3}[- ]?)?\d{4,14}",
    r"[\u4e00-\u9fa5·]{2,20}",
    r"[一-龥]+",
    r"\d?\d?\d?\d",
    r"(?:red|green|)",
    r"[\w.\-\]]+",
    r"\x41\t\\",
]

SLOW = [
    r"(a+)+",
    r"(a*)*",
    r"(a|a)*",
    r"(a|ab)*",
    r"(a|aa)+",
    r"([a-z]+\s?)*",
    r"(.*a){12}",
    r"(a?){50}",
    r"(a{1,50}){1,50}",
    r"(a|a){30}",
    r"(\w|\d)*",
    r"([^b]|a)*",
    r"(?:(?=a)a)*",
    r".*.*.*",
    r".*a.*b.*c",
    r"\d+\w+\d+x",
    r".*(?=.*.*b)",
    "a?" * 30 + "a" * 30,
    r"((((){1000}){1000}){1000}){1000}",
]

NOT_ALIKE = [
    (r"(?<=a)b", "a group of the kind"),
    (r"(?<!a)b", "a group of the kind"),
    (r"(?P<n>a)", "a group of the kind"),
    (r"(?<n>a)", "a group of the kind"),
    (r"(?i)a", "a group of the kind"),
    (r"(?i:a)", "a group of the kind"),
    (r"(?>a)", "a group of the kind"),
    (r"(?#a)", "a group of the kind"),
    (r"(a)(?(1)b|c)", "a group of the kind"),
    (r"(a)\1", r"has \1"),
    (r"\Aa", r"has \A"),
    (r"a\Z", r"has \Z"),
    (r"a\bb", r"has \b"),
    (r"\-", r"has \-"),
    (r"\U0001F600", r"has \U"),
    (r"\ud83d", "half of a surrogate pair"),
    (r"a++", "two repeats in a row"),
    (r"a{2}+", "two repeats in a row"),
    (r"a{,5}", "has a { "),
    (r"a{1001}", "more than 1000 times"),
    (r"a{5,2}", "wrong way round"),
    (r"a]", "has a ] "),
    (r"*a", "has a * "),
    (r"(?=a)*", "has a * "),
    (r"[]a]", "a ] right after ["),
    (r"[[a]", "has a [ between"),
    (r"[a&&b]", "a doubled sign"),
    (r"[b-a]", "a range"),
    (r"[\d-z]", "a range"),
    (r"a^b", "elsewhere than at its ends"),
    (r"a$b", "elsewhere than at its ends"),
    (r"(a", "without its )"),
    (r"a)", "without its ("),
    (r"[a", "ends too early"),
    ("\\", "ends too early"),
    ("(" * 30 + ")" * 30, "nests too deeply"),
    ("a" * 257, "longer than 256"),
]

HOSTILE = [
    unit * (254 // len(unit)) + end for unit in ("a", "1", "ab", "a-", "a1", "@.", "aab") for end in ("!", "\n", "")
]


def seconds_at_worst(regex: str) -> float:
    compiled = re.compile(regex, re.ASCII)
    worst = 0.0
    for value in HOSTILE:
        began = time.thread_time()
        compiled.fullmatch(value)
        worst = max(worst, time.thread_time() - began)
    return worst


@pytest.mark.parametrize("regex", GOOD)
def test_a_good_pattern_is_accepted_and_quick(regex):
    check_pattern(regex)

    assert seconds_at_worst(regex) < 0.1


@pytest.mark.parametrize("regex", SLOW)
def test_a_pattern_that_hostile_input_slows_down_is_refused(regex):
    with pytest.raises(ValueError, match=r"repeats without end|too many repeats"):
        check_pattern(regex)


@pytest.mark.parametrize(("regex", "reason"), NOT_ALIKE)
def test_what_other_languages_read_otherwise_is_refused_with_the_reason(regex, reason):
    with pytest.raises(ValueError, match=re.escape(reason)):
        check_pattern(regex)


atoms = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\w", r"\d", "-", "(?=a)"])
repeats = st.sampled_from(["", "", "*", "+", "?", "{2,5}", "{20}", "{0,40}", "*?"])
patterns = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.builds("({}){}".format, inner, repeats),
        st.builds("{}{}".format, inner, inner),
        st.builds("({}|{}){}".format, inner, inner, repeats),
    ),
    max_leaves=8,
)


@given(patterns)
@settings(max_examples=300, deadline=None, database=None, derandomize=True)
def test_whatever_is_accepted_is_quick(regex):
    try:
        check_pattern(regex)
    except ValueError:
        return

    assert seconds_at_worst(regex) < 1
