"""The characters that no text has: for the server as a regular expression, for a schema as a pattern."""

import re
from itertools import pairwise

# Control characters, the controls that reverse text, lone surrogates, and non-characters.
UNFIT = (
    *((0x00, 0x1F), (0x7F, 0x9F), (0x61C, 0x61C), (0x200E, 0x200F), (0x202A, 0x202E), (0x2066, 0x2069)),
    *((0xD800, 0xDFFF), (0xFDD0, 0xFDEF)),
    *((plane << 16 | 0xFFFE, plane << 16 | 0xFFFF) for plane in range(17)),
)


def _fit() -> list[tuple[int, int]]:
    return [(before[1] + 1, after[0] - 1) for before, after in pairwise(UNFIT)]


def _escaped(point: int) -> str:
    """As both Python and ECMA-262 read it; neither knows the other's escape beyond the first plane."""
    return f"\\u{point:04x}" if point <= 0xFFFF else chr(point)


def _python(ranges: tuple[tuple[int, int], ...]) -> str:
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)


UNFIT_FOR_TEXT = re.compile(f"[{_python(UNFIT)}]")

# By what is allowed, because a document may not hold non-characters, and not all of them have a common escape. With
# a look ahead, because `$` lets a line break follow in Python.
FIT_PATTERN = rf"^(?![\s\S]*[^{''.join(f'{_escaped(first)}-{_escaped(last)}' for first, last in _fit())}])"
