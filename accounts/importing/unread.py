"""Members that no format reads: the operator says what to do with them, and none is passed over in silence."""

import json
import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.importing.entries import Rejected
from accounts.importing.formats import ciam
from accounts.importing.members import FLAGS, Members, as_moment, is_empty

MOST_NAMES = 200  # that are counted one by one
OTHERS = "(others)"
TOLD_IN_A_REASON = 5
LONGEST_NAME = 80
NOT = "not-"  # before one of our flags, the opposite of the member is read

# What the loss of would let somebody in, or lock somebody out.
RISKY = re.compile(
    r"pass(?:word|wd|code|phrase|key)|pwd|hash|salt|secret|credential|verif|confirm|disabl|enabl|activ(?:e|at)"
    r"|block|bann|locked|lockout|delet|suspend|frozen|freez|status|mfa|2fa|totp|otp\b|factor|webauthn|authenticator"
    r"|(?:recovery|backup)_?code",
    re.IGNORECASE,
)
HARMLESS = re.compile(r"(?:^|\.)_?last[_-]?(?:[a-z_]|[A-Z])[^.]*$", re.IGNORECASE)  # a time of something past
SAYS_SOMETHING_BY_FALSE = re.compile(r"enabl|activ|status", re.IGNORECASE)
LIKELY = tuple(
    (re.compile(pattern, re.IGNORECASE), ours)
    for pattern, ours in (
        (r"mfa|2fa|totp|factor|secret|reset|chang|update", ""),
        (r"phone.*(?:verif|confirm)|(?:verif|confirm).*phone", "phone_number_verified"),
        (r"verif|confirm", "email_verified"),
        (r"pass(?:word|wd)|hash", "password_hash"),
        (r"disabl|inactiv|deactiv|block|bann|locked|lockout|delet|suspend|frozen", "blocked"),
        (r"enabl|active", "not-blocked"),
    )
)
OUR_FLAGS = frozenset({"email_verified", "phone_number_verified", "blocked"})
OUR_TIMES = frozenset({"created_at", "updated_at"})


@dataclass(frozen=True, slots=True)
class Choices:
    """What the operator says of members: those to leave out, and for those to read, which of ours they are."""

    ignored: tuple[str, ...] = ()
    mapped: tuple[tuple[str, str], ...] = ()  # theirs, ours

    def before(self, members: Members) -> dict[str, Any]:
        """Take what is named out of a record, before its format reads it; the values to read, by our names."""
        for name in self.ignored:
            members.find(name)
        values = {ours: members.find(theirs) for theirs, ours in self.mapped}
        return {ours: value for ours, value in values.items() if not is_empty(value)}

    def after(self, unread: dict[str, Any]) -> dict[str, Any]:
        """Return the same for what a format left unread, which it may have named itself."""
        for name in self.ignored:
            for path in [path for path in unread if path == name or path.startswith(f"{name}.")]:
                del unread[path]
        return {ours: unread.pop(theirs) for theirs, ours in self.mapped if theirs in unread}


def is_ours(name: str, attributes: Collection[str]) -> bool:
    """Return whether a member of our format, or an attribute of the tenant, has this name."""
    head, dot, rest = name.removeprefix(NOT).partition(".")
    if name.startswith(NOT):
        return head in OUR_FLAGS and not dot
    return bool(rest) if dot and head in ciam.PARTS else not dot and (head in ciam.NAMES or head in attributes)


def as_ours(values: Mapping[str, Any]) -> dict[str, Any]:
    """Mapped values as a record of our own format; raises Rejected."""
    found: dict[str, Any] = {}
    for ours, value in values.items():
        *parents, last = ours.split(".")
        into = found
        for parent in parents:
            into = into.setdefault(parent, {})
            if not isinstance(into, dict):
                raise Rejected(f"{parent} is mapped whole and in parts")
        into[last.removeprefix(NOT)] = _typed(ours, value)
    return found


def count(counts: Counter[str], more: Mapping[str, int]) -> None:
    """Add to the counts; beyond the first names, which a file may make up without end, all count as one."""
    for name, number in more.items():
        short = name[:LONGEST_NAME]
        counts[short if short in counts or len(counts) < MOST_NAMES else OTHERS] += number


def added(counts: Counter[str], more: Counter[str]) -> Counter[str]:
    if not more:
        return counts
    found = Counter(counts)
    count(found, more)
    return found


def check(unread: Mapping[str, Any]) -> None:
    """Refuse a row in which a member that nobody reads may keep somebody out, or let somebody in; raises Rejected."""
    risky = [name for name, value in unread.items() if _is_risky(name, value)]
    if not risky:
        return
    names = ", ".join(name[:LONGEST_NAME] for name in risky[:TOLD_IN_A_REASON])
    names += f" and {len(risky) - TOLD_IN_A_REASON} more" if len(risky) > TOLD_IN_A_REASON else ""
    raise Rejected(f"not read, though it may decide who can log in: {names}; {_what_to_do(risky[0][:LONGEST_NAME])}")


def _what_to_do(name: str) -> str:
    """By the name, which says what a member may be here; second factors and the like are nothing here."""
    ours = next((ours for pattern, ours in LIKELY if pattern.search(name)), "")
    mapping = f"read it, if it is that, with --map {name}={ours}, or " if ours else ""
    return f"{mapping}leave it out with --ignore {name}"


def _is_risky(name: str, value: Any) -> bool:
    if not RISKY.search(name) or HARMLESS.search(name):
        return False
    says_no = value is False or value == 0 or (isinstance(value, str) and FLAGS.get(value.lower()) is False)
    return not says_no or SAYS_SOMETHING_BY_FALSE.search(name) is not None


def _typed(ours: str, value: Any) -> Any:
    name = ours.removeprefix(NOT)
    if name in OUR_FLAGS:
        return _flag(name, value) != ours.startswith(NOT)
    if isinstance(value, list | dict) and ours.startswith("metadata."):
        return json.dumps(value, ensure_ascii=False)
    return as_moment(value, name) if name in OUR_TIMES else value


def _flag(name: str, value: Any) -> bool:
    """True or false in any spelling; a time tells that it has happened."""
    if isinstance(value, bool):
        return value
    text = str(value).lower()
    if text in FLAGS:
        return FLAGS[text]
    try:
        datetime.fromisoformat(str(as_moment(value, name)))
    except ValueError:
        raise Rejected(f"{name} must be true or false, or a time when it became true") from None
    return True
