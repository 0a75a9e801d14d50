import re

import pytest

from accounts.pattern_examples import example
from tenants.configuration import AttributeRule

UNFIT = re.compile(r"[\x00-\x1f]")


def example_of(regex: str, usual: str = "example") -> str:
    rule = AttributeRule(identifier="badge", kind="custom", type="string", regex=regex, error_message="")
    return example(rule, usual, unfit=UNFIT)


@pytest.mark.parametrize(
    "regex",
    [
        "M[0-9]{6}",
        r"^[A-Z]{2}-\d+$",
        r"(?=.*\d)(?=.*[a-z]).{8,}",
        r"[^@\s]+@[^@\s]+\.[a-z]{2,}",
        r"[\u4e00-\u9fa5·]{2,20}",
        r"((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)",
        r"(0[1-9]|1[0-2])\/(0[1-9]|[12]\d|3[01])",
        r"a*?[^a]\W\S",
        r"(?!0)\d{18}",
    ],
)
def test_an_example_is_made_that_the_pattern_accepts(regex):
    assert re.fullmatch(regex, example_of(regex), re.ASCII)


def test_the_usual_text_is_taken_where_it_is_legal():
    assert example_of("[a-z]+", "mei") == "mei"


def test_where_no_example_is_found_the_usual_text_stands():
    assert example_of(r"(?=a)b", "mei") == "mei"
