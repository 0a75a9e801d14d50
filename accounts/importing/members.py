"""The members of an object of a file. Who reads one takes it; what nobody has taken is unread, and is told."""

from collections.abc import Container, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from accounts.importing.entries import Rejected
from accounts.importing.identifiers import find_uuid, is_phone_number, is_username

FLAGS = {"true": True, "false": False, "t": True, "f": False, "1": True, "0": False, "yes": True, "no": False}
MOST_SECONDS = 10_000_000_000  # a larger number of a time counts milliseconds


class Members:
    """The members that are left of an object, which is emptied.

    `path` is where it stands in its row; `own` are the identifiers of the tenant's attributes, and `room`
    is how many members the metadata of a user may still have.
    """

    __slots__ = ("_given", "_inner", "_path", "own", "room")

    def __init__(self, given: dict[str, Any], path: str = "", own: Container[str] = (), room: int = 0) -> None:
        self._given = given
        self._path = path
        self.own = own
        self.room = room
        self._inner: list[Members] = []

    def __bool__(self) -> bool:
        return bool(self._given)

    def __contains__(self, name: str) -> bool:
        return not is_empty(self._given.get(name))

    def names(self) -> list[str]:
        """Return the names of what is left."""
        return list(self._given)

    def rename(self, name: str, new: str) -> None:
        """Give the member another name, unless it has none to say or the name is another member's."""
        value = self._given.get(name)
        if new != name and not is_empty(value) and is_empty(self._given.get(new)):
            self._given[new] = self._given.pop(name)

    def peek(self, name: str) -> Any:
        """Return the member's value, which stays unread."""
        return self._given.get(name)

    def take(self, name: str) -> Any:
        """Return the member's value; None where it is absent, null or an empty text."""
        value = self._given.pop(name, None)
        return None if value == "" else value

    def take_known(self, names: Container[str]) -> dict[str, Any]:
        """Return the members of these names that have a value."""
        found, left = {}, {}
        for name, value in self._given.items():
            if name not in names:
                left[name] = value
            elif value is not None and value != "":
                found[name] = value
        self._given = left
        return found

    def take_all(self, names: Container[str]) -> dict[str, Any]:
        """Return the members of these names, nulls and empty texts too."""
        found = {name: value for name, value in self._given.items() if name in names}
        self._given = {name: value for name, value in self._given.items() if name not in names}
        return found

    def take_leaves(self) -> dict[str, Any]:
        """Return everything that says something, by its path from here, and nothing is left."""
        leaves = dict(_leaves(self._given, ""))
        self._given = {}
        return leaves

    def uuid(self, name: str) -> str | None:
        """Return the 32 hex digits of a UUID; anything else stays unread."""
        found = find_uuid(self._given.get(name))
        if found:
            del self._given[name]
        return found

    def drop_no(self, names: Iterable[str]) -> None:
        """Take the members of these names that say no."""
        for name in names:
            value = self._given.get(name)
            if value is False or value == 0 or (isinstance(value, str) and FLAGS.get(value.lower()) is False):
                del self._given[name]

    def unlist(self) -> None:
        """Put the one value of a list in the place of the list."""
        for name, value in self._given.items():
            if isinstance(value, list) and len(value) == 1:
                self._given[name] = value[0]

    def keep(self, names: Container[str]) -> None:
        """Leave the members of these names unread, and take all others."""
        self._given = {name: value for name, value in self._given.items() if name in names}

    def username(self, name: str, *addresses: str) -> dict[str, Any]:
        """`{"username": ...}`, empty where it is one of the addresses. One that none can have here stays unread."""
        value = self.take(name)
        if value is None or (isinstance(value, str) and value.casefold() in {one.casefold() for one in addresses}):
            return {}
        if not any(addresses) or is_username(value):
            return {"username": value}
        self.leave(name, value)
        return {}

    def phone(self, names: Iterable[str], verified: Iterable[str] = ()) -> dict[str, Any]:
        """`{"phone_number": ...}` and whether it is verified; what has no country code stays unread."""
        name = next((name for name in names if is_phone_number(self._given.get(name))), None)
        if name is None:
            return {}
        flags = [flag for one in verified if (flag := self.flag(one)) is not None]
        return {"phone_number": self._given.pop(name), "phone_number_verified": any(flags)}

    def name_alone(self, *names: str) -> None:
        """Leave each member unread by its own name, whatever is in it."""
        for name in names:
            if not is_empty(self._given.get(name)):
                self._given[name] = True

    def leave_as(self, name: str) -> None:
        """Leave the whole object unread under this name, whatever is in it."""
        self._given, self._inner = {name: True}, []

    def leave(self, name: str, value: Any) -> None:
        """Give a member back, as one that cannot be used: it is unread again."""
        self._given[name] = value

    def text(self, name: str) -> str:
        """Return the member's text, "" where it is absent or null; raises Rejected."""
        value = self._given.pop(name, None)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise Rejected(f"{self.path_of(name)} must be a text")
        return value

    def flag(self, name: str) -> bool | None:
        """True or false, as JSON, a database or a spreadsheet writes it; raises Rejected."""
        value = self.take(name)
        if value is None or isinstance(value, bool):
            return value
        if str(value).lower() in FLAGS:
            return FLAGS[str(value).lower()]
        raise Rejected(f"{self.path_of(name)} must be true or false")

    def moment(self, name: str) -> Any:
        """A time as a text of ISO 8601, whether it was one, or seconds or milliseconds since 1970; raises Rejected."""
        return as_moment(self.take(name), self.path_of(name))

    def object(self, name: str) -> "Members":
        """Return the member's object, empty where it is absent or null; raises Rejected."""
        value = self.take(name)
        if value is None:
            value = {}
        if not isinstance(value, dict):
            raise Rejected(f"{self.path_of(name)} must be an object")
        return self.inner(name, value)

    def objects(self, name: str) -> list["Members"]:
        """Return the member's list of objects, empty where it is absent or null; raises Rejected."""
        value = self.take(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise Rejected(f"{self.path_of(name)} must be a list of objects")
        return [self.inner(name, one) for one in value]

    def inner(self, name: str, given: dict[str, Any]) -> "Members":
        """Return an object within this one, whose members must be read likewise."""
        found = Members(given, self.path_of(name), self.own, self.room)
        self._inner.append(found)
        return found

    def find(self, path: str) -> Any:
        """Take what stands at this path, whose names may have dots in them; None where nothing does."""
        if path in self._given:
            return self._given.pop(path)
        parts = path.split(".")
        for end in range(len(parts) - 1, 0, -1):
            value = self._given.get(".".join(parts[:end]))
            if isinstance(value, dict):
                return Members(value).find(".".join(parts[end:]))
            if isinstance(value, list):
                rest = ".".join(parts[end:])
                found = [Members(one).find(rest) for one in value if isinstance(one, dict)]
                return next((one for one in found if one is not None), None)
        return None

    def unread(self) -> dict[str, Any]:
        """Return the members that were not taken and say something, by their path."""
        found = dict(_leaves(self._given, f"{self._path}." if self._path else "")) if self._given else {}
        for one in self._inner:
            if one._given or one._inner:
                found |= one.unread()
        return found

    def path_of(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name


def is_empty(value: Any) -> bool:
    """Return whether a value says nothing at all."""
    return value is None or value in ("", [], {})


def as_moment(value: Any, name: str) -> Any:
    """Return the text of a time; what is neither a number nor a text of digits stays as it is. Raises Rejected."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return value
    if isinstance(value, str):
        if not value.isdecimal() or len(value) < 9:
            return value
        value = int(value)
    try:
        return datetime.fromtimestamp(value / 1000 if value > MOST_SECONDS else value, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        raise Rejected(f"{name} must be a time: ISO 8601, or seconds or milliseconds since 1970") from None


def _leaves(given: dict[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for name, value in given.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{name}.")
        elif isinstance(value, list) and any(isinstance(one, dict) for one in value):
            for one in value:
                yield from _leaves(one if isinstance(one, dict) else {}, f"{prefix}{name}.")
        elif not is_empty(value):
            yield f"{prefix}{name}", value
