"""Patterns of attributes: what Python's `re` and ECMA-262 read alike, and no value of 255 characters can slow down."""

import re

from tenants import backtracking
from tenants.pattern_syntax import Parser

LONGEST = 256

# A dot, and white space, are other characters in ECMA-262 than in Python's ASCII; written out, they are the same.
TOKEN = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\.", re.DOTALL)
ESCAPE = re.compile(r"\\.", re.DOTALL)
WRITTEN_OUT = {".": r"[^\n]", r"\s": r"[\t-\r ]", r"\S": r"[^\t-\r ]"}
WRITTEN_OUT_IN_SETS = {r"\s": r"\t-\r ", r"\S": "\\x00-\\x08\\x0e-\\x1f!-\\uffff\U00010000-\U0010fffd"}


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


def published(regex: str) -> str:
    """The pattern for readers who search in a text, by Python or by ECMA-262: the whole text must match."""
    return f"^(?:{TOKEN.sub(_written_out, regex)})$"


def _written_out(found: re.Match[str]) -> str:
    token = found[0]
    if token.startswith("["):
        return ESCAPE.sub(lambda escape: WRITTEN_OUT_IN_SETS.get(escape[0], escape[0]), token)
    return WRITTEN_OUT.get(token, token)
