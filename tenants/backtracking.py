"""How much work a pattern can make: its parts know what they begin with, how they go on, and in how many ways they end.

A backtracking matcher tries every way. Ways multiply where the next character does not say whether a part goes on or
what follows it begins; `cost` multiplies them for the worst value of 255 characters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

Characters = frozenset[int]
NONE: Characters = frozenset()
LONGEST = 256  # one more than the characters of a value
LIMIT = 500_000  # steps: two overlapping unbounded repeats stay below, three do not


class TooSlow(ValueError):
    """Some value makes the pattern take longer than LIMIT steps."""


@dataclass(frozen=True)
class Part:
    """Of a pattern: `first` it may begin with, `more` it may go on with where it could also stop.

    `decides` when at each point the next character tells the only way on.
    """

    first: Characters = NONE
    more: Characters = NONE
    can_be_empty: bool = True
    shortest: int = 0
    longest: int = 0
    decides: bool = True

    def cost(self, following: Characters) -> tuple[int, int]:
        """The ways in which it ends so that what follows may begin, and the steps of trying them all."""
        return 1, 1

    @property
    def doubtful(self) -> Characters:
        """The characters for which it could stop, or be left out, and yet take them."""
        return self.more | self.first if self.can_be_empty else self.more


def character(characters: Characters) -> Part:
    return Part(first=characters, can_be_empty=False, shortest=1, longest=1)


@dataclass(frozen=True)
class _Sequence(Part):
    parts: tuple[Part, ...] = ()

    def cost(self, following: Characters) -> tuple[int, int]:
        ways, steps = 1, 0
        for part, after in zip(self.parts, _firsts_after(self.parts, following), strict=True):
            part_ways, part_steps = part.cost(after)
            ways, steps = _bounded(ways * part_ways), _bounded(steps + ways * part_steps)
        return ways, max(steps, 1)


def sequence(parts: Sequence[Part]) -> Part:
    afters = _firsts_after(parts, NONE)
    more = NONE
    for part in parts:
        more = part.more | (part.first | more if part.can_be_empty else NONE)
    return _Sequence(
        first=_first_of(parts, NONE),
        more=more,
        can_be_empty=all(part.can_be_empty for part in parts),
        shortest=_short(sum(part.shortest for part in parts)),
        longest=_short(sum(part.longest for part in parts)),
        decides=all(
            part.decides and part.doubtful.isdisjoint(after) for part, after in zip(parts, afters, strict=True)
        ),
        parts=tuple(parts),
    )


@dataclass(frozen=True)
class _Choice(Part):
    branches: tuple[Part, ...] = ()
    differ: bool = True  # in their first characters

    def cost(self, following: Characters) -> tuple[int, int]:
        costs = [branch.cost(following) for branch in self.branches]
        is_clear = self.differ and not (self.can_be_empty and not self.first.isdisjoint(following))
        ways = max(ways for ways, _ in costs) if is_clear else sum(ways for ways, _ in costs)
        return _bounded(ways), _bounded(sum(steps for _, steps in costs))


def choice(branches: Sequence[Part]) -> Part:
    first = NONE.union(*(branch.first for branch in branches))
    empties = sum(branch.can_be_empty for branch in branches)
    differ = len(first) == sum(len(branch.first) for branch in branches) and empties <= 1
    return _Choice(
        first=first,
        more=NONE.union(*(branch.more for branch in branches)),
        can_be_empty=empties > 0,
        shortest=min(branch.shortest for branch in branches),
        longest=max(branch.longest for branch in branches),
        decides=differ and all(branch.decides for branch in branches),
        branches=tuple(branches),
        differ=differ,
    )


@dataclass(frozen=True)
class _Repeat(Part):
    part: Part = Part()
    least: int = 0
    most: int | None = None

    @cached_property
    def _ends(self) -> int:
        return self.longest - self.shortest + 1

    def cost(self, following: Characters) -> tuple[int, int]:
        if self.decides:
            return (1 if self.doubtful.isdisjoint(following) else self._ends), max(self.longest, 1)
        if self.most is None:
            raise TooSlow("repeats without end what can match the same text in two ways")
        return self._cost_of_copies(self.most, self.part.first | following)

    def _cost_of_copies(self, most: int, following: Characters) -> tuple[int, int]:
        copy_ways, copy_steps = self.part.cost(following)
        ways, steps = 1, 0
        for copy in range(most):
            steps = _bounded(steps + ways * (copy_steps + 1))
            ways = _bounded(ways * (copy_ways + (copy >= self.least)))
        return ways, max(steps, 1)


def repeat(part: Part, least: int, most: int | None) -> Part:
    """The part `least` to `most` times, None meaning any number."""
    once_more = part.first if most is None or most > max(least, 1) else NONE
    is_clear = most == 1 or part.more.isdisjoint(part.first)
    return _Repeat(
        first=part.first,
        more=part.more | once_more,
        can_be_empty=part.can_be_empty or least == 0,
        shortest=_short(part.shortest * least),
        longest=LONGEST if most is None else _short(part.longest * most),
        decides=part.decides and not part.can_be_empty and is_clear,
        part=part,
        least=least,
        most=most,
    )


@dataclass(frozen=True)
class _Lookahead(Part):
    part: Part = Part()

    def cost(self, following: Characters) -> tuple[int, int]:
        return 1, self.part.cost(NONE)[1]


def lookahead(part: Part, everything: Characters) -> Part:
    """It takes nothing, but is tried wherever what stands before it may end: as if it began with any character."""
    return _Lookahead(first=everything, decides=False, part=part)


def _firsts_after(parts: Sequence[Part], following: Characters) -> list[Characters]:
    return [_first_of(parts[position + 1 :], following) for position in range(len(parts))]


def _first_of(parts: Sequence[Part], following: Characters) -> Characters:
    first = NONE
    for part in parts:
        first |= part.first
        if not part.can_be_empty:
            return first
    return first | following


def _short(length: int) -> int:
    return min(length, LONGEST)


def _bounded(number: int) -> int:
    if number > LIMIT:
        raise TooSlow("has too many repeats or alternatives that overlap")
    return number
