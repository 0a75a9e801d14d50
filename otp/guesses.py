"""How many wrong codes of an address are judged in a day: when those of one length are used up, the next is longer.

Nobody is refused for what a stranger guessed, and the sum of all chances stays near that of the first length (S-24).
"""

from dataclasses import dataclass

SHORT_CODE_DIGITS = 6  # codes with fewer digits get the smaller numbers of guesses
PER_TOKEN = {False: 5, True: 3}
PER_LENGTH = {False: 20, True: 10}  # in a day, for an address, over all its tokens
DIGITS_MORE = 2  # twenty guesses at these cost a hundredth of the twenty before
LONGEST_CODE = 12  # nothing longer is made of a shorter one; at these, the limits of token and sends are enough
NO_LIMIT = 2**31 - 1


@dataclass(frozen=True, slots=True)
class CodeRules:
    """The length of a new code, and how long wrong ones are judged: a number of its token, one of its address's day."""

    length: int
    guesses_allowed: int
    guesses_of_day_allowed: int


def rules(configured_length: int, guesses_of_day: int) -> CodeRules:
    """Return the rules of the next code, for an address with this many wrong codes in its day."""
    is_short = configured_length < SHORT_CODE_DIGITS
    times_used_up = guesses_of_day // PER_LENGTH[is_short]
    longest = max(configured_length, LONGEST_CODE)
    length = min(configured_length + DIGITS_MORE * times_used_up, longest)
    return CodeRules(
        length=length,
        guesses_allowed=PER_TOKEN[is_short],
        guesses_of_day_allowed=NO_LIMIT if length == longest else PER_LENGTH[is_short] * (times_used_up + 1),
    )
