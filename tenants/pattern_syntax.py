"""A reader of the regular expressions that mean the same in Python and, with the flag `u`, in ECMA-262.

Python's own parser is no help here: it merges equal alternatives before one sees them, and browsers do not.
"""

import re

from tenants.backtracking import Characters, Part, character, choice, lookahead, repeat, sequence

ASCII = frozenset(range(128))
DIGITS = frozenset(map(ord, "0123456789"))
WORD = DIGITS | frozenset(point for point in ASCII if chr(point).isalpha()) | {ord("_")}
SPACE = frozenset(map(ord, " \t\n\r\f\v"))
CLASSES = {"d": DIGITS, "w": WORD, "s": SPACE}
CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v"}
PUNCTUATION = frozenset("^$\\.*+?()[]{}|/")
HEX = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4}))", re.ASCII)
QUANTIFIER = re.compile(r"(?:([*+?])|\{([0-9]{1,4})(?:(,)([0-9]{1,4})?)?\})(\??)", re.ASCII)
SIMPLE_QUANTIFIERS: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
MOST_REPETITIONS = 1000
DEEPEST = 20


class Parser:
    """Reads one pattern from left to right; every method raises ValueError with the reason against it."""

    def __init__(self, regex: str) -> None:
        self.regex = regex
        self.position = 0
        self.depth = 0
        self.everything = _samples(regex)

    def parse(self) -> Part:
        part = self._alternatives()
        if not self._at_end():
            raise ValueError("has a ) without its (")
        return part

    def _at_end(self) -> bool:
        return self.position >= len(self.regex)

    def _next_is(self, text: str) -> bool:
        return self.regex.startswith(text, self.position)

    def _take(self, text: str) -> bool:
        """Step over this text, if it comes next."""
        found = self._next_is(text)
        self.position += len(text) * found
        return found

    def _one(self) -> str:
        if self._at_end():
            raise ValueError("ends too early")
        self.position += 1
        return self.regex[self.position - 1]

    def _alternatives(self) -> Part:
        branches = [self._sequence()]
        while self._take("|"):
            branches.append(self._sequence())
        return choice(branches) if len(branches) > 1 else branches[0]

    def _sequence(self) -> Part:
        parts = []
        while not (self._at_end() or self._next_is("|") or self._next_is(")")):
            parts.append(self._item())
        return sequence(parts)

    def _item(self) -> Part:
        if self._next_is("^") or self._next_is("$"):
            return self._anchor()
        if self._next_is("(?=") or self._next_is("(?!"):
            self.position += 3
            return lookahead(self._group(), self.everything)
        return self._repeated(self._atom())

    def _anchor(self) -> Part:
        sign = self._one()
        if self.position != (1 if sign == "^" else len(self.regex)):
            raise ValueError("has ^ or $ elsewhere than at its ends")
        return Part()

    def _atom(self) -> Part:
        if self._take("(?:"):
            return self._group()
        if self._next_is("(?"):
            raise ValueError("has a group of the kind (?, of which only (?: (?= and (?! are read everywhere")
        if self._take("("):
            return self._group()
        if self._take("["):
            return character(self._set())
        if self._take("."):
            return character(self.everything - {ord("\n")})
        return character(self._literal())

    def _group(self) -> Part:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ValueError("nests too deeply")
        part = self._alternatives()
        if not self._take(")"):
            raise ValueError("has a ( without its )")
        self.depth -= 1
        return part

    def _literal(self) -> Characters:
        if self._next_is("\\"):
            return self._escape(PUNCTUATION)
        letter = self._one()
        if letter in PUNCTUATION - {"/"}:
            raise ValueError(f"has a {letter} that repeats nothing, or lacks a \\ before it")
        return frozenset({ord(letter)})

    def _repeated(self, part: Part) -> Part:
        match = QUANTIFIER.match(self.regex, self.position)
        if not match:
            return part
        self.position = match.end()
        if QUANTIFIER.match(self.regex, self.position):
            raise ValueError("has two repeats in a row")
        sign, least, comma, most, _ = match.groups()
        bounds = SIMPLE_QUANTIFIERS[sign] if sign else _bounds(least, comma, most)
        return repeat(part, *bounds)

    def _escape(self, punctuation: frozenset[str]) -> Characters:
        if code := HEX.match(self.regex, self.position):
            self.position = code.end()
            return frozenset({_code_point(code)})
        self._take("\\")
        letter = self._one()
        if letter.lower() in CLASSES:
            members = CLASSES[letter.lower()]
            return members if letter.islower() else self.everything - members
        if letter in CONTROLS or letter in punctuation:
            return frozenset({ord(CONTROLS.get(letter, letter))})
        raise ValueError(f"has \\{letter}, which is not read alike everywhere")

    def _set(self) -> Characters:
        is_negated = self._take("^")
        if self._next_is("]"):
            raise ValueError("has a ] right after [, which is not read alike everywhere")
        members: Characters = frozenset()
        while not self._take("]"):
            members |= self._member()
        return self.everything - members if is_negated else members

    def _member(self) -> Characters:
        first = self._member_character()
        is_range = self._next_is("-") and not self._next_is("-]")
        if not is_range:
            return first
        self._take("-")
        last = self._member_character()
        if len(first) != 1 or len(last) != 1 or min(first) > min(last):
            raise ValueError("has a range between [ and ] that is none")
        return frozenset(point for point in self.everything if min(first) <= point <= min(last))

    def _member_character(self) -> Characters:
        if self._next_is("\\"):
            return self._escape(PUNCTUATION | {"-"})
        if self._next_is("["):
            raise ValueError("has a [ between [ and ] that lacks a \\ before it")
        if any(self._next_is(sign * 2) for sign in "-&~|"):
            raise ValueError("has a doubled sign between [ and ], which is not read alike everywhere")
        return frozenset({ord(self._one())})


def _samples(regex: str) -> Characters:
    """Enough characters to tell all sets of the pattern apart: ASCII, those it names, and the one after each."""
    named = {ord(letter) for letter in regex} | {int(code[1] or code[2], 16) for code in HEX.finditer(regex)}
    return ASCII | named | {point + 1 for point in named | {127}}


def _code_point(code: re.Match[str]) -> int:
    point = int(code[1] or code[2], 16)
    if 0xD800 <= point <= 0xDFFF:
        raise ValueError("has half of a surrogate pair")
    return point


def _bounds(least: str, comma: str | None, most: str | None) -> tuple[int, int | None]:
    lower = int(least)
    upper = int(most) if most else None if comma else lower
    if max(lower, upper or 0) > MOST_REPETITIONS:
        raise ValueError(f"repeats something more than {MOST_REPETITIONS} times")
    if upper is not None and upper < lower:
        raise ValueError("has a repeat whose bounds are the wrong way round")
    return lower, upper
