"""Patterns of attributes: what Python's `re` and ECMA-262 read alike, and no value of 255 characters can slow down."""

import re

from tenants import backtracking
from tenants.pattern_syntax import Parser

LONGEST = 256


def check_pattern(regex: str) -> None:
    """Raises ValueError with the reason against the pattern, worded to follow its name."""
    if len(regex) > LONGEST:
        raise ValueError(f"is longer than {LONGEST} characters")
    pattern = Parser(regex).parse()
    try:
        re.compile(regex, re.ASCII)
    except (re.error, OverflowError) as error:
        raise ValueError(f"does not compile: {error}") from None
    _, steps = pattern.cost(backtracking.NONE)
    if steps > backtracking.LIMIT:
        raise backtracking.TooSlow("has too many repeats or alternatives that overlap")
