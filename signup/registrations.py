"""What somebody who signs up has sent, after a dialect has read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from accounts.usernames import NARROW, UsernameForm
from signup.models import BrowserSession, PendingRequest


@dataclass(frozen=True, slots=True)
class AddressEntry:
    """A phone number or an e-mail address with its proof; what was not sent is "", `address` None if malformed.

    The proof is a code with its token, or with the browser's session that asked for it, or a verification token.
    """

    typed: str = ""
    address: str | None = None  # canonical
    token: str = ""
    code: str = ""
    verification_token: str = ""
    asked_by_id: UUID | None = None

    @property
    def is_absent(self) -> bool:
        return not (self.typed or self.token or self.code or self.verification_token)

    @property
    def is_complete(self) -> bool:
        return bool(self.typed and self.has_proof)

    @property
    def has_proof(self) -> bool:
        return bool(self.verification_token or (self.code and (self.token or self.asked_by_id)))


@dataclass(frozen=True, slots=True)
class Browser:
    """The session and the tab in which somebody signs up, the cookie afterwards, and the id of the device."""

    session: BrowserSession
    request: PendingRequest
    next_cookie: str
    device_id: str


@dataclass(frozen=True, slots=True)
class Registration:
    """`names` are the attributes that were named, with a value or with null; None is what was not given.

    With `asks_only_required` the dialect has a body of its own: only the flow's required attributes count. With
    `may_claim` an address may come without a proof: then it is only claimed.
    """

    names: frozenset[str]
    username: str | None = None
    password: str | None = None
    phone_number: AddressEntry = AddressEntry()
    email: AddressEntry = AddressEntry()
    attributes: Mapping[str, Any] = field(default_factory=dict)  # general ones with a value
    username_form: UsernameForm = NARROW
    addresses: Sequence[Mapping[str, Any]] = ()  # postal ones
    metadata: Mapping[str, Any] = field(default_factory=dict)
    asks_only_required: bool = False
    may_claim: bool = False
    anonymous_id: UUID | None = None  # the end user without a name who becomes this one
    browser: Browser | None = None
    verify_email: bool = False  # send a message that verifies the address, if it is only claimed
    language: str = ""  # of that message; "" is what the locale among the attributes says

    def gives(self, name: str) -> bool:
        """Whether the attribute has a value; an empty text is none."""
        if name in ("phone_number", "email"):
            entry: AddressEntry = getattr(self, name)
            return bool(entry.typed)
        value = self.username if name == "username" else self.attributes.get(name)
        return value is not None and value != ""
