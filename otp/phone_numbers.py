"""Phone numbers as people write them: cleaned, read in one order of regions, and in one form for each line."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

import phonenumbers
from phonenumbers import PhoneNumberType

CHINA = "CN"
MAINLAND = re.compile(r"\+861[3-9][0-9]{9}", re.ASCII)  # carriers and ranges are not judged: new ones appear
LONGEST = 64  # as typed
DIGITS = re.compile(r"\+?[0-9]{1,20}", re.ASCII)
E164_LENGTH = 16  # a plus and fifteen digits; some national plans go beyond it
ABROAD = "00"  # the international prefix of most countries, also for who is in another one
PLUS_SIGNS = "+\uff0b\ufe62\u207a"
# Between digits people also write brackets, dots, slashes, and signs that look like a dash and are none.
PUNCTUATION = frozenset("()[]./~\u00b7\u2212\u30fc\uff08\uff09\uff3b\uff3d\uff0e\uff0f")
IN_USERNAMES = frozenset("[]/~")
IGNORED = frozenset({"Zs", "Zl", "Zp", "Cf", "Pd"})  # spaces, invisible characters, dashes
# Mexico has dialled ten digits for everything since 2019: what stood before them is no part of a number.
OLD_MEXICAN = re.compile(r"\+52(?:1|01|044|045)([0-9]{10})", re.ASCII)
ARGENTINIAN = re.compile(r"\+54([1-8][0-9]{9})", re.ASCII)
BRAZILIAN = re.compile(r"\+55([0-9]{2})([0-9]{8})", re.ASCII)


def clean(text: str) -> str:
    """Return the text with ASCII digits and `+`, without what people and their programs put between digits.

    What belongs to no number stays.
    """
    return "".join(map(_cleaned, text))


def read(text: str, regions: Sequence[str]) -> str | None:
    """Return the E.164 form of the number, None if it is no possible number of one of the `regions` (none: of any).

    Without its country code it is a number of the first region, in their order, whose plan has such a number. Without
    regions only mainland mobiles may come so.
    """
    bare = clean(text)
    if not DIGITS.fullmatch(bare):
        return None
    found = [one for one in _readings(bare, regions) if not regions or region_of(one) in regions]
    return next(filter(_is_assigned, found), None) or next(iter(found), None)


def region_of(number: str) -> str:
    """Return the ISO region of a canonical number, "" where it is of none alone."""
    return phonenumbers.region_code_for_number(phonenumbers.parse(number)) or ""


def international(number: str) -> str:
    """Return a canonical number as people read it, from anywhere."""
    return phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def is_meant(text: str) -> bool:
    """Return whether the text can be meant as a phone number, and as nothing else: a user name may have slashes."""
    return DIGITS.fullmatch(clean(text)) is not None and IN_USERNAMES.isdisjoint(text)


def tidy(value: Any) -> Any:
    """Return what is meant as a phone number as `clean` has it, and anything else as it is."""
    return clean(value) if isinstance(value, str) and len(value) <= LONGEST and is_meant(value) else value


def _cleaned(character: str) -> str:
    if character in PLUS_SIGNS:
        return "+"
    if character in PUNCTUATION or character.isspace() or unicodedata.category(character) in IGNORED:
        return ""
    digit = unicodedata.decimal(character, None)
    return character if digit is None else str(digit)


def _readings(bare: str, order: Sequence[str]) -> Iterator[str]:
    """Return each number that the digits may stand for; the parser knows the prefixes of each region."""
    if bare.startswith("+"):
        readings = [_canonical(bare, None)]
    else:
        readings = [_canonical(bare, region) for region in order or [CHINA]]
        if bare.startswith(ABROAD):
            readings.append(_canonical(f"+{bare.removeprefix(ABROAD)}", None))
    return filter(None, readings)


def _canonical(bare: str, region: str | None) -> str:
    """Return the one form of the number; "" for what is no possible number."""
    number = _unified(_e164(bare, region))
    if number.startswith("+86") and not MAINLAND.fullmatch(number):
        return ""
    if not number or len(number) > E164_LENGTH or not phonenumbers.is_possible_number(phonenumbers.parse(number)):
        return ""
    return number if _unified(_e164(number, None)) == number else ""  # some runs of zeros lose one each time


def _e164(bare: str, region: str | None) -> str:
    try:
        number = phonenumbers.parse(bare, region)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _unified(number: str) -> str:
    """Return the same form for the spellings of one line that the parser takes for several."""
    number = OLD_MEXICAN.sub(r"+52\1", number) if OLD_MEXICAN.fullmatch(number) else number
    if match := ARGENTINIAN.fullmatch(number):  # mobiles have a 9 for calls from abroad; no other line has these digits
        longer = f"+549{match[1]}"
        return longer if _is_mobile(longer) else number
    if (match := BRAZILIAN.fullmatch(number)) and not _is_assigned(number):  # mobiles have had a ninth digit since 2016
        longer = f"+55{match[1]}9{match[2]}"
        return longer if _is_mobile(longer) else number
    return number


def _is_assigned(number: str) -> bool:
    return bool(MAINLAND.fullmatch(number)) or phonenumbers.is_valid_number(phonenumbers.parse(number))


def _is_mobile(number: str) -> bool:
    return bool(phonenumbers.number_type(phonenumbers.parse(number)) == PhoneNumberType.MOBILE)
