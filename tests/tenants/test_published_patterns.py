import re

import pytest

from tenants.patterns import check_pattern, published


@pytest.mark.parametrize(
    ("regex", "expected"),
    [
        ("M[0-9]{6}", "^(?:M[0-9]{6})$"),
        (r"^a|b\.[.]$", r"^(?:^a|b\.[.]$)$"),
        (r"a.\\.", r"^(?:a[^\n]\\[^\n])$"),
        (r"\w\s[\s\]-]", r"^(?:\w[\t-\r ][\t-\r \]-])$"),
    ],
)
def test_what_two_languages_read_otherwise_is_written_out(regex, expected):
    assert published(regex) == expected


@pytest.mark.parametrize("regex", [r"\w+\s\w+", r"[\s-]*", r".+", r"\S+", r"[^\S]+", r"[\Sx\]]+", r"(?=.*\d)[^\s]{3}"])
def test_a_published_pattern_needs_no_flag_for_white_space(regex):
    check_pattern(regex)
    texts = ["a b", "a\u3000b", "a\u00a0b", " ", "\u3000", "a\u2028", "-", "a1c", "中文1", "🎈", "", "\t", "]"]

    for text in texts:
        assert bool(re.search(published(regex), text)) == bool(re.fullmatch(regex, text, re.ASCII)), ascii(text)
